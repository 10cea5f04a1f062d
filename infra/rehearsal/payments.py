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
        """Contribute from the support page, without JavaScript. Return what happened."""
        with requests.Session() as session:
            # As if a CDN of the newsroom's stood in front: TRUSTED_PROXIES is 2.
            session.headers["X-Forwarded-For"] = f"10.{number >> 8 & 255}.{number & 255}.1"
            page = session.get(f"http://{HOST}:{self.port}/support/{SITE_KEY}", timeout=TIMEOUT_SECONDS)
            form = ParsedPage(page.text)
            if page.status_code != 200 or form.form_action is None:
                return f"support page {page.status_code}"
            checkout = urljoin(page.url, form.form_action)
            hosted = session.post(checkout, data={**form.form_fields, "amount": AMOUNT}, timeout=TIMEOUT_SECONDS)
            card = ParsedPage(hosted.text)
            if hosted.status_code != 200 or card.form_action is None:
                return f"checkout {hosted.status_code}"
            fields = {**card.form_fields, **card_fields(card.form_fields)}
            paid = session.post(urljoin(hosted.url, card.form_action), data=fields, timeout=TIMEOUT_SECONDS)
            return "paid and thanked" if paid.status_code == 200 else f"paid, thanks page {paid.status_code}"
