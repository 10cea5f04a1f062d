"""Readers a publication vouches for: one history over all their devices, in a row; the passport is a copy of it."""

from datetime import datetime, timedelta

import structlog

from service.campaigns.reader_rules import Consent
from service.decisions.act import Answer, Noted, answer_arrival, carried_reader
from service.decisions.assertion import AssertedReader, Standing
from service.decisions.compiled import CompiledSite
from service.decisions.fingerprints import fingerprint
from service.decisions.gift import settled
from service.decisions.merge import merged
from service.decisions.outside import OutsideWord
from service.decisions.page_view import Arrival, under_consent
from service.decisions.passport import PASSPORT_DAYS, PassportSealer
from service.decisions.prompts import PromptEvent, arm_fingerprint, campaign_fingerprint, record_event, record_once
from service.decisions.reader import BUCKETS, Reader, new_reader
from service.decisions.site_time import site_time_at
from service.decisions.store import Gifts, change_reader, forget, forget_idle_readers
from service.decisions.view import Carrier, ViewRequest, visitor_of
from service.errors import StoreUnavailableError
from service.services import Services

log = structlog.get_logger()


def account_of(sealer: PassportSealer, site: str, reader_id: str) -> bytes:
    """What stands for a publication's reader id in our tables: a keyed hash, 32 bytes."""
    return sealer.ring.digest(reader_id, purpose="reader", context=site)


def answer_signed_in(
    services: Services,
    site: CompiledSite,
    asked: tuple[ViewRequest, Carrier],
    asserted: AssertedReader,
    word: OutsideWord,
) -> Answer:
    """Decide for a reader the publication vouches for, on the history of all their devices.

    Where the row is out of reach the passport decides, if it is a copy of this reader's; otherwise nobody knows whether
    they support the site, and they are left in peace.
    """
    now = services.clock()
    view, carrier = asked
    arrival = _arrival(services, site, view, carrier, now)
    if asserted.standing is Standing.EXPIRED:
        return answer_arrival(site, services.passports, arrival, is_supporter_known=False)[0]
    arrival = arrival._replace(
        visitor=arrival.visitor._replace(
            is_signed_in=True,
            is_verified=asserted.is_verified,
            is_staff=asserted.is_staff,
            audiences=word.audiences,
            is_suppressed=word.is_suppressed,
        ),
    )
    if arrival.reader is None:
        return answer_arrival(site, services.passports, arrival)[0]
    account = account_of(services.passports, view.site, asserted.reader_id)
    passport = arrival.reader
    link = fingerprint(f"reader:{view.site}:{asserted.reader_id}")

    def change(row: Reader | None, gifts: Gifts) -> tuple[Reader, Answer]:
        reader = settled(merged(row, passport, link, arrival.now.instant), gifts)
        reader = _of_account(reader, arrival, account)
        answer, after = answer_arrival(site, services.passports, arrival._replace(reader=reader), account=account.hex())
        return after or reader, answer

    try:
        return change_reader(services.engine, view.site, account, now, change)
    except StoreUnavailableError:
        log.warning("reader_out_of_reach", site=view.site)
        is_copy = passport.link == link
        reader = passport if is_copy else new_reader(arrival.now.instant, passport.bucket, passport.salt)
        known = arrival._replace(reader=reader)
        return answer_arrival(site, services.passports, known, is_supporter_known=is_copy, account=account.hex())[0]


def note_signed_in(services: Services, noted: Noted, event: PromptEvent, event_id: str, now: datetime) -> None:
    """Write what happened to a signed-in reader's prompt through to their row, so that other devices know at once.

    Where the row is out of reach, the passport brings it with the next page view.
    """
    token, instant = noted.token, int(now.timestamp())
    if not token.account or not noted.is_new:
        return
    campaign, variant = (
        campaign_fingerprint(token.campaign),
        arm_fingerprint(token.variant, is_counted=token.is_counted),
    )

    def change(row: Reader | None, _gifts: Gifts) -> tuple[Reader, None]:
        reader = row or new_reader(instant, None, 0)
        told = record_once(reader, f"{event}:{event_id}:{token.decision_id}:{token.campaign}")
        return (reader if told is None else record_event(told, event, campaign, variant, instant)), None

    try:
        change_reader(services.engine, token.site, bytes.fromhex(token.account), now, change)
    except StoreUnavailableError:
        log.warning("reader_out_of_reach", site=token.site)


def _arrival(services: Services, site: CompiledSite, view: ViewRequest, carrier: Carrier, now: datetime) -> Arrival:
    at = site_time_at(now, site.zone)
    visitor = visitor_of(view, carrier, site.site)
    return Arrival(view, visitor, carried_reader(services.passports, view, carrier, visitor, at), at)


def _of_account(reader: Reader, arrival: Arrival, account: bytes) -> Reader:
    """With the bucket of the account, the same on every device."""
    bucket = int.from_bytes(account[:8], "big") % BUCKETS
    allowed = under_consent(reader, arrival.visitor.consent, bucket) or reader
    return allowed._replace(bucket=bucket) if arrival.visitor.consent is Consent.FULL else allowed


def forget_account(services: Services, site: str, reader_id: str) -> bool:
    """Erase the row of a publication's reader; False where there was none."""
    return forget(services.engine, site, account_of(services.passports, site, reader_id))


def forget_idle(services: Services) -> int:
    """Erase rows of readers not seen for as long as a passport lives."""
    return forget_idle_readers(services.engine, services.clock() - timedelta(days=PASSPORT_DAYS))
