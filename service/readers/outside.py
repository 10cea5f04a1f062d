"""Ask the publication's own services about signed-in readers: their audiences, and whether to suppress appeals.

A service is asked over HTTPS with the publication's own reader id, and only if a campaign needs the answer. A timeout,
a cache and a back-off that doubles keep a slow or broken service from slowing pages. Without an answer a reader is in
no audience, and campaigns that obey the suppressor show no appeal.
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
    """What the services say about a reader. `audiences` None: not known."""

    audiences: frozenset[str] | None = None
    is_suppressed: bool = False


class OutsideFaultError(Exception):
    """The service did not answer in time, or its answer cannot be used."""


@dataclass(frozen=True, slots=True)
class _BackOff:
    """A service that failed is not asked until `until`. The next failure doubles `length`."""

    until: datetime
    length: timedelta


class OutsideServices:
    """The answers of a publication's services, in memory for a while.

    Two threads may ask the same question at once; the later answer stays.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._answers: OrderedDict[tuple[str, str], tuple[datetime, Any]] = OrderedDict()
        self._back_offs: dict[str, _BackOff] = {}

    def audiences(self, service: OutsideService, reader_id: str, now: datetime) -> frozenset[str] | None:
        """Return the audience keys of a reader, or None if the service gives no usable answer."""
        found = self._asked(service, reader_id, now)
        names = found.get("audiences") if found is not None else None
        if not isinstance(names, list) or len(names) > MAX_AUDIENCES:
            return None
        return frozenset(name for name in names if isinstance(name, str))

    def is_suppressed(self, service: OutsideService, reader_id: str, now: datetime) -> bool:
        """Return True unless the service says that the reader may be asked."""
        found = self._asked(service, reader_id, now)
        return found is None or found.get("suppress") is not False

    def _asked(self, service: OutsideService, reader_id: str, now: datetime) -> dict[str, Any] | None:
        key = (service.url, reader_id)
        kept = self._answers.get(key)
        if kept is not None and now - kept[0] < timedelta(seconds=service.cache_seconds):
            return dict(kept[1])
        back_off = self._back_offs.get(service.url)
        if back_off is not None and now < back_off.until:
            return None
        try:
            body = json.dumps({"reader_id": reader_id}).encode()
            found = json.loads(self._fetch(service.url, body, service.timeout_ms / 1000))
            if not isinstance(found, dict):
                raise OutsideFaultError("not an object")
        except (OutsideFaultError, ValueError, RecursionError):
            self._back_offs[service.url] = _next_back_off(service, back_off, now)
            return None
        self._back_offs.pop(service.url, None)
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


def _next_back_off(service: OutsideService, last: _BackOff | None, now: datetime) -> _BackOff:
    first, longest = timedelta(seconds=service.back_off_seconds), timedelta(seconds=service.back_off_maximum_seconds)
    length = min(longest, last.length * 2 if last is not None else first)
    return _BackOff(now + length, length)
