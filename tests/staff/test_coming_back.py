"""After signing in a browser returns only to pages of the console."""

import pytest

from service.staff.coming_back import page_to_return_to


@pytest.mark.parametrize(
    "page",
    ["/console", "/console?x=1", "/console/courier/campaigns?from=2026-01-01&next=//evil.example", "/console/people"],
)
def test_a_page_of_the_console_is_returned_to(page: str) -> None:
    assert page_to_return_to(page) == page


@pytest.mark.parametrize(
    "page",
    [
        None,
        "",
        "/",
        "/v1/exports",
        "/consoles",
        "console",
        "//evil.example/console",
        "///evil.example",
        "/\\evil.example",
        "/console\\..\\evil",
        "https://evil.example/console",
        "https:/console",
        "javascript:alert(1)//console",
        "/\t/evil.example/console",
        "\n/console",
        "/console/\r\nSet-Cookie: x=1",
        " /console",
        "/console/../v1/exports",
        "/console/sign-in/x",
        "/console/sign-out",
        "/console/" + "x" * 3000,
    ],
)
def test_any_other_address_leads_to_the_first_page(page: str | None) -> None:
    assert page_to_return_to(page) == "/console"
