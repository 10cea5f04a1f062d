"""The fields of the screen Why?: their words, and which of them stand in the address."""

from collections.abc import Callable, Iterable, Mapping

from service.campaigns.campaign import Campaign, Placement
from service.campaigns.page_rules import PageAccess, PageType
from service.campaigns.reader_rules import Consent, Device
from service.simulation.simulation import StartState
from service.simulation.why.described import DEFAULTS, FLAGS
from service.simulation.why.phrases import PLACES

MOST_CHARACTERS = 600
PAGE_FIELDS = ("page_id", "page_type", "section", "tags", "access", "flags", "placements")
# The fields that stand folded away, because few questions need them.
MORE_ABOUT_READER = frozenset(
    {"topics", "asked_at", "asked_times", "supporter_since", "device", "language", "referrer", "consent", "bucket"}
    | {"signed_in"}
)
Choice = tuple[str, str]
CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "page_type": (
        (PageType.ARTICLE, "Article"),
        (PageType.LIVEBLOG, "Live blog"),
        (PageType.FRONT, "Front page"),
        (PageType.SECTION, "Section page"),
        (PageType.OTHER, "Another page"),
    ),
    "access": (
        (PageAccess.METERED, "Uses the allowance of free articles"),
        (PageAccess.FREE, "Free for everyone"),
        (PageAccess.LOCKED, "For supporters only"),
        (PageAccess.GIFT, "Opened by a link that a supporter shared"),
    ),
    "flags": tuple(
        zip(FLAGS, ("It is sensitive", "An advertiser paid for it", "It says that it shows no appeals"), strict=True)
    ),
    "placements": tuple((place.value, words.capitalize()) for place, words in PLACES.items()),
    "supporter": (
        (StartState.NONE, "Has never contributed"),
        (StartState.ONE_OFF, "Made a one-off contribution"),
        (StartState.RECURRING, "Contributes regularly"),
        (StartState.PAST_DUE, "Contributes regularly, and the last payment failed"),
        (StartState.LAPSED, "Was a supporter earlier"),
        (StartState.UNKNOWN, "Not known yet"),
    ),
    "consent": (
        (Consent.FULL, "Full consent"),
        (Consent.METER, "Counting free articles only"),
        (Consent.NONE, "No consent"),
    ),
    "device": (
        (Device.DESKTOP, "Computer"),
        (Device.ANDROID, "Android phone"),
        (Device.IOS, "iPhone"),
        (Device.TABLET, "Tablet"),
    ),
}


def written(values: Callable[[str], Iterable[str]]) -> dict[str, str]:
    """Return the fields of a form or an address. `values`: returns what was sent under a name."""
    found = {name: ",".join(values(name)).strip()[:MOST_CHARACTERS] for name in ("address", *DEFAULTS)}
    if set(found["placements"].split(",")) == set(Placement):
        found["placements"] = ""
    return {"address": "", **DEFAULTS} | {name: text for name, text in found.items() if text}


def kept(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that an address must hold: those that differ from what they are without it.

    Of an article that is read, the address says everything.
    """
    dropped = PAGE_FIELDS if fields["address"] else ()
    return {name: text for name, text in fields.items() if text != DEFAULTS.get(name, "") and name not in dropped}


def campaign_choices(campaigns: Mapping[str, Campaign]) -> list[Choice]:
    """Return the choices of what the reader has seen."""
    named = sorted(
        ((key, campaign.name) for key, campaign in campaigns.items()), key=lambda choice: choice[1].casefold()
    )
    return [("", "Nothing"), *named]
