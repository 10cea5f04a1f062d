"""Services of the publication, asked about signed-in readers: their audiences, and whether to leave them in peace.

Asked over HTTPS with the publication's own reader id, and only where a campaign wants to know. A time-out, a cache, and
a back-off that doubles keep a slow or broken service from slowing pages. No answer: no audience, and no appeal from
campaigns that listen to the suppressor.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.campaigns.reader_rules import ReaderRules
from service.campaigns.site import OutsideService, Site

MAX_CACHED = 1000
MAX_AUDIENCES = 200

Fetch = Callable[[str, bytes, float], bytes]


@dataclass(frozen=True, slots=True)
class OutsideAnswers:
    """What the services say of one reader. `audiences` None: nobody knows."""

    audiences: frozenset[str] | None = None
    is_suppressed: bool = False


class OutsideFaultError(Exception):
    """The service did not answer in time, or not with what was asked for."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """A service that failed rests until `until`; the next failure doubles `length`."""

    until: datetime
    length: timedelta


class OutsideServices:
    """One per process. Two threads may ask the same at once; the later answer stays."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._answers: OrderedDict[tuple[str, str], tuple[datetime, Any]] = OrderedDict()
        self._rests: dict[str, _Rest] = {}

    def audiences(self, service: OutsideService, reader_id: str, now: datetime) -> frozenset[str] | None:
        """Audience keys of a reader; None when nobody knows."""
        found = self._asked(service, reader_id, now)
        names = found.get("audiences") if found is not None else None
        if not isinstance(names, list) or len(names) > MAX_AUDIENCES:
            return None
        return frozenset(name for name in names if isinstance(name, str))

    def is_suppressed(self, service: OutsideService, reader_id: str, now: datetime) -> bool:
        """Whether to leave a reader in peace; also when nobody knows."""
        found = self._asked(service, reader_id, now)
        return found is None or found.get("suppress") is not False

    def _asked(self, service: OutsideService, reader_id: str, now: datetime) -> dict[str, Any] | None:
        key = (service.url, reader_id)
        kept = self._answers.get(key)
        if kept is not None and now - kept[0] < timedelta(seconds=service.cache_seconds):
            return dict(kept[1])
        rest = self._rests.get(service.url)
        if rest is not None and now < rest.until:
            return None
        try:
            body = json.dumps({"reader_id": reader_id}).encode()
            found = json.loads(self._fetch(service.url, body, service.timeout_ms / 1000))
            if not isinstance(found, dict):
                raise OutsideFaultError("not an object")
        except (OutsideFaultError, ValueError, RecursionError):
            self._rests[service.url] = _next_rest(service, rest, now)
            return None
        self._rests.pop(service.url, None)
        self._keep(key, now, found)
        return found

    def _keep(self, key: tuple[str, str], now: datetime, found: dict[str, Any]) -> None:
        self._answers[key] = (now, found)
        self._answers.move_to_end(key)
        while len(self._answers) > MAX_CACHED:
            self._answers.popitem(last=False)


def ask_services(
    services: OutsideServices, site: Site, campaigns: Iterable[ReaderRules], reader_id: str, now: datetime
) -> OutsideAnswers:
    """Ask the publication's own services about a signed-in reader, if the reader rules of a campaign need it."""
    rules = tuple(campaigns)
    audience_service, suppressor_service = site.audience_service, site.suppressor_service
    audiences: frozenset[str] | None = None
    is_suppressed = False
    if audience_service is not None and any(rule.external_audiences_any is not None for rule in rules):
        audiences = services.audiences(audience_service, reader_id, now)
    if suppressor_service is not None and any(rule.is_suppressible for rule in rules):
        is_suppressed = services.is_suppressed(suppressor_service, reader_id, now)
    return OutsideAnswers(audiences, is_suppressed)


def _next_rest(service: OutsideService, rest: _Rest | None, now: datetime) -> _Rest:
    first, longest = timedelta(seconds=service.back_off_seconds), timedelta(seconds=service.back_off_maximum_seconds)
    length = min(longest, rest.length * 2 if rest is not None else first)
    return _Rest(now + length, length)
