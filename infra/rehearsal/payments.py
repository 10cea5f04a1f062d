"""Readers who contribute one after another, whatever happens to the service meanwhile."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urljoin

import requests

from infra.rehearsal.parts import HOST
from service.demo.reader import ParsedPage, card_fields
from service.demo.seed import SITE_KEY

TIMEOUT_SECONDS = 30
PAUSE_SECONDS = 1.0
AMOUNT = "5"


@dataclass(slots=True)
class Payers:
    """Readers who come each second from addresses of their own, until `stop`. `seen` counts what happened to them."""

    port: int
    seen: Counter[str] = field(default_factory=Counter)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Let readers come."""
        self._thread = threading.Thread(target=self._come, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let no more readers come, and wait for the last."""
        self._ended.set()
        if self._thread:
            self._thread.join()

    def _come(self) -> None:
        number = 0
        while not self._ended.wait(PAUSE_SECONDS):
            number += 1
            try:
                self.seen[self._contribute(number)] += 1
            except requests.RequestException:
                self.seen["no answer"] += 1

    def _contribute(self, number: int) -> str:
        begun = begin(self.port, number)
        return begun if isinstance(begun, str) else begun.pay()


@dataclass(frozen=True, slots=True)
class HostedPage:
    """A reader on Stripe's page for payments, with the card's number typed in."""

    session: requests.Session
    action: str
    fields: dict[str, str]

    def pay(self) -> str:
        """Pay, and return to the service. Return what happened."""
        with self.session:
            paid = self.session.post(self.action, data=self.fields, timeout=TIMEOUT_SECONDS)
        return "paid and thanked" if paid.status_code == 200 else f"paid, thanks page {paid.status_code}"


def begin(port: int, number: int) -> HostedPage | str:
    """Go from the support page to Stripe's, without JavaScript. Return what happened if a page does not come."""
    session = requests.Session()
    # As if a CDN of the newsroom's stood in front: TRUSTED_PROXIES is 2.
    session.headers["X-Forwarded-For"] = f"10.{number >> 8 & 255}.{number & 255}.1"
    page = session.get(f"http://{HOST}:{port}/support/{SITE_KEY}", timeout=TIMEOUT_SECONDS)
    form = ParsedPage(page.text)
    if page.status_code != 200 or form.form_action is None:
        return f"support page {page.status_code}"
    checkout = urljoin(page.url, form.form_action)
    hosted = session.post(checkout, data={**form.form_fields, "amount": AMOUNT}, timeout=TIMEOUT_SECONDS)
    card = ParsedPage(hosted.text)
    if hosted.status_code != 200 or card.form_action is None:
        return f"checkout {hosted.status_code}"
    fields = {**card.form_fields, **card_fields(card.form_fields)}
    return HostedPage(session, urljoin(hosted.url, card.form_action), fields)
