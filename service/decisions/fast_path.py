"""Answer plain decide requests before Flask dispatches them, because dispatching costs more than the decision.

The answers equal those of the Flask route in `api.py`; a property test compares them, and both call `decide_view`. A
request that is not plain is passed on to Flask unchanged: a preflight, an invalid body, a page of another origin, a
signed-in reader, a preview, or an error.
"""

import time
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO

from schemas.plain_view import plain_view
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.answer_json import answer_text
from service.decisions.compile import CompiledSites
from service.decisions.counting import count_decision
from service.decisions.decide_view import Answer, decide_view, page_view_of
from service.decisions.tally import Tally
from service.logs import request_id_of
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import (
    MAX_USER_AGENT,
    PassportCookies,
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
    is_admitted,
    plain_body,
)

CONSTANT_HEADERS = (("Content-Type", "application/json"), ("Cache-Control", "no-store"), *EVERY_ANSWER)


class FastPath:
    """A WSGI application that answers plain decide requests and passes all others on. It stores no reader's data."""

    def __init__(self, behind: Wsgi, services: Services) -> None:
        self._behind, self._services = behind, services
        self._snapshots, self._passports = services.part(SnapshotHolder), services.part(PassportSealer)
        self._tally = services.part(Tally)
        settings = services.settings
        self._public_origin, self._is_https = settings.public_origin, settings.is_https
        self._country_name = "HTTP_" + (settings.country_header or "").upper().replace("-", "_")
        self._sites = CompiledSites()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/v1/decide" or environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start_response)
        raw = plain_body(environ, WIDGET_BODY_BYTES) if _is_json(environ.get("CONTENT_TYPE", "")) else None
        if raw is None:
            return self._behind(environ, start_response)
        try:
            answered = self._answered(raw, environ)
        except Exception:  # whatever it is, the route meets it too and words the answer
            answered = None
        if answered is None:
            environ["wsgi.input"] = BytesIO(raw)
            return self._behind(environ, start_response)
        body, headers = answered
        start_response("200 OK", headers)
        return (body,)

    def _answered(self, raw: bytes, environ: Environ) -> tuple[bytes, list[tuple[str, str]]] | None:
        """Return body and headers of the answer, or None if the Flask route must answer."""
        began, header = time.perf_counter(), environ.get
        view = plain_view(raw)
        site = self._sites.compiled(self._snapshots.current(), view.site)
        origin, fetch_site = header("HTTP_ORIGIN"), header("HTTP_SEC_FETCH_SITE")
        if not is_admitted(origin, fetch_site, site.site.origins, self._public_origin):
            return None
        cookies = passport_cookies(view.site, is_https=self._is_https)
        purpose = header("HTTP_SEC_PURPOSE") or header("HTTP_PURPOSE") or ""
        edge = edge_of(header(self._country_name, ""), header("HTTP_USER_AGENT", "")[:MAX_USER_AGENT], purpose)
        passport, notes = cookies.carried(header("HTTP_COOKIE", ""))
        context = RequestContext(passport, edge, notes)
        page_view = page_view_of(site, self._passports, view, context, self._services.clock())
        answer = decide_view(site, self._passports, page_view)
        if answer.fault is not None:
            return None
        body = answer_text(answer).encode()
        headers = self._headers(environ, cookies, answer, len(body))
        count_decision(self._services.metrics, self._tally, view.site, answer, time.perf_counter() - began)
        return body, headers

    def _headers(
        self, environ: Environ, cookies: PassportCookies, answer: Answer, length: int
    ) -> list[tuple[str, str]]:
        # Reuse the digits of the decision id: more random bytes would cost another system call.
        request_id, offered = f"req{answer.decision_id[3:]}", environ.get("HTTP_X_REQUEST_ID")
        headers = [
            *CONSTANT_HEADERS,
            ("Content-Length", str(length)),
            ("X-Request-Id", request_id_of(offered, request_id) if offered else request_id),
        ]
        origin = environ.get("HTTP_ORIGIN")
        if origin and origin != self._public_origin:
            headers += cors_headers(origin)
        if answer.passport is not None and not answer.is_local:
            headers += cookies.set_cookies(answer.passport, answer.notes)
        return headers


@lru_cache(maxsize=64)
def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in ACCEPTED_JSON_TYPES
