"""Writing into the reader's own passport that they are about to support the site, and that they do."""

import secrets
from dataclasses import replace
from datetime import datetime

from service.money import Interval
from service.readers.contributions import GivenContribution, settled
from service.readers.impressions import campaign_fingerprint, record_contribution
from service.readers.passport import PassportSealer
from service.readers.reader import new_reader
from service.services import Services

SALT_BITS = 32


def reader_key(services: Services, carried: str | None, site: str) -> str:
    """What stays the same of a reader's passport from request to request, where there is one; else a fresh text."""
    reader = services.part(PassportSealer).open(carried, site, int(services.clock().timestamp())) if carried else None
    return f"{reader.salt}.{reader.first_seen_at}" if reader is not None else secrets.token_hex(8)


def begun_passport(services: Services, carried: str | None, site: str, interval: Interval) -> str | None:
    """The passport once a checkout was begun; None where the reader carries none that can be read."""
    instant = int(services.clock().timestamp())
    reader = services.part(PassportSealer).open(carried, site, instant) if carried else None
    if reader is None:
        return None
    support = replace(reader.support, checkout_at=instant, checkout_interval=interval)
    return services.part(PassportSealer).seal(reader._replace(support=support), site, instant)


def just_given(services: Services, interval: Interval, campaign: str | None) -> GivenContribution:
    """A gift its reader has just come back from."""
    return GivenContribution(interval, int(services.clock().timestamp()), campaign=campaign)


def knows_of(services: Services, carried: str | None, site: str, interval: Interval, since: datetime) -> bool:
    """Whether a passport was told of a gift of this interval since then."""
    reader = services.part(PassportSealer).open(carried, site, int(services.clock().timestamp())) if carried else None
    if reader is None:
        return False
    support = reader.support
    stamp = support.one_off_at if interval is Interval.ONE_OFF else support.recurring_at
    return stamp >= int(since.timestamp())


def recognised_passport(services: Services, carried: str, site: str, gift: GivenContribution) -> str:
    """The passport after a gift, which counts for the campaign that asked. Without a readable one, a new one that holds
    nothing else."""
    instant = int(services.clock().timestamp())
    reader = services.part(PassportSealer).open(carried, site, instant) or new_reader(
        instant, None, secrets.randbits(SALT_BITS)
    )
    if gift.campaign is not None and reader.support.checkout_at:  # coming back to the page again counts nothing twice
        reader = record_contribution(reader, campaign_fingerprint(gift.campaign))
    return services.part(PassportSealer).seal(settled(reader, (gift,)), site, instant)
