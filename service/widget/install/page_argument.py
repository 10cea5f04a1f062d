"""The value of `--page`: an address, optionally after the page type it should have (`article=https://…`)."""

from dataclasses import dataclass

from service.campaigns.page_rules import PageType
from service.errors import DomainError


class InvalidPageArgumentError(DomainError):
    """The value of `--page` names a page type that does not exist."""

    code = "invalid_page_argument"


@dataclass(frozen=True, slots=True)
class RequestedPage:
    """A page to check. `expected_type` is None if the command did not name a type."""

    url: str
    expected_type: PageType | None = None

    def __str__(self) -> str:
        return f"{self.url} (expected: {self.expected_type})" if self.expected_type else self.url


def parse_page(text: str) -> RequestedPage:
    """Parse `URL` or `TYPE=URL`. Raise InvalidPageArgumentError if TYPE is not a page type."""
    name, equals_sign, url = text.partition("=")
    if not equals_sign or not name.isidentifier():
        return RequestedPage(text)
    if name not in set(PageType):
        raise InvalidPageArgumentError(f"there is no page type {name!r}; the types are {', '.join(PageType)}")
    return RequestedPage(url, PageType(name))
