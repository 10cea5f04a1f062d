"""The data that the demo starts with: a site, its campaigns, and a finance token in a file beside the database."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from service.campaigns.documents import read_file
from service.campaigns.editing import NOW, Author, publish, save_campaign, save_site
from service.campaigns.store import DocumentKind
from service.clock import system_clock
from service.database.engine import application_engine
from service.decisions.preview import Preview, seal_preview
from service.demo.processes import Ports
from service.demo.settings import SECRET_KEY
from service.sealing import KeyRing
from service.staff.inviting import Wish, invite_to
from service.staff.people import COMMAND_LINE, Role
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token, verify_token

SITE_KEY = "courier"
CAMPAIGN_KEY = "open-for-all"
PREVIEW_SECONDS = 3600
DOCUMENTS = Path(__file__).parents[2] / "infra" / "demo_site"
TOKEN_FILE = "finance-token.txt"
SEEDER = "demo"
PEOPLE = {
    "as an editor": Wish("ana@courier.example", frozenset({Role.PUBLISHER}), name="Ana Byrne"),
    "as finance": Wish("maria@courier.example", frozenset({Role.FINANCE, Role.ADMIN}), name="Maria Keane"),
    "as colleague": Wish("eoin@courier.example", frozenset({Role.FINANCE}), name="Eoin Daly"),
}


def seed(database_url: str, ports: Ports, var_dir: Path) -> str:
    """Save and publish the demo's documents, and return a finance token. A repetition changes nothing."""
    engine = application_engine(database_url)
    try:
        author = Author(SEEDER, system_clock())
        save_site(engine, site_document(ports), author)
        for path in sorted((DOCUMENTS / "campaigns").glob("*.yaml")):
            content = read_file(path).content
            save_campaign(engine, content, author)
            publish(engine, DocumentKind.CAMPAIGN, content["key"], NOW, author)
        return finance_token(engine, var_dir / TOKEN_FILE)
    finally:
        engine.dispose()


def site_document(ports: Ports) -> dict[str, Any]:
    """Return the demo's site document with the addresses on which its newspaper listens."""
    content: dict[str, Any] = read_file(DOCUMENTS / "site.yaml").content
    origins = [ports.newspaper_url, ports.newspaper_url.replace("127.0.0.1", "localhost")]
    return {**content, "home_url": f"{ports.newspaper_url}/", "origins": origins}


def preview_key() -> str:
    """Return a preview key, as `POST /v1/previews` gives it to editors: with it, decisions include their trace."""
    expires_at = int(system_clock().timestamp()) + PREVIEW_SECONDS
    return seal_preview(KeyRing((SECRET_KEY,)), Preview(SITE_KEY, CAMPAIGN_KEY, "", False, expires_at))


def sign_in_links(database_url: str, ports: Ports) -> dict[str, str]:
    """Return a one-time link to the console for an editor and for finance. Earlier links of the two end."""
    engine = application_engine(database_url)
    try:
        return {
            words: invite_to(engine, ports.service_url, wish, COMMAND_LINE, system_clock()).link
            for words, wish in PEOPLE.items()
        }
    finally:
        engine.dispose()


def finance_token(engine: Engine, path: Path) -> str:
    """Return the token in the file if it is still valid. Otherwise create one and write it to the file."""
    known = path.read_text(encoding="ascii").strip() if path.exists() else ""
    if known and verify_token(engine, (SECRET_KEY,), known, system_clock()):
        return known
    text = create_token(engine, (SECRET_KEY,), TokenRequest("demo finance", TokenRole.FINANCE), system_clock()).text
    path.write_text(text + "\n", encoding="ascii")
    path.chmod(0o600)
    return text
