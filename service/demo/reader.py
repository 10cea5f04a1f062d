"""A reader of the demo newspaper without a browser, who opens pages, calls the service like the widget, and pays."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import requests

from service.demo.processes import DemoError, Ports
from service.demo.seed import SITE_KEY

TIMEOUT_SECONDS = 10
TEST_CARD = "4242424242424242"
FLAGS = frozenset({"is_sensitive", "is_paid_content", "hide_appeals"})


class ParsedPage(HTMLParser):
    """The parts of an HTML page that the demo needs: `keepopen:*` meta tags, links, and the first POST form."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.facts: dict[str, Any] = {}
        self.links: list[str] = []
        self.form_action: str | None = None
        self.form_fields: dict[str, str] = {}
        self._is_in_form = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "meta" and found.get("name", "").startswith("keepopen:"):
            self._fact(found["name"].removeprefix("keepopen:"), found.get("content", ""))
        elif tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif tag == "form" and found.get("method", "").lower() == "post" and self.form_action is None:
            self.form_action, self._is_in_form = found.get("action", ""), True
        elif tag in {"input", "select"} and self._is_in_form and _is_sent(found):
            self.form_fields[found["name"]] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_in_form = False

    def _fact(self, name: str, content: str) -> None:
        if name in FLAGS:
            self.facts[name] = content == "true"
        elif name == "tags":
            self.facts[name] = [part.strip() for part in content.split(",") if part.strip()]
        else:
            self.facts[name] = content


def _is_sent(field: dict[str, str]) -> bool:
    """Return whether a browser would send this field if the reader changed nothing."""
    return bool(field.get("name")) and (field.get("type") not in {"radio", "checkbox"} or "checked" in field)


@dataclass(slots=True)
class DemoReader:
    """A browser with its own cookies. `preview` is an editor's key, with which decisions include their trace."""

    ports: Ports
    preview: str
    session: requests.Session = field(default_factory=requests.Session)
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def articles(self) -> list[str]:
        """Return the addresses of the articles on the newspaper's front page, in order and without repetition."""
        links = ParsedPage(self._get(self.ports.newspaper_url).text).links
        return list(dict.fromkeys(urljoin(self.ports.newspaper_url, link) for link in links if "/articles/" in link))

    def facts(self, article: str) -> dict[str, Any]:
        """Return the `keepopen:*` facts of an article's page. A page is fetched only once."""
        if article not in self.pages:
            self.pages[article] = ParsedPage(self._get(article).text).facts
        return self.pages[article]

    def read(self, article: str, **more: str) -> dict[str, Any]:
        """Open an article and return the decision, as the widget asks for it on every page view."""
        return self.decide(self.facts(article), **more)

    def decide(self, facts: dict[str, Any], **more: str) -> dict[str, Any]:
        """Return the decision on a page view, with its trace.

        The trace comes from a preview of this view, which counts nothing.
        """
        body = {
            "site": SITE_KEY,
            "view_id": uuid4().hex,
            "placements": ["article_top", "article_end", "page_bottom", "over_article"],
            "consent": "full",
            **facts,
            **more,
        }
        explained = self._post("/v1/decide", {**body, "preview": self.preview})
        return {**self._post("/v1/decide", body), "trace": explained["trace"]}

    def report(self, prompt: dict[str, Any], event: str) -> None:
        """Report that a prompt was seen, dismissed or clicked."""
        body = {"site": SITE_KEY, "prompt_token": prompt["prompt_token"], "event": event, "event_id": uuid4().hex}
        self._post("/v1/events", body)

    def contribute(self, prompt: dict[str, Any], amount: str, interval: str, return_url: str) -> str:
        """Contribute from a prompt: start, pay on the hosted page, and return. Return the thank-you page's HTML.

        Raise DemoError if a step fails.
        """
        checkout = self._post(
            "/v1/checkout",
            {"prompt_token": prompt["prompt_token"], "amount": amount, "currency": "EUR", "interval": interval,
             "return_url": return_url},
        )  # fmt: skip
        hosted = self._get(checkout["checkout_url"])
        form = ParsedPage(hosted.text)
        if form.form_action is None:
            raise DemoError("the hosted page has no payment form")
        fields = {**form.form_fields, **card_fields(form.form_fields)}
        paid = self.session.post(urljoin(hosted.url, form.form_action), data=fields, timeout=TIMEOUT_SECONDS)
        if paid.status_code != 200 or "/thanks" not in paid.url:
            raise DemoError(
                f"the payment ended at {paid.url} with status {paid.status_code}, not on the thank-you page"
            )
        return paid.text

    def _get(self, url: str) -> requests.Response:
        response = self.session.get(url, timeout=TIMEOUT_SECONDS)
        if response.status_code != 200:
            raise DemoError(f"GET {url} answered {response.status_code}")
        return response

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        url = self.ports.service_url + path
        headers = {"Origin": self.ports.newspaper_url}
        response = self.session.post(url, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
        if response.status_code != 200:
            raise DemoError(f"POST {path} answered {response.status_code}: {response.text}")
        answer: dict[str, Any] = response.json()
        return answer


def card_fields(fields: dict[str, str]) -> dict[str, str]:
    """Return the values that a reader types into the fields of the hosted page's form."""
    typed = {
        "email": "mary.byrne@reader.example",
        "card_number": TEST_CARD,
        "card_expiry": "12 / 34",
        "card_cvc": "123",
        "name": "Mary Byrne",
        "country": "IE",
    }
    return {name: value for name, value in typed.items() if name in fields}
