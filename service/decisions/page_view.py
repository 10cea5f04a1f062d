"""One page view through the pure core: count it, decide, spend. The same for readers, simulations and replays."""

import secrets
from typing import NamedTuple

from service.campaigns.gate import Strength
from service.campaigns.reader_rules import Consent, SupporterState
from service.decisions.compiled import CompiledSite
from service.decisions.decide import decide
from service.decisions.decision import Decision
from service.decisions.history import record_view
from service.decisions.meter import spend
from service.decisions.reader import BUCKETS, Reader
from service.decisions.site_time import SiteTime
from service.decisions.situation import Purpose, Situation, Visitor
from service.decisions.supporters import supporter_state
from service.decisions.view import ViewRequest, reading_of


class Arrival(NamedTuple):
    """A reader arriving at a page. `reader` None: nothing is remembered (no consent)."""

    view: ViewRequest
    visitor: Visitor
    reader: Reader | None
    now: SiteTime


def under_consent(reader: Reader, consent: Consent, bucket: int | None = None) -> Reader | None:
    """What may be kept of a reader: nothing without consent, neither bucket nor topics with consent to the meter alone.

    `bucket` is given to a reader who has none yet and whose consent covers one; None draws it.
    """
    if consent is Consent.NONE:
        return None
    if consent is Consent.METER:
        return reader._replace(bucket=None, history=reader.history._replace(topics=()))
    if reader.bucket is not None:
        return reader
    return reader._replace(bucket=secrets.randbelow(BUCKETS) if bucket is None else bucket)


def take_view(
    site: CompiledSite, arrival: Arrival, *, is_supporter_known: bool = True, explains: bool = False
) -> tuple[Situation, Decision, Reader | None]:
    """Count the page view, decide, and spend: the situation decided on, the decision, and the reader afterwards.

    Pages fetched ahead of time and crawlers count nothing. An article behind a hard gate has not been read.
    """
    reader = counted(site, arrival)
    situation = situation_of(site, arrival, reader, is_supporter_known=is_supporter_known)
    decision = decide(site, situation, explains=explains)
    if reader is not None and decision.spends_from is not None:
        reader = spend(reader, decision.spends_from.campaign, situation)
    if decision.choices and decision.choices[0].strength is Strength.HARD:  # a gate comes first, and alone
        reader = counted(site, arrival, is_read=False)
    return situation, decision, reader


def situation_of(
    site: CompiledSite, arrival: Arrival, reader: Reader | None, *, is_supporter_known: bool = True
) -> Situation:
    """What is decided on; `reader` as the page view left them. Of a signed-in reader of whom nothing may be read it is
    unknown whether they support the site."""
    if reader is None:
        supporter = SupporterState.UNKNOWN if arrival.visitor.is_signed_in else SupporterState.NONE
    else:
        supporter = supporter_state(reader.giving, site.site.supporters, arrival.now)
    return Situation(
        site.site,
        arrival.view.facts.page,
        arrival.visitor,
        reader,
        supporter if is_supporter_known else SupporterState.UNKNOWN,
        arrival.now,
        arrival.view.view_id,
        site.raised_minor,
    )


def counted(site: CompiledSite, arrival: Arrival, *, is_read: bool = True) -> Reader | None:
    """The reader with this page view in the history; `is_read` False: as a page that was not read."""
    reader, visitor = arrival.reader, arrival.visitor
    if reader is None or visitor.purpose is not Purpose.VISIT:
        return reader
    has_topics = visitor.consent is Consent.FULL
    reading = reading_of(arrival.view, site.wanted_topics, has_topics=has_topics, is_read=is_read)
    return record_view(reader, reading, arrival.now)
