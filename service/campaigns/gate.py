"""Gates and meters: what a reader must do to read on, and the articles that are free before. Only for kind `gate`."""

from dataclasses import dataclass, field
from enum import StrEnum

from service.campaigns.page_rules import PageMatch, PageType


class GateType(StrEnum):
    """What opens the gate: signing up or in (`registration`), or a contribution (`payment`)."""

    REGISTRATION = "registration"
    PAYMENT = "payment"


class Strength(StrEnum):
    """Whether a reader can close the gate and read on (`soft`) or not (`hard`)."""

    SOFT = "soft"
    HARD = "hard"


class Period(StrEnum):
    """How long an allowance lasts.

    `day`, `week` (from Monday) and `month` follow the local calendar. `rolling` is the last `rolling_days` x 24 hours.
    """

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ROLLING = "rolling"


class Pool(StrEnum):
    """Which articles a meter counts: those of all gates of the site with a `shared` pool, or only its `own`."""

    SHARED = "shared"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Mandatory:
    """The number of dismissals after which a soft gate turns hard, for readers in `countries` (None: every country).

    Of a gate's entries, the first that fits the reader's country applies.
    """

    dismissals: int
    countries: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """What a gate asks for, and whether it can be closed."""

    gate_type: GateType
    strength: Strength = Strength.HARD
    mandatory_after: tuple[Mandatory, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """Free `articles` per `period`; 0 means that no article is free. `rolling_days` is set only for Period.ROLLING."""

    articles: int
    period: Period
    rolling_days: int | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    """The free articles before a gate. A gate without a meter lets no article through.

    - `is_on` False: no reader has free articles.
    - `anonymous`, `registered`: the allowance of readers who are signed out or in. None means no free articles.
    - `unverified`: the allowance of readers signed in with an unverified address. None means the anonymous allowance.
    - `audiences_share`: articles read before signing in count against the registered allowance too. If False, each
      audience has its own count.
    - `free_types`, `free_pages`: pages that are always open and are not counted. `free_pages` None means no such pages.
    """

    is_on: bool = True
    anonymous: Allowance | None = None
    unverified: Allowance | None = None
    registered: Allowance | None = None
    pool: Pool = Pool.SHARED
    audiences_share: bool = False
    free_types: frozenset[PageType] = field(default_factory=frozenset)
    free_pages: PageMatch | None = None
