"""The publication's own services: answers are cached, failures back off, and no answer suppresses appeals."""

import json
from datetime import timedelta
from typing import Any

import pytest

from service.campaigns.site import OutsideService
from service.readers.outside import MAX_CACHED, OutsideFaultError, OutsideServices
from service.readers.outside_fetch import fetch, public_address
from tests.decisions import make

SERVICE = OutsideService("https://tide.example/who", cache_seconds=60, back_off_seconds=5, back_off_maximum_seconds=15)


class Publication:
    """A service that gives a fixed answer, or fails, and records the questions."""

    def __init__(self, answer: Any = None) -> None:
        self.answer, self.asked = answer, list[str]()

    def __call__(self, url: str, body: bytes, timeout_seconds: float) -> bytes:
        assert (url, timeout_seconds) == (SERVICE.url, 0.15)
        self.asked.append(json.loads(body)["reader_id"])
        if self.answer is None:
            raise OutsideFaultError("away")
        return json.dumps(self.answer).encode() if not isinstance(self.answer, bytes) else self.answer


def test_audiences_are_cached() -> None:
    publication = Publication({"audiences": ["loyal", 7]})
    services = OutsideServices(publication)

    for seconds in (0, 59):
        now = make.NOW + timedelta(seconds=seconds)
        assert services.audiences(SERVICE, "r1", now) == frozenset({"loyal"})
    assert len(publication.asked) == 1

    services.audiences(SERVICE, "r1", make.NOW + timedelta(seconds=60))
    services.audiences(SERVICE, "r2", make.NOW)
    assert publication.asked == ["r1", "r1", "r2"]


@pytest.mark.parametrize("answer", [None, b"", b"{", b"[]", {}, {"audiences": "loyal"}, {"audiences": ["x"] * 201}])
def test_no_answer_means_no_audience_and_suppression(answer: Any) -> None:
    assert OutsideServices(Publication(answer)).audiences(SERVICE, "r1", make.NOW) is None
    assert OutsideServices(Publication(answer)).is_suppressed(SERVICE, "r1", make.NOW) is True


def test_the_suppressor_may_allow() -> None:
    assert OutsideServices(Publication({"suppress": False})).is_suppressed(SERVICE, "r1", make.NOW) is False
    assert OutsideServices(Publication({"suppress": True})).is_suppressed(SERVICE, "r1", make.NOW) is True


def test_the_back_off_of_a_failing_service_doubles() -> None:
    publication = Publication()
    services = OutsideServices(publication)
    asked_at = []
    for second in range(60):
        before = len(publication.asked)
        services.audiences(SERVICE, f"r{second}", make.NOW + timedelta(seconds=second))
        if len(publication.asked) > before:
            asked_at.append(second)

    assert asked_at == [0, 5, 15, 30, 45]


def test_an_answer_ends_the_back_off() -> None:
    publication = Publication()
    services = OutsideServices(publication)
    services.audiences(SERVICE, "r1", make.NOW)
    publication.answer = {"audiences": ["loyal"]}

    assert services.audiences(SERVICE, "r1", make.NOW + timedelta(seconds=4)) is None
    assert services.audiences(SERVICE, "r1", make.NOW + timedelta(seconds=5)) == frozenset({"loyal"})


def test_the_cache_of_answers_is_bounded() -> None:
    publication = Publication({"audiences": []})
    services = OutsideServices(publication)
    for number in range(MAX_CACHED + 1):
        services.audiences(SERVICE, f"r{number}", make.NOW)

    services.audiences(SERVICE, "r1", make.NOW)
    services.audiences(SERVICE, "r0", make.NOW)

    assert publication.asked[-1] == "r0"
    assert len(publication.asked) == MAX_CACHED + 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1", "192.168.1.1"])
def test_addresses_inside_the_network_are_refused(host: str) -> None:
    with pytest.raises(OutsideFaultError):
        public_address(host, 443)


@pytest.mark.parametrize("url", ["http://tide.example/", "https://127.0.0.1:1/", "file:///etc/passwd"])
def test_services_are_called_over_https_alone(url: str) -> None:
    with pytest.raises(OutsideFaultError):
        fetch(url, b"{}", 0.1)
