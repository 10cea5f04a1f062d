"""What a gate asks for and the meter that leads to it. Only campaigns of kind `gate` have these."""

from dataclasses import dataclass, field
from enum import StrEnum

from service.campaigns.page_rules import PageMatch, PageType


class GateType(StrEnum):
    REGISTRATION = "registration"
    PAYMENT = "payment"


class Strength(StrEnum):
    """`soft` can be dismissed, `hard` cannot."""

    SOFT = "soft"
    HARD = "hard"


class Period(StrEnum):
    """`day`, `week` (from Monday), `month`: local calendar; `rolling`: the last `rolling_days` x 24 hours."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ROLLING = "rolling"


class Pool(StrEnum):
    """`shared`: one count for every gate of the site that shares. `own`: a count of this gate alone."""

    SHARED = "shared"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Mandatory:
    """A soft gate turns hard after this many dismissals. `countries` None: everywhere; the first entry that fits the
    reader rules."""

    dismissals: int
    countries: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    gate_type: GateType
    strength: Strength = Strength.HARD
    mandatory_after: tuple[Mandatory, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """Free `articles` per `period`; 0 is a wall. `rolling_days` is set with Period.ROLLING and only then."""

    articles: int
    period: Period
    rolling_days: int | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    """Free articles before a gate. A gate without a meter value is a wall.

    - `is_on` False: no free articles for anybody, the gate always stands.
    - `anonymous`, `registered`: None is "no free articles" for that audience, the same as 0.
    - `unverified`: signed in with an unverified address; None: the anonymous terms.
    - `audiences_share`: articles read before signing in count against the registered allowance too; False: each
      audience has its own count.
    - `free_types`, `free_pages`: pages that are open and spend nothing (`free_pages` None: no such pages).
    """

    is_on: bool = True
    anonymous: Allowance | None = None
    unverified: Allowance | None = None
    registered: Allowance | None = None
    pool: Pool = Pool.SHARED
    audiences_share: bool = False
    free_types: frozenset[PageType] = field(default_factory=frozenset)
    free_pages: PageMatch | None = None
