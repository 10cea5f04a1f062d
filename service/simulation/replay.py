"""Count the decisions that a draft would change, by simulating recorded readers without and with the draft."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from schemas.fields import KEY_PATTERN
from service.campaigns.campaign import Campaign, Status
from service.campaigns.documents import MAX_DEPTH, MAX_DIGITS
from service.campaigns.snapshot.countries import with_countries_written_out
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.errors import InvalidDocumentError
from service.simulation.file import load_simulation
from service.simulation.simulate import SimulatedView, simulate
from service.simulation.simulation import Simulation
from service.web.json_bodies import bounded_json

MAX_READERS = 100_000


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a draft would change. `decisions`: page views simulated. `changed`: those that show or open something else.

    `more`, `fewer`: page views on which the draft's campaign would newly show, or no longer. `gone`: campaigns that the
    recording names and the site no longer has; their impressions still count in limits over all campaigns.
    """

    readers: int
    decisions: int
    changed: int
    more: int
    fewer: int
    gone: frozenset[str] = frozenset()

    @property
    def changed_share(self) -> float:
        return self.changed / self.decisions if self.decisions else 0.0


def replay(snapshot: SiteSnapshot, draft: Campaign, lines: Iterable[str]) -> ReplayResult:
    """Replay recorded readers. Each line is a simulation without site and campaigns.

    A campaign with the status draft counts as live, because publishing would make it live. Raise InvalidDocumentError,
    which names the line.
    """
    after = with_draft(snapshot, draft).campaigns
    keys = {campaign.key for campaign in after}
    gone: set[str] = set()
    readers = decisions = changed = more = fewer = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if readers == MAX_READERS:
            raise InvalidDocumentError((f"line {number}: more than {MAX_READERS} readers",))
        recording, named = _recording(number, line, keys)
        gone |= named - keys
        readers += 1
        published = _simulated(recording, snapshot, snapshot.campaigns)
        drafted = _simulated(recording, snapshot, after)
        for view, view_with_draft in zip(published, drafted, strict=True):
            decisions += 1
            changed += _visible(view) != _visible(view_with_draft)
            was, would = _shows(view, draft.key), _shows(view_with_draft, draft.key)
            more += would and not was
            fewer += was and not would
    return ReplayResult(readers, decisions, changed, more, fewer, frozenset(gone))


def with_draft(snapshot: SiteSnapshot, draft: Campaign) -> SiteSnapshot:
    """Return the site as it would be if the draft were published. A campaign with the status draft counts as live."""
    draft = with_countries_written_out(draft, snapshot.site)
    if draft.status is Status.DRAFT:
        draft = replace(draft, status=Status.LIVE)
    others = (campaign for campaign in snapshot.campaigns if campaign.key != draft.key)
    return replace(snapshot, campaigns=(*others, draft))


def _recording(number: int, line: str, keys: Iterable[str]) -> tuple[Simulation, set[str]]:
    """Return a recorded reader and the campaigns that the recording names. Some of these may no longer exist."""
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
    """Yield the keys of campaigns anywhere in a recording. The schema rejects texts that are not keys."""
    parts = written.values() if isinstance(written, dict) else written if isinstance(written, list) else ()
    for part in parts:
        yield from _named(part)
    if isinstance(written, dict):
        names = (written.get("campaign"), written.get("gate"))
        yield from (key for key in names if isinstance(key, str) and re.match(KEY_PATTERN, key))


def _simulated(recording: Simulation, snapshot: SiteSnapshot, campaigns: tuple[Campaign, ...]) -> list[SimulatedView]:
    raised_minor = dict(snapshot.raised_minor)
    return list(simulate(replace(recording, site=snapshot.site, campaigns=campaigns, raised_minor=raised_minor)))


def _visible(view: SimulatedView) -> tuple[object, ...]:
    """Return what the reader sees: whether the article opens, and the prompts with their variants."""
    return view.decision.access.state, tuple((prompt.shown.campaign, prompt.shown.variant) for prompt in view.prompts)


def _shows(view: SimulatedView, key: str) -> bool:
    return any(prompt.shown.campaign == key for prompt in view.prompts)
