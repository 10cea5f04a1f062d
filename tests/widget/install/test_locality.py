"""How near service and page are."""

import pytest

from service.widget.install.locality import Locality, is_other_network, locality_of


@pytest.mark.parametrize(
    ("page", "service", "locality"),
    [
        ("https://courier.ie/a", "https://courier.ie/support-api", Locality.SAME_ORIGIN),
        ("https://www.courier.ie/a", "https://support.courier.ie", Locality.SAME_SITE),
        ("https://www.courier.co.uk", "https://support.courier.co.uk", Locality.SAME_SITE),
        ("https://www.courier.co.uk", "https://support.herald.co.uk", Locality.CROSS_SITE),
        ("https://www.courier.ie", "https://courier.example", Locality.CROSS_SITE),
        ("http://www.courier.ie", "https://support.courier.ie", Locality.CROSS_SITE),
        ("http://127.0.0.1:1", "http://127.0.0.1:2", Locality.SAME_SITE),
        ("http://localhost:1", "http://127.0.0.1:1", Locality.CROSS_SITE),
        ("https://co.uk", "https://x.co.uk", Locality.CROSS_SITE),
    ],
)
def test_names_tell_how_near_they_are(page: str, service: str, locality: Locality) -> None:
    assert locality_of(page, service) is locality


def test_safari_compares_the_first_half_of_an_address() -> None:
    assert not is_other_network("192.0.2.1", "192.0.99.9")
    assert is_other_network("192.0.2.1", "192.1.2.1")
    assert is_other_network("2001:db8::1", "2001:db8:0:1::1")
    assert not is_other_network("2001:db8::1", "2001:db8::2")


def test_what_is_not_known_is_not_held_against_it() -> None:
    assert not is_other_network("", "192.0.2.1")
    assert not is_other_network("192.0.2.1", "2001:db8::1")
