"""What fields and their values are called. The paths of fields leave out positions, keys, languages and currencies."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.campaigns.words.campaign_labels import CAMPAIGN_LABELS
from service.campaigns.words.shape import Path, Shape, ShapeKind
from service.campaigns.words.site_labels import SITE_LABELS

_ASK_LABELS = {
    "": "Amounts | Leave all empty to use the site's amounts.",
    ".intervals": "Suggested amounts",
    ".intervals.amounts": "Amounts | In rising order, with spaces between them.",
    ".intervals.default": "Preselected",
    ".intervals.amounts_minor": "Amounts in minor units",
    ".intervals.default_minor": "Preselected, in minor units",
    ".default_interval": "Interval that is shown first",
    ".own_amount": "Readers may enter their own amount",
    ".can_cover_fee": "Offer to cover the card fee",
}
_LIMIT_NAMES = ("caps", "gap", "daily")
_ALL_LABELS = (
    SITE_LABELS
    | {
        name: label
        for name, label in CAMPAIGN_LABELS.items()
        if name.split(".")[1:2] and name.split(".")[1] in _LIMIT_NAMES
    }
    | CAMPAIGN_LABELS
    | {f"variants.ask{name}": label for name, label in _ASK_LABELS.items()}
    | {f"ask{name}": label for name, label in _ASK_LABELS.items()}
)

VALUES = {
    "epic": "Appeal", "banner": "Banner", "gate": "Gate",
    "article_top": "Head of the article", "article_end": "End of the article", "page_bottom": "Foot of the page",
    "over_article": "Over the article", "draft": "Draft", "live": "Live", "archived": "Archived",
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday", "article": "Articles", "front": "Front page", "section": "Section fronts",
    "liveblog": "Live blogs", "other": "Other pages", "free": "Free", "metered": "Metered", "locked": "Locked",
    "gift": "Shared by a subscriber", "never": "Never", "also": "Also there", "only": "Only there",
    "non_supporters": "Not supporters", "supporters": "Supporters", "everyone": "Everyone",
    "none": "None", "one_off": "One-off", "recurring": "Recurring", "past_due": "Payment failed",
    "lapsed": "No longer supporters", "full": "Full consent", "meter": "Counting free articles only",
    "exclude": "Not these", "include": "These too",
    "desktop": "Desktop", "tablet": "Tablet", "mobile": "Mobile", "ios": "iOS", "android": "Android",
    "month": "Month", "year": "Year", "day": "Day", "week": "Week", "rolling": "Rolling days",
    "own": "This campaign alone", "all": "All campaigns", "shared": "Those of all gates together",
    "fixed": "By weight", "epsilon_greedy": "Learning: epsilon greedy", "roulette": "Learning: roulette",
    "thompson": "Learning: Thompson sampling", "registration": "Signing in", "payment": "A contribution",
    "soft": "Soft", "hard": "Hard", "anonymous": "To stay anonymous", "message": "A message",
}  # fmt: skip

_CONSENTS = {"none": "No consent"}
# What the words of a field are called if they are called otherwise than elsewhere, by plain path.
OWN_VALUES = {
    "reader.supporter": {
        "none": "Have not contributed",
        "one_off": "Contributed once",
        "recurring": "Contribute regularly",
    },
    "reader.consent": _CONSENTS,
    "consent.default": _CONSENTS,
}


@dataclass(frozen=True, slots=True)
class Label:
    """What a field is called, and a sentence that explains it, or an empty text."""

    text: str
    help: str = ""


def plain_path(shape: Shape, path: Path) -> str:
    """Return the names of the groups' fields in a path, joined by dots: `variants.copy.heading`."""
    names: list[str] = []
    here: Shape | None = shape
    for part in path:
        if here is not None and here.kind in {ShapeKind.LIST, ShapeKind.MAPPING, ShapeKind.MEMBERS}:
            here = here.inner
            continue
        names.append(str(part))
        here = here.parts.get(str(part)) if here is not None else None
    return ".".join(names)


def label_of(name: str) -> Label:
    """Return the label of a plain path. A field without a label is called by its own name."""
    text, _, explanation = _label_text(name).partition(" | ")
    return Label(text, explanation)


def labelled_names() -> Iterable[str]:
    """Return the plain paths of all fields that have a label."""
    return _ALL_LABELS.keys()


def has_label(name: str) -> bool:
    """Return whether a plain path has a label of its own."""
    return name in _ALL_LABELS


def _label_text(name: str) -> str:
    return _ALL_LABELS.get(name) or name.rpartition(".")[2].replace("_", " ").capitalize()


def value_label(value: str, name: str = "") -> str:
    """Return what a word of a document is called: `Head of the article` for `article_top`. `name`: its plain path."""
    return OWN_VALUES.get(name, {}).get(value) or VALUES.get(value, value.replace("_", " "))
