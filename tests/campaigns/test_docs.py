"""docs/campaigns.md describes every field and every lint rule, and its examples work."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from marshmallow import Schema

from schemas.campaigns.campaign import CampaignSchema
from schemas.campaigns.site import SiteSchema
from schemas.document import _schema_of
from service.campaigns.documents import load_campaign, read_document
from tests.campaigns.make import campaign_document, variant_document

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "campaigns.md").read_text()
SHARED = frozenset({"public_key"})


def names_in(schema: Schema) -> Iterator[str]:
    for name, field in schema.fields.items():
        yield name
        inner = _schema_of(field)
        if inner is not None:
            yield from names_in(inner)


@pytest.mark.parametrize("schema", [CampaignSchema(), SiteSchema()], ids=["campaign", "site"])
def test_every_field_is_documented(schema: Schema) -> None:
    missing = {name for name in names_in(schema) if not re.search(rf"\b{name}\b", PAGE)}

    assert missing - SHARED == set()


def test_every_lint_rule_is_documented() -> None:
    folder = ROOT / "service" / "campaigns" / "lint"
    calls = re.compile(r'(?:problem|advice)\(\s*(?:subject|f"[^"]*"), "(\w+)"')
    rules = {rule for path in folder.glob("*.py") for rule in calls.findall(path.read_text())}

    assert len(rules) > 20
    assert {rule for rule in rules if f"`{rule}`" not in PAGE} == set()


def test_the_examples_work() -> None:
    smallest, ask = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)

    assert load_campaign(read_document(smallest).content).key == "autumn"
    written = read_document(ask).content["ask"]
    found = load_campaign(campaign_document(variants=[variant_document(ask=written)])).variants[0].ask
    assert found is not None
    assert {ask.currency for ask in found.currencies} == {"EUR", "JPY"}
