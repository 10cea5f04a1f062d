"""The requests of the widget during a browser's visit, and the answers to them."""

import json
from typing import Any

from playwright.sync_api import Page, Request, Response

from service.widget.install.browser.visit import DecideRequest
from service.widget.install.page.fact_origins import join_tags
from service.widget.install.page.facts import FACT_NAMES
from service.widget.install.page.site_relation import SiteRelation
from service.widget.install.page.source import LOADER_PATH

DECIDE_PATH = "/v1/decide"


class Traffic:
    """Records the widget's requests from a page, separately for the page and for frames inside it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._requests: list[Request] = []
        self._framed: list[Request] = []
        self._statuses: dict[Request, int] = {}
        self._failures: dict[Request, str] = {}
        page.on("request", self._begin)
        page.on("response", self._answer)
        page.on("requestfailed", self._fail)

    @property
    def addresses(self) -> list[str]:
        """The addresses the widget requested from the page itself."""
        return [request.url for request in self._requests]

    def frames(self) -> tuple[str, ...]:
        """Return the addresses of frames that loaded the widget."""
        return tuple(dict.fromkeys(request.frame.url for request in self._framed))

    def decide_requests(self) -> tuple[DecideRequest, ...]:
        """Return the requests for a decision so far."""
        return tuple(self._decide_request(request) for request in self._requests if DECIDE_PATH in request.url)

    def loader_failure(self) -> str:
        """Return why a script of the widget could not be loaded, or an empty text."""
        for request in self._requests:
            if request.resource_type == "script" and LOADER_PATH in request.url:
                status = self._statuses.get(request, 200)
                return f"status {status}" if status >= 400 else self._failures.get(request, "")
        return ""

    def _begin(self, request: Request) -> None:
        if request.is_navigation_request() or not (DECIDE_PATH in request.url or LOADER_PATH in request.url):
            return
        (self._requests if request.frame == self._page.main_frame else self._framed).append(request)

    def _answer(self, response: Response) -> None:
        self._statuses[response.request] = response.status

    def _fail(self, request: Request) -> None:
        self._failures[request] = request.failure or "it failed"

    def _decide_request(self, request: Request) -> DecideRequest:
        status, failure = self._statuses.get(request), self._failures.get(request, "")
        relation = request.all_headers().get("sec-fetch-site", "") if status else ""
        body = read_body(request)
        return DecideRequest(
            url=request.url,
            status=None if failure else status,
            failure=failure,
            relation=SiteRelation(relation) if relation in set(SiteRelation) else None,
            consent=str(body.get("consent", "none")),
            facts={name: fact_text(body[name]) for name in FACT_NAMES if name in body},
        )


def read_body(request: Request) -> dict[str, Any]:
    """Return the JSON object a request carries. Return an empty one if it carries none."""
    try:
        found = json.loads(request.post_data or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def fact_text(value: Any) -> str:
    """Return a fact of a request as text: tags separated by commas, `true` for yes."""
    if isinstance(value, list):
        return join_tags([str(tag) for tag in value])
    return "true" if value is True else str(value)
