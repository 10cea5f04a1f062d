"""The pages of the console in their states: each screen, its filters, the last page of its tables, and its files."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

TWO_YEARS = "from=2024-11-18&to=2026-11-18"
A_MONTH = "from=2026-10-01&to=2026-10-31"
TABS = ("words", "amounts", "who", "when", "experiment", "look", "file")
FIGURES = ("gross", "fees", "refunds", "disputes", "fx")


@dataclass(frozen=True, slots=True)
class Page:
    """An address of the console. `is_part`: htmx asks for it as a part of a page. `is_file`: it answers with a file."""

    path: str
    is_part: bool = False

    @property
    def is_file(self) -> bool:
        return "format=" in self.path or ".json" in self.path or ".zip" in self.path


@dataclass(frozen=True, slots=True)
class Samples:
    """Ids and places in the invented newsroom that pages are about. `oldest_…`: places near the end of a table."""

    one_off: str
    monthly: str
    refunded: str
    disputed: str
    charge: str
    payout: str
    event: str
    oldest_contribution: str
    oldest_entry: str
    oldest_failure: str
    email: str


_PLACE = "to_char({at} AT TIME ZONE 'UTC', 'YYYYMMDD\"T\"HH24MISS.US') || '~' || {id}"
_SAMPLES = f"""
SELECT
    (SELECT id FROM contributions WHERE interval = 'one_off' AND state = 'complete' ORDER BY created_at LIMIT 1),
    (SELECT id FROM contributions WHERE interval = 'month' ORDER BY paid_count DESC, id LIMIT 1),
    (SELECT id FROM contributions WHERE refunded_minor > 0 ORDER BY paid_count DESC, id LIMIT 1),
    (SELECT id FROM contributions WHERE dispute_status IS NOT NULL ORDER BY id LIMIT 1),
    (SELECT id FROM charges WHERE status = 'succeeded' ORDER BY created_at DESC LIMIT 1),
    (SELECT payout_id FROM payout_ties ORDER BY line_count DESC, payout_id LIMIT 1),
    (SELECT id FROM stripe_events WHERE status = 'done' ORDER BY received_at DESC LIMIT 1),
    (SELECT {_PLACE.format(at="created_at", id="id")} FROM contributions ORDER BY created_at OFFSET 40 LIMIT 1),
    (SELECT accounting_date || '.' || seq FROM ledger_entries ORDER BY accounting_date, seq OFFSET 40 LIMIT 1),
    (SELECT {_PLACE.format(at="created_at", id="payment_intent_id")} FROM charges WHERE status = 'failed'
        ORDER BY created_at OFFSET 40 LIMIT 1),
    (SELECT contributor_email FROM contributions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)
