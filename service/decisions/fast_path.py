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
from service.decisions.decide_view import decide_view, page_view_of
from service.decisions.tally import Tally
from service.logs import request_id_of
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import (
    MAX_USER_AGENT,
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
Header = Callable[[str], str | None]  # returns a header by the name that the server gives it
CONSTANT_HEADERS = (("Content-Type", "application/json"), ("Cache-Control", "no-store"), *EVERY_ANSWER)


class PlainDecisions:
    """Answers plain decide requests, whatever kind of server received them. It stores no reader's data."""

    def __init__(self, services: Services, header_name: Callable[[str], str] = str) -> None:
        """`header_name`: returns what the server calls a header, whose name is in lower case."""
        self._services = services
        self._snapshots, self._passports = services.part(SnapshotHolder), services.part(PassportSealer)
        self._tally = services.part(Tally)
        settings = services.settings
        self._public_origin, self._is_https = settings.public_origin, settings.is_https
        self._content_type, self._origin = header_name("content-type"), header_name("origin")
        self._fetch_site, self._user_agent = header_name("sec-fetch-site"), header_name("user-agent")
        self._sec_purpose, self._purpose = header_name("sec-purpose"), header_name("purpose")
        self._country = header_name(settings.country_header.lower()) if settings.country_header else None
        self._request_id = header_name("x-request-id") if settings.trusted_proxies > 0 else None
        self._sites = CompiledSites()

    def answered(self, raw: bytes, header: Header, cookies: str) -> Answered | None:
        """Return the answer, or None if the Flask route must answer. `cookies`: all Cookie headers."""
        try:
            return self._answered(raw, header, cookies)
        except Exception:  # whatever it is, the route meets it too and words the answer
            return None

    def _answered(self, raw: bytes, header: Header, cookies: str) -> Answered | None:
        began = time.perf_counter()
        if len(raw) > WIDGET_BODY_BYTES or not _is_json(header(self._content_type) or ""):
            return None
        view = plain_view(raw)
        site = self._sites.compiled(self._snapshots.current(), view.site)
        origin = header(self._origin)
        fetch_site = header(self._fetch_site) if origin is None else None
        if not is_admitted(origin, fetch_site, site.site.origins, self._public_origin):
            return None
        names = passport_cookies(view.site, is_https=self._is_https)
        edge = edge_of(
            (header(self._country) or "") if self._country else "",
            (header(self._user_agent) or "")[:MAX_USER_AGENT],
            header(self._sec_purpose) or header(self._purpose) or "",
        )
        passport, notes = names.carried(cookies)
        context = RequestContext(passport, edge, notes)
        page_view = page_view_of(site, self._passports, view, context, self._services.clock())
        answer = decide_view(site, self._passports, page_view)
        if answer.fault is not None:
            return None
        body = answer_json(answer)
        # An id made from the decision's own takes no random bytes.
        request_id = f"req{answer.decision_id[3:]}"
        if self._request_id:
            request_id = request_id_of(header(self._request_id) or "", request_id)
        headers = [*CONSTANT_HEADERS, ("Content-Length", str(len(body))), ("X-Request-Id", request_id)]
        if origin and origin != self._public_origin:
            headers += cors_headers(origin)
        if answer.passport is not None and not answer.is_local:
            headers += names.set_cookies(answer.passport, answer.notes)
        count_decision(self._services.metrics, self._tally, view.site, answer, time.perf_counter() - began)
        return body, headers


class FastPath:
    """A WSGI application that answers plain decide requests and passes all others on."""

    def __init__(self, behind: Wsgi, services: Services) -> None:
        self._behind, self._decisions = behind, PlainDecisions(services, environ_key)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/v1/decide" or environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start_response)
        raw = plain_body(environ, WIDGET_BODY_BYTES)
        if raw is None:
            return self._behind(environ, start_response)
        answered = self._decisions.answered(raw, environ.get, environ.get("HTTP_COOKIE", ""))
        if answered is None:
            environ["wsgi.input"] = BytesIO(raw)
            return self._behind(environ, start_response)
        body, headers = answered
        start_response("200 OK", headers)
        return (body,)


@lru_cache(maxsize=64)
def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in ACCEPTED_JSON_TYPES
