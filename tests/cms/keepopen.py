"""The real Keepopen service for the pages of WordPress and Ghost, with a site for each kind of prompt."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.campaigns.editing import NOW, Author, publish, save_campaign, save_site
from service.campaigns.store import DocumentKind
from service.clock import system_clock
from service.database.embedded import embedded_postgresql
from service.database.engine import application_engine
from service.database.migrate import migrate
from service.demo.processes import HOST, Processes, free_ports
from service.demo.settings import SECRET_KEY, environment
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token

SITES = ("appeal", "banner", "gate")
FREE_ARTICLES = 2
COPY = {
    "en": {
        "heading": "Would you help to keep this open?",
        "paragraphs": ["Advertising pays for less than a third of our reporting. The rest comes from readers."],
        "button": "Contribute",
    }
}


@dataclass(frozen=True, slots=True)
class Keepopen:
    """A running service: its address, and a staff token of an editor."""

    url: str
    token: str


def site_document(key: str, *origins: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "name": "The Tide",
        "timezone": "Europe/Dublin",
        "home_url": f"{origins[0]}/",
        "origins": list(origins),
        "languages": ["en"],
        "currency": "EUR",
        "consent": {"default": "none", "contextual_share": 0},
        **more,
    }


def campaign_documents() -> list[dict[str, Any]]:
    """One campaign a site. Every reader with consent is asked on every article; the gate lets two articles through."""
    often: dict[str, Any] = {
        "reader": {"consent": ["full"], "supporter": "everyone"},
        "frequency": {"always_ask": True},
        "variants": [{"key": "control", "copy": COPY}],
    }
    gate = {
        "gate": {"type": "payment", "strength": "hard"},
        "meter": {"anonymous": {"allowance": FREE_ARTICLES, "period": "month"}},
    }
    return [
        {"key": "appeal", "site": "appeal", "kind": "epic", "placement": "article_top", **often},
        {"key": "banner", "site": "banner", "kind": "banner", "placement": "page_bottom", **often},
        {
            "key": "gate",
            "site": "gate",
            "kind": "gate",
            "placement": "over_article",
            **gate,
            "variants": often["variants"],
        },
    ]


@contextlib.contextmanager
def running_keepopen(origins: tuple[str, ...], folder: Path) -> Iterator[Keepopen]:
    """Run the service for pages of these origins, and stop it at the end."""
    ports = free_ports()
    with embedded_postgresql(folder) as database_url:
        migrate(database_url)
        token = seed(database_url, origins)
        processes = Processes(folder / "logs", environment(ports, database_url, folder))
        try:
            processes.start("service", ["-m", "service", "--host", HOST, "--port", str(ports.service)])
            processes.wait_until_ready("service", f"{ports.service_url}/readyz")
            yield Keepopen(ports.service_url, token)
        finally:
            processes.stop()


def seed(database_url: str, origins: tuple[str, ...]) -> str:
    """Save the sites and campaigns. Returns an editor's staff token."""
    engine = application_engine(database_url)
    try:
        hand = Author("tests", system_clock())
        for key in SITES:
            save_site(engine, site_document(key, *origins), hand)
        for document in campaign_documents():
            save_campaign(engine, document, hand)
            publish(engine, DocumentKind.CAMPAIGN, document["key"], NOW, hand)
        return create_token(engine, (SECRET_KEY,), TokenRequest("WordPress", TokenRole.EDITOR), hand.at).text
    finally:
        engine.dispose()
