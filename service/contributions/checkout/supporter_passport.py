"""Write a checkout, and then the contribution, into the reader's own passport."""

import secrets
from dataclasses import replace
from datetime import datetime

from msgspec import structs

from service.money import Interval, Money
from service.readers.additions import ContributionAddition, added, event_print
from service.readers.contributions import GivenContribution
from service.readers.impressions import campaign_fingerprint
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_notes import NO_CHANGES, NoteChanges, note_of
from service.readers.reader import Reader, new_reader
from service.services import Services

SALT_BITS = 32


def reader_key(services: Services, passport: str | None, site: str) -> str:
    """Return a key to count the reader's requests under. Without a readable passport it is random."""
    reader = _opened(services, passport, site)
    return f"{reader.salt}.{reader.first_seen_at}" if reader is not None else secrets.token_hex(8)


def begun_passport(services: Services, passport: str | None, site: str, interval: Interval) -> str | None:
    """Return the passport with the checkout that just began, or None if there is no readable passport."""
    reader = _opened(services, passport, site)
    if reader is None:
        return None
    instant = _instant(services)
    support = structs.replace(reader.support, checkout_at=instant, checkout_interval=interval)
    return services.part(PassportSealer).seal(reader.with_support(support), site, instant)


def confirmed_contribution(
    services: Services, interval: Interval, campaign: str | None, amount: Money | None = None
) -> GivenContribution:
    """Return the contribution that the reader has just come back from, as passports hold it.

    Of a one-off contribution they hold no amount.
    """
    given = GivenContribution(interval, _instant(services), campaign=campaign)
    if amount is None or given.is_one_off:
        return given
    return replace(given, amount_minor=amount.amount_minor, currency=amount.currency)


def knows_contribution(
    services: Services, passport: str | None, site: str, interval: Interval, since: datetime
) -> bool:
    """Return whether the passport holds a contribution of this interval made at `since` or later."""
    reader = _opened(services, passport, site)
    if reader is None:
        return False
    support = reader.support
    stamp = support.one_off_at if interval is Interval.ONE_OFF else support.recurring_at
    return stamp >= int(since.timestamp())


def recognised_passport(services: Services, passport: str, site: str, contribution: GivenContribution) -> str:
    """Return the passport with the contribution, counted for the campaign that asked.

    Without a readable passport, return a new one that holds nothing else.
    """
    instant = _instant(services)
    reader = _opened(services, passport, site) or new_reader(instant, None, secrets.randbits(SALT_BITS))
    after = added(reader, _addition(reader, contribution), instant)
    return services.part(PassportSealer).seal(after, site, instant)


def recognised_note(services: Services, passport: str, site: str, contribution: GivenContribution) -> NoteChanges:
    """Return the note of the contribution, in case the answer to a page view overwrites the passport."""
    reader = _opened(services, passport, site)
    if reader is None:
        return NO_CHANGES
    return NoteChanges(note_of(services.keys, site, reader, _addition(reader, contribution), _instant(services)))


def _addition(reader: Reader, contribution: GivenContribution) -> ContributionAddition:
    """Return what a contribution adds. It counts for its campaign only if a checkout was open before.

    If the reader opens the thank-you page again, no checkout is open and nothing is counted twice.
    """
    request = event_print(reader, f"contribution:{contribution.given_at}")
    is_counted = contribution.campaign is not None and reader.support.checkout_at
    campaign = campaign_fingerprint(contribution.campaign or "") if is_counted else 0
    return ContributionAddition(request, contribution, campaign)


def _opened(services: Services, passport: str | None, site: str) -> Reader | None:
    return services.part(PassportSealer).open(passport, site, _instant(services)) if passport else None


def _instant(services: Services) -> int:
    return int(services.clock().timestamp())
