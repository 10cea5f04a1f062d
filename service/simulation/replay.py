"""What a change would change: recorded readers lived twice, with campaigns as published and with a draft in place."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from schemas.fields import KEY_PATTERN
from service.campaigns.campaign import Campaign, Status
from service.campaigns.countries import with_countries_written_out
from service.campaigns.documents import MAX_DEPTH, MAX_DIGITS
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.errors import InvalidDocumentError
from service.simulation.file import load_simulation
from service.simulation.simulate import SimulatedView, simulate
from service.simulation.simulation import Simulation
from service.web.json_bodies import bounded_json

MAX_READERS = 100_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """`decisions`: page views lived; `changed`: those that would show or open something else; of these `more` and
    `fewer`: those on which the draft's campaign would newly show, or no longer. `gone`: campaigns the recording names
    and the site has no more; what was seen of them counts in limits over all campaigns."""

    readers: int
    decisions: int
    changed: int
    more: int
    fewer: int
    gone: frozenset[str] = frozenset()

    @property
    def changed_share(self) -> float:
        return self.changed / self.decisions if self.decisions else 0.0


def replay(snapshot: SiteSnapshot, draft: Campaign, lines: Iterable[str]) -> Replayed:
    """Each line is a simulation without site and campaigns. Raises InvalidDocumentError naming the line.

    What is still a draft is lived as live, which publishing makes it.
    """
    draft = with_countries_written_out(draft, snapshot.site)
    if draft.status is Status.DRAFT:
        draft = replace(draft, status=Status.LIVE)
    after = (*(one for one in snapshot.campaigns if one.key != draft.key), draft)
    keys = {one.key for one in after}
    gone: set[str] = set()
    readers = decisions = changed = more = fewer = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if readers == MAX_READERS:
            raise InvalidDocumentError((f"line {number}: more than {MAX_READERS} readers",))
        life, named = _life(number, line, keys)
        gone |= named - keys
        readers += 1
        lives = zip(_lived(life, snapshot, snapshot.campaigns), _lived(life, snapshot, after), strict=True)
        for before_step, after_step in lives:
            decisions += 1
            changed += _face(before_step) != _face(after_step)
            was, would = _shows(before_step, draft.key), _shows(after_step, draft.key)
            more += would and not was
            fewer += was and not would
    return Replayed(readers, decisions, changed, more, fewer, frozenset(gone))


def _life(number: int, line: str, keys: Iterable[str]) -> tuple[Simulation, set[str]]:
    """The recorded reader, and the campaigns they name, of which some may be gone since."""
    try:
        written = bounded_json(line, max_depth=MAX_DEPTH, max_digits=MAX_DIGITS)
        if not isinstance(written, dict) or {"site", "campaigns"} & set(written):
            raise InvalidDocumentError(("must be a simulation without site and campaigns",))
        named = set(_named(written))
        return load_simulation({**written, "campaigns": [{"key": key} for key in sorted(named.union(keys))]}), named
    except (ValueError, RecursionError) as error:
        raise InvalidDocumentError((f"line {number}: is not JSON",)) from error
    except InvalidDocumentError as error:
        raise InvalidDocumentError(tuple(f"line {number}: {problem}" for problem in error.problems)) from error


def _named(written: object) -> Iterator[str]:
    """The keys of campaigns anywhere in a recorded reader; what is no key is left for the schema to refuse."""
    parts = written.values() if isinstance(written, dict) else written if isinstance(written, list) else ()
    for part in parts:
        yield from _named(part)
    if isinstance(written, dict):
        spoken = (written.get("campaign"), written.get("gate"))
        yield from (key for key in spoken if isinstance(key, str) and re.match(KEY_PATTERN, key))


def _lived(life: Simulation, snapshot: SiteSnapshot, campaigns: tuple[Campaign, ...]) -> list[SimulatedView]:
    placed = replace(life, site=snapshot.site, campaigns=campaigns, raised_minor=dict(snapshot.raised_minor))
    return list(simulate(placed))


def _face(lived: SimulatedView) -> tuple[object, ...]:
    """What the reader meets: prompts with their variants, and whether the article opens."""
    return lived.decision.access.state, tuple((one.campaign, one.variant) for one in lived.prompts)


def _shows(lived: SimulatedView, key: str) -> bool:
    return any(one.campaign == key for one in lived.prompts)
