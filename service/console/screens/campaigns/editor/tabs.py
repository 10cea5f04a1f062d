"""The tabs of the editor, and which fields stand on each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from service.campaigns.store import DocumentKind
from service.campaigns.words.labels import plain_path
from service.campaigns.words.shape import Path, Shape


class Tab(StrEnum):
    """The tabs of a campaign's editor, in order."""

    WORDS = "words"
    AMOUNTS = "amounts"
    WHO = "who"
    WHEN = "when"
    EXPERIMENT = "experiment"
    LOOK = "look"
    FILE = "file"


class SiteTab(StrEnum):
    """The tabs of a site's settings, in order."""

    SITE = "site"
    AMOUNTS = "amounts"
    READERS = "readers"
    LIMITS = "limits"
    EXCLUSIONS = "exclusions"
    CONNECTIONS = "connections"
    FILE = "file"


TAB_WORDS = {
    Tab.WORDS: "Words",
    Tab.AMOUNTS: "Amounts",
    Tab.WHO: "Who",
    Tab.WHEN: "When and how often",
    Tab.EXPERIMENT: "Experiment",
    Tab.LOOK: "Look",
    Tab.FILE: "File",
    SiteTab.SITE: "Publication",
    SiteTab.READERS: "Readers",
    SiteTab.LIMITS: "Limits",
    SiteTab.EXCLUSIONS: "Exclusions",
    SiteTab.CONNECTIONS: "Connections",
}


@dataclass(frozen=True, slots=True)
class View:
    """What a tab shows of a campaign: a variant by its position, and a language."""

    variant: int = 0
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under a heading. An empty heading has none. `is_folded`: closed until a field in it is set or wrong."""

    heading: str
    paths: tuple[Path, ...]
    is_folded: bool = False


Layout: TypeAlias = Callable[[View], tuple[Section, ...]]


def _words(view: View) -> tuple[Section, ...]:
    return (
        Section("Words", (("variants", view.variant, "copy", view.locale),)),
        Section("For the newsroom", (("name",),)),
    )


def _amounts(view: View) -> tuple[Section, ...]:
    return (Section("Amounts", (("variants", view.variant, "ask"),)), Section("Books", (("fund",),)))


def _who(_: View) -> tuple[Section, ...]:
    return (
        Section("Readers", _below("reader", "article_count", "supporter", "signed_in", "consent", "countries")),
        Section("Pages", _below("page", "types", "sections", "tags")),
        Section(
            "More about readers",
            _below(
                "reader",
                "reading_more",
                "favourite_topics",
                "first_seen",
                "recurring_below",
                "one_off_only_countries",
                "devices",
                "referrers",
                "languages",
                "abandoned_checkout",
                "just_contributed",
                "external_audiences",
                "suppressible",
                "holdout",
            ),
            is_folded=True,
        ),
        Section("More about pages", _below("page", "pages", "access", "sensitive", "paid"), is_folded=True),
        Section("Share of readers", (("share",),), is_folded=True),
    )


def _when(_: View) -> tuple[Section, ...]:
    more = ("gap", "daily", "first_after_views", "every_nth_view", "cycle", "total_impressions", "total_contributions")
    return (
        Section("Schedule", _below("schedule", "starts", "ends", "weekdays", "hours")),
        Section("How often", _below("frequency", "caps")),
        Section("Silence", _below("cool_off", "after_dismissal", "after_contribution")),
        Section("Order", (("priority",), ("is_high_priority",))),
        Section("More about how often", _below("frequency", *more, "always_ask"), is_folded=True),
        Section("Show again", _below("cool_off", "show_again", "weekly_show_again"), is_folded=True),
        Section("State in the file", (("status",), ("is_paused",), ("created_at",)), is_folded=True),
    )


def _experiment(view: View) -> tuple[Section, ...]:
    variant: Path = ("variants", view.variant)
    return (
        Section("This variant", ((*variant, "key"), (*variant, "weight"), (*variant, "is_control"))),
        Section("Experiment", (("experiment",),)),
    )


def _look(view: View) -> tuple[Section, ...]:
    variant: Path = ("variants", view.variant)
    return (
        Section("Place", (("kind",), ("placement",), ("is_dismissible",))),
        Section("Colours and goal", ((*variant, "design"), (*variant, "ticker"))),
        Section("Gate", (("gate",), ("meter",))),
    )


def _below(group: str, *names: str) -> tuple[Path, ...]:
    return tuple((group, name) for name in names)


def _plain(*sections: tuple[str, str]) -> Layout:
    """Return a layout of headings, each with its fields as a text of names."""
    made = tuple(Section(heading, tuple((name,) for name in names.split())) for heading, names in sections)
    return lambda _: made


LAYOUTS: Mapping[StrEnum, Layout] = {
    Tab.WORDS: _words,
    Tab.AMOUNTS: _amounts,
    Tab.WHO: _who,
    Tab.WHEN: _when,
    Tab.EXPERIMENT: _experiment,
    Tab.LOOK: _look,
    Tab.FILE: _plain(),
}
SITE_LAYOUTS: Mapping[StrEnum, Layout] = {
    SiteTab.SITE: _plain(
        ("", "name home_url timezone origins"),
        ("Languages and links", "languages default_language contact_url privacy_url"),
    ),
    SiteTab.AMOUNTS: _plain(
        ("Currencies", "currency currencies one_off_only_countries country_groups"),
        ("Amounts", "ask amount_limits fund gift_fields"),
    ),
    SiteTab.READERS: _plain(
        ("Consent", "consent honours_country"), ("Supporters", "supporters"), ("Never asked", "holdout crawlers")
    ),
    SiteTab.LIMITS: _plain(
        ("Limits over all campaigns", "attention frequency silence_after_closing_minutes quiet_hours"),
        ("Paused in the file", "switches"),
    ),
    SiteTab.EXCLUSIONS: _plain(("Exclusions", "exclusions"), ("Sensitive pages", "sensitive")),
    SiteTab.CONNECTIONS: _plain(
        ("Signed-in readers", "reader_assertion"), ("Services", "audience_service suppressor_service")
    ),
    SiteTab.FILE: _plain(),
}


def layouts_of(kind: DocumentKind) -> Mapping[StrEnum, Layout]:
    """Return the tabs of a kind of document with their layouts, in order."""
    return SITE_LAYOUTS if kind is DocumentKind.SITE else LAYOUTS


def tab_with(layouts: Mapping[StrEnum, Layout], shape: Shape, path: Path) -> StrEnum:
    """Return the tab on which a field stands. A field that stands on none is on the tab of the file."""
    wanted = plain_path(shape, path)
    found, longest = list(layouts)[-1], 0
    for tab, layout in layouts.items():
        for section in layout(View()):
            for place in section.paths:
                plain = plain_path(shape, place)
                if len(plain) > longest and f"{wanted}.".startswith(f"{plain}."):
                    found, longest = tab, len(plain)
    return found
