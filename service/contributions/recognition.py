"""Writing into the reader's own passport that they support the site, so that they are not asked again."""

import secrets
from dataclasses import replace

from service.campaigns.variant import Interval as OfferedInterval
from service.decisions.passport import PassportSealer
from service.decisions.reader import new_reader
from service.decisions.supporters import contributed
from service.stripe_events.facts import Interval

SALT_BITS = 32


def recognised_passport(sealer: PassportSealer, carried: str, site: str, interval: Interval, instant: int) -> str:
    """The passport after a contribution. Without a readable one a new one is begun that holds nothing else."""
    reader = sealer.open(carried, site, instant) or new_reader(instant, None, secrets.randbits(SALT_BITS))
    giving = contributed(reader.giving, OfferedInterval(interval.value), instant)
    return sealer.seal(replace(reader, giving=giving), site, instant)