"""  # noqa: S608 it holds constants only


def samples_of(connection: psycopg.Connection) -> Samples:
    """Return what the pages are about in a newsroom that was filled."""
    row = connection.execute(_SAMPLES.encode()).fetchone()
    assert row is not None  # noqa: S101 the statement has one row
    return Samples(*row)


def pages_before_closing() -> Iterator[Page]:
    """Yield the pages about books of two years. No day of them is closed yet."""
    yield Page("/console/close?through=2026-10-31")
    yield Page("/console/close?through=2026-11-17")


def pages(found: Samples) -> Iterator[Page]:
    """Yield every page, except those before the first closing."""
    yield from _editing()
    yield from _money(found)
    yield from _people(found)


def _editing() -> Iterator[Page]:
    site = "/console/courier"
    yield from (Page(f"{site}/{leaf}") for leaf in ("today", "campaigns", "calendar", "why", "settings"))
    yield Page(f"{site}/today/in-force", is_part=True)
    yield from (Page(f"{site}/campaigns?{query}") for query in ("format=csv", "format=json", "place=article_end"))
    yield Page(f"{site}/campaigns?place=article_end&from=30")
    yield Page(f"{site}/campaigns/new")
    yield from (Page(f"{site}/calendar?{query}") for query in ("month=2025-06", "format=csv", "format=json"))
    why = "articles=9&country=IE&device=mobile&section=politics&tags=tag+3"
    yield from (Page(f"{site}/why?{why}{shape}") for shape in ("", "&format=csv", "&format=json"))
    campaign, settings = f"{site}/campaigns/campaign-0", f"{site}/settings"
    yield from (Page(f"{campaign}/edit?tab={tab}") for tab in TABS)
    yield from (Page(f"{settings}/{leaf}") for leaf in ("edit", "versions", "versions/1", "publish", "compare"))
    yield from (Page(f"{campaign}/{leaf}") for leaf in ("preview", "publish", "compare", "versions", "versions/3"))
    yield from (Page(f"{campaign}/versions?format={shape}") for shape in ("csv", "json"))
    yield Page(f"{site}/campaigns/campaign-21/publish")
    for document in (campaign, f"{site}/campaigns/campaign-21", settings):
        yield Page(f"{document}/effect")
        yield Page(f"{document}/effect", is_part=True)


def _money(found: Samples) -> Iterator[Page]:
    money = "/console/money"
    filters = ("", TWO_YEARS, f"{TWO_YEARS}&site=courier", f"{TWO_YEARS}&site=gazette", f"{A_MONTH}&currency=GBP")
    yield from (Page(f"{money}?{query}") for query in (*filters, "format=csv", "format=json"))
    yield from (Page(f"{money}/campaigns?{query}") for query in (*filters, "format=csv", "format=json"))
    of_campaign = f"{TWO_YEARS}&campaign=campaign-0"
    yield from (Page(f"{money}{leaf}?{of_campaign}") for leaf in ("", "/failed", "/entries/gross", "/entries/refunds"))
    for figure in FIGURES:
        yield from (Page(f"{money}/entries/{figure}?{query}") for query in filters[:3])
    yield Page(f"{money}/entries/gross?{TWO_YEARS}&after={found.oldest_entry}")
    yield Page(f"{money}/entries/gross?{TWO_YEARS}&site=gazette&after={found.oldest_entry}")
    yield from (Page(f"{money}/entries/refunds?{A_MONTH}&format={shape}") for shape in ("csv", "json"))
    texts = ("", found.email, "byrne", "ao", "25", "€1000", found.one_off, found.charge, found.payout, "nobody", "xx_1")
    yield from (Page(f"{money}/contributions?q={text}") for text in texts)
    yield from (Page(f"{money}/contributions?{query}") for query in ("site=gazette", "q=byrne&site=gazette"))
    yield Page(f"{money}/contributions?after={found.oldest_contribution}")
    yield from (Page(f"{money}/contributions?q={found.email}&format={shape}") for shape in ("csv", "json"))
    yield from (Page(f"{money}/failed?{query}") for query in (*filters, "format=csv", "format=json"))
    yield Page(f"{money}/failed?{TWO_YEARS}&after={found.oldest_failure}")
    for contribution in (found.one_off, found.monthly, found.refunded, found.disputed):
        yield Page(f"{money}/contributions/{contribution}")
    yield from (Page(f"{money}/contributions/{found.monthly}/{leaf}") for leaf in ("refund", "cancel", "mail"))
    yield from (Page(f"{money}/explain/{wanted}") for wanted in (found.monthly, found.charge, found.payout))
    yield Page(f"{money}/events/{found.event}")
    close = "/console/close"
    yield from (Page(f"{close}{leaf}") for leaf in ("", "?through=2026-11-17", "/items", "/mappings"))
    yield Page(f"{close}/closings/2026-09-30")
    yield from (Page(f"/console/exports{query}") for query in ("", "?format=csv", "?format=json"))


def _people(found: Samples) -> Iterator[Page]:
    yield from (Page(f"/console/supporters{query}") for query in ("", f"?q={found.email}", "?q=byrne"))
    yield from (Page(f"/console/supporters/{found.monthly}{leaf}") for leaf in ("", "/data.json"))
    record = ("", TWO_YEARS, f"{TWO_YEARS}&after=40", f"{TWO_YEARS}&act=refund", f"{TWO_YEARS}&person=per_7")
    rare = f"{TWO_YEARS}&person=per_7&act=refund"
    yield from (Page(f"/console/record?{query}") for query in (*record, rare, "format=csv", "format=json"))
    people = ("", "/invite", "/per_7", "?format=csv", "?format=json")
    yield from (Page(f"/console/people{leaf}") for leaf in people)
    system = ("", "/jobs", "/events", "/jobs?format=csv", "/jobs?format=json", "/events?format=csv")
    yield from (Page(f"/console/system{leaf}") for leaf in system)
    yield from (Page(f"/console/{leaf}") for leaf in ("", "me", "me/passkeys/new", "agreements", "sign-in"))
