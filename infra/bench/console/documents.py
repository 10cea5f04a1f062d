"""Write the sites and campaigns of an invented newsroom, with versions and drafts, and the counts of their prompts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from infra.bench.campaign_list import LIVELY_SITE, campaign
from infra.bench.console.life import SITES
from service.campaigns.documents import write_document
from service.campaigns.drafts.draft_store import DocumentDraft, keep_draft
from service.campaigns.drafts.versions import Author, Release, Written, release_version, save_version
from service.campaigns.editing import save_site
from service.campaigns.store import DocumentKind
from service.database.transaction import committed
from service.services import Services

VERSIONS, MANY_VERSIONS, MANY_KEY = 4, 40, "campaign-0"
DRAFTED = 30  # each editor has a draft of this many campaigns
DAYS_ASKED = 60  # of a campaign that is over
CURRENT = 20
CAMPAIGN = DocumentKind.CAMPAIGN
SITE_NAMES = dict(zip(SITES, ("The Carrowmere Courier", "The Harbour Post", "The Gazette"), strict=True))
# Both tables have a row for each day on which something happened. Old campaigns were asked for some weeks only.
_PROMPTS = """
INSERT INTO prompt_counts (site, campaign, variant, day, is_counted, event, count)
SELECT 'courier', 'campaign-' || number, variant, day, true, event, 1 + (hashtext(number || event || day) & 1023)
FROM generate_series(0, %(campaigns)s - 1) AS number
CROSS JOIN unnest(ARRAY['control', 'warm']) AS variant
CROSS JOIN unnest(ARRAY['shown', 'seen', 'dismissed', 'clicked']) AS event
CROSS JOIN LATERAL (
    SELECT CAST(%(today)s AS date) - passed AS day
    FROM generate_series(CASE WHEN number < %(current)s THEN 0 ELSE number * 3 END,
        CASE WHEN number < %(current)s THEN 365 ELSE number * 3 + %(asked)s END) AS passed
) AS days
"""
_VIEWS = """
INSERT INTO view_counts (site, day, hour, event, count)
SELECT site, CAST(%(today)s AS date) - passed, hour, event, 1 + (hashtext(site || event || passed || hour) & 8191)
FROM unnest(CAST(%(sites)s AS text[])) AS site, unnest(ARRAY['viewed', 'asked', 'gated']) AS event,
    generate_series(0, %(view_days)s) AS passed, generate_series(0, 23) AS hour
"""


@dataclass(frozen=True, slots=True)
class Editors:
    """Writes documents in the names of these people, whose ids own the drafts."""

    services: Services
    people: tuple[tuple[str, str], ...]

    def write_sites(self) -> None:
        """Save every site and put it in force. The first has the campaigns."""
        for key, name in SITE_NAMES.items():
            content = {**LIVELY_SITE, "key": key, "name": name, "origins": [f"https://{key}.example"]}
            save_site(self.services.engine, content, Author("Ana", self.services.clock()))

    def write_campaigns(self, count: int) -> None:
        """Save and publish campaigns with several versions each, one of them with many."""
        for number in range(count):
            versions = MANY_VERSIONS if number == 0 else VERSIONS
            with committed(self.services.engine) as connection:
                for version in range(versions):
                    content = {**campaign(number), "name": f"Campaign {number}, edition {version}"}
                    author = self._author(number + version, timedelta(days=200 - 2 * version))
                    save_version(connection, Written(CAMPAIGN, content), author)
                newest = versions - (number % 9 == 1)  # a version of some campaigns waits to be published
                release_version(connection, CAMPAIGN, f"campaign-{number}", Release(newest), author)

    def write_drafts(self, count: int) -> None:
        """Give every editor a draft of the first campaigns."""
        with committed(self.services.engine) as connection:
            for number in range(min(count, DRAFTED)):
                for person, _ in self.people:
                    keep_draft(connection, self._draft(number, person))

    def _draft(self, number: int, person: str) -> DocumentDraft:
        versions = MANY_VERSIONS if number == 0 else VERSIONS
        content: dict[str, Any] = {**campaign(number), "name": f"Campaign {number}, my draft"}
        content["reader"] = {"article_count": {"min": 2, "weeks": 4}, "supporter": "non_supporters"}
        text, now = write_document(content), self.services.clock()
        return DocumentDraft(CAMPAIGN, content["key"], person, content["site"], versions, content, text, 0, now)

    def _author(self, number: int, ago: timedelta) -> Author:
        return Author(self.people[number % len(self.people)][1], self.services.clock() - ago)


def write_counts(connection: psycopg.Connection, campaign_count: int, view_days: int, now: datetime) -> None:
    """Write how often prompts were shown, seen, dismissed and clicked, and how often pages were viewed."""
    values = {"today": now.date(), "campaigns": campaign_count, "current": CURRENT, "asked": DAYS_ASKED}
    connection.execute(_PROMPTS, values)
    connection.execute(_VIEWS, {**values, "sites": list(SITES), "view_days": view_days})
