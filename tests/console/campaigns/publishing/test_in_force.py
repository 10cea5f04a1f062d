"""What a second person has agreed to is put in force in the name of the person who asked, unless it is old by then."""

from dataclasses import replace

import pytest
from flask import Flask

from service.campaigns.reading import describe
from service.campaigns.store import DocumentKind
from service.console.screens.campaigns.publishing.in_force import ReleaseWish, publish_agreed, put_in_force
from service.errors import ConflictError
from service.staff.agreements import AgreementRequest
from service.staff.people import Role
from tests.console.world import services_of, store_campaign, store_site
from tests.staff.signed_in import add_person

SITE = DocumentKind.SITE


@pytest.fixture
def waiting(app: Flask) -> AgreementRequest:
    """A request to loosen the limits of a site, from Ana. Ben could agree."""
    store_site(app, attention={"prompts_per_view": 1})
    services = services_of(app)
    ana = add_person(services, Role.PUBLISHER, name="Ana")
    add_person(services, Role.PUBLISHER, name="Ben")
    store_site(app, attention={"prompts_per_view": 2})
    store_site(app, attention={"prompts_per_view": 1})

    request = put_in_force(services, ana, ReleaseWish(SITE, "courier", 2, is_older=True))

    assert isinstance(request, AgreementRequest)
    return request


def test_an_agreed_version_is_put_in_force(app: Flask, waiting: AgreementRequest) -> None:
    services = services_of(app)
    ana = add_person(services, Role.PUBLISHER, name="Ana Again")

    words = publish_agreed(services, waiting, ana)

    state = describe(services.engine, SITE, "courier", services.clock())
    assert words == "“The Courier”, version 2, is in force."
    assert (state.published_version, state.document["attention"]) == (4, {"prompts_per_view": 2})


def test_an_agreed_version_is_refused_if_another_was_published_meanwhile(app: Flask, waiting: AgreementRequest) -> None:
    services = services_of(app)
    ana = add_person(services, Role.PUBLISHER, name="Ana Again")
    store_site(app, name="The Evening Courier")

    with pytest.raises(ConflictError, match="look at it again"):
        publish_agreed(services, waiting, ana)


def test_the_reasons_are_part_of_the_request(waiting: AgreementRequest) -> None:
    assert waiting.wanted.details["reasons"] == ["It allows more prompts on a page view."]
    assert waiting.wanted.site == "courier"


def test_an_agreed_schedule_is_kept(app: Flask, waiting: AgreementRequest) -> None:
    services = services_of(app)
    ana = add_person(services, Role.PUBLISHER, name="Ana Again")
    details = {**waiting.wanted.details, "is_older": False, "at": "2026-12-04T18:00:00+00:00"}

    words = publish_agreed(services, replace(waiting, wanted=replace(waiting.wanted, details=details)), ana)

    assert words == "“The Courier”, version 2, is scheduled."
    assert describe(services.engine, SITE, "courier", services.clock()).scheduled_version == 2


def test_without_a_reason_nobody_is_asked(app: Flask) -> None:
    store_site(app)
    store_campaign(app, is_published=False)
    services = services_of(app)
    ana = add_person(services, Role.PUBLISHER, name="Ana")
    add_person(services, Role.PUBLISHER, name="Ben")

    done = put_in_force(services, ana, ReleaseWish(DocumentKind.CAMPAIGN, "autumn", 1))

    assert not isinstance(done, AgreementRequest)
    assert done.published_version == 1
