"""`--page` takes an address, alone or after the page type it should have."""

import pytest

from service.campaigns.page_rules import PageType
from service.widget.install.page_argument import InvalidPageArgumentError, RequestedPage, parse_page


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("https://courier.example/a", RequestedPage("https://courier.example/a")),
        ("https://courier.example/?p=5", RequestedPage("https://courier.example/?p=5")),
        ("article=https://courier.example/?p=5", RequestedPage("https://courier.example/?p=5", PageType.ARTICLE)),
        ("section=http://127.0.0.1/", RequestedPage("http://127.0.0.1/", PageType.SECTION)),
    ],
)
def test_an_address_may_have_a_type_before_it(text: str, page: RequestedPage) -> None:
    assert parse_page(text) == page


def test_an_unknown_type_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidPageArgumentError, match="no page type 'artikel'; the types are article, front"):
        parse_page("artikel=https://courier.example/a")
