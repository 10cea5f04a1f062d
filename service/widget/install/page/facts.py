"""The facts about a page that the widget sends, and the part of the page from which each of them comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.campaigns.page_rules import PageType

FACT_NAMES = (
    "page_id",
    "page_type",
    "section",
    "tags",
    "language",
    "access",
    "is_sensitive",
    "is_paid_content",
    "hide_appeals",
)


class FactOrigin(StrEnum):
    """The part of a page that states a fact.

    - NOTHING: no part states it, so the widget uses its default.
    - UNKNOWN: the fact was sent, but no part of the finished page states it.
    """

    ATTRIBUTE = "attribute"
    META = "meta"
    STRUCTURED_DATA = "structured_data"
    OPEN_GRAPH = "open_graph"
    BODY_CLASS = "body_class"
    PLACE = "place"
    ADDRESS = "address"
    LANGUAGE = "language"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as text (tags separated by commas, `true` for yes). `detail` names its origin in words."""

    name: str
    value: str
    origin: FactOrigin
    detail: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The facts by name. `were_sent`: the widget sent them; otherwise they are what it would send."""

    facts: Mapping[str, Fact]
    were_sent: bool = False

    def value(self, name: str) -> str:
        """Return the fact's value, or an empty text."""
        return self.facts[name].value if name in self.facts else ""

    def origin(self, name: str) -> FactOrigin:
        """Return the fact's origin. NOTHING if there is no such fact."""
        return self.facts[name].origin if name in self.facts else FactOrigin.NOTHING

    def detail(self, name: str) -> str:
        """Return the fact's origin in words."""
        return self.facts[name].detail if name in self.facts else "nothing on the page"

    def is_stated(self, name: str) -> bool:
        """Return whether an attribute of the script or a `keepopen:` meta tag states the fact."""
        return self.origin(name) in {FactOrigin.ATTRIBUTE, FactOrigin.META}

    @property
    def is_article(self) -> bool:
        """Whether the page counts as an article: it spends the meter, and a gate may cover it."""
        return self.value("page_type") in {PageType.ARTICLE, PageType.LIVEBLOG}
