"""Answer plain decide requests before Flask dispatches them, because dispatching costs more than the decision.

The answers equal those of the Flask route in `api.py`; a property test compares them, and both call `decide_view`. A
request that is not plain is passed on to Flask unchanged: a preflight, an invalid body, a page of another origin, a
signed-in reader, a preview, or an error.
"""

import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO

from schemas.plain_view import plain_view
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.answer_json import answer_json
from service.decisions.compile import CompiledSites
from service.decisions.counting import count_decision
from service.decisions.decide_view import Answer, decide_view, page_view_of
from service.decisions.tally import Tally
from service.logs import request_id_of
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import (
    MAX_USER_AGENT,
    Edge,
    RequestContext,
    edge_of,
    passport_cookies,
)
from service.services import Services
from service.web.headers import EVERY_ANSWER
from service.web.requests import (
    ACCEPTED_JSON_TYPES,
    WIDGET_BODY_BYTES,
    Environ,
    StartResponse,
    Wsgi,
    cors_headers,
    environ_key,
    is_admitted,
    plain_body,
)

Answered = tuple[bytes, list[tuple[str, str]]]  # body and headers
Header = Callable[[str], str | None]  # returns a header by its name in lower case
CONSTANT_HEADERS = (("Content-Type", "application/json"), ("Cache-Control", "no-store"), *EVERY_ANSWER)


class PlainDecisions:
    """Answers plain decide requests, whatever kind of server received them. It stores no reader's data."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._snapshots, self._passports = services.part(SnapshotHolder), services.part(PassportSealer)
        self._tally = services.part(Tally)
        settings = services.settings
        self._public_origin, self._is_https = settings.public_origin, settings.is_https
        self._country_name = (settings.country_header or "").lower()
        self._trusts_proxy = settings.trusted_proxies > 0
        self._sites = CompiledSites()

    def answered(self, raw: bytes, header: Header, cookies: str) -> Answered | None:
        """Return the answer, or None if the Flask route must answer. `cookies`: all Cookie headers."""
        try:
            return self._answered(raw, header, cookies)
        except Exception:  # whatever it is, the route meets it too and words the answer
            return None

    def _answered(self, raw: bytes, header: Header, cookies: str) -> Answered | None:
        began = time.perf_counter()
        if len(raw) > WIDGET_BODY_BYTES or not _is_json(header("content-type") or ""):
            return None
        view = plain_view(raw)
        site = self._sites.compiled(self._snapshots.current(), view.site)
        origin = header("origin")
        if not is_admitted(origin, header("sec-fetch-site"), site.site.origins, self._public_origin):
            return None
        names = passport_cookies(view.site, is_https=self._is_https)
        passport, notes = names.carried(cookies)
        context = RequestContext(passport, self._edge(header), notes)
        page_view = page_view_of(site, self._passports, view, context, self._services.clock())
        answer = decide_view(site, self._passports, page_view)
        if answer.fault is not None:
            return None
        body = answer_json(answer)
        headers = [*CONSTANT_HEADERS, ("Content-Length", str(len(body))), ("X-Request-Id", self._id(answer, header))]
        if origin and origin != self._public_origin:
            headers += cors_headers(origin)
        if answer.passport is not None and not answer.is_local:
            headers += names.set_cookies(answer.passport, answer.notes)
        count_decision(self._services.metrics, self._tally, view.site, answer, time.perf_counter() - began)
        return body, headers

    def _edge(self, header: Header) -> Edge:
        country = header(self._country_name) if self._country_name else None
        purpose = header("sec-purpose") or header("purpose") or ""
        return edge_of(country or "", (header("user-agent") or "")[:MAX_USER_AGENT], purpose)

    def _id(self, answer: Answer, header: Header) -> str:
        """Return the id of the request: that of our own proxy, or one made from the id of the decision.

        More random bytes would cost another system call.
        """
        own = f"req{answer.decision_id[3:]}"
        offered = header("x-request-id") if self._trusts_proxy else None
        return request_id_of(offered, own) if offered else own


class FastPath:
    """A WSGI application that answers plain decide requests and passes all others on."""

    def __init__(self, behind: Wsgi, services: Services) -> None:
        self._behind, self._decisions = behind, PlainDecisions(services)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/v1/decide" or environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start_response)
        raw = plain_body(environ, WIDGET_BODY_BYTES)
        if raw is None:
            return self._behind(environ, start_response)
        answered = self._decisions.answered(
            raw, lambda name: environ.get(environ_key(name)), environ.get("HTTP_COOKIE", "")
        )
        if answered is None:
            environ["wsgi.input"] = BytesIO(raw)
            return self._behind(environ, start_response)
        body, headers = answered
        start_response("200 OK", headers)
        return (body,)


@lru_cache(maxsize=64)
def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in ACCEPTED_JSON_TYPES
