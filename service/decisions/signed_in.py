"""Readers a publication vouches for: one history over all their devices, in a row; the passport is a copy of it."""

from datetime import datetime

import structlog

from service.campaigns.reader_rules import Consent
from service.decisions.compile import CompiledSite
from service.decisions.decide_view import Answer, PageView, ReaderRow, decide_view, under_consent
from service.decisions.prompt_events import Noted
from service.errors import StoreUnavailableError
from service.readers.accounts import account_of
from service.readers.assertion import AssertedReader, Standing
from service.readers.contributions import settled
from service.readers.fingerprints import fingerprint
from service.readers.impressions import PromptEvent, arm_fingerprint, campaign_fingerprint, record_event, record_once
from service.readers.merge import merged
from service.readers.outside import OutsideAnswers
from service.readers.passport import PassportSealer
from service.readers.reader import BUCKETS, Reader, new_reader
from service.readers.store import Gifts, change_reader
from service.services import Services

log = structlog.get_logger()


def decide_signed_in(
    services: Services, site: CompiledSite, page_view: PageView, asserted: AssertedReader, outside: OutsideAnswers
) -> Answer:
    """Decide for a reader the publication vouches for, on the history of all their devices.

    If the row is out of reach, the passport decides if it is a copy of this reader's row. Otherwise it is unknown
    whether they support the site, and no appeal is shown.
    """
    passports = services.part(PassportSealer)
    if asserted.standing is Standing.EXPIRED:
        return decide_view(site, passports, page_view, ReaderRow(page_view.reader, is_supporter_known=False))
    visit = page_view.visit._replace(
        is_signed_in=True,
        is_verified=asserted.is_verified,
        is_staff=asserted.is_staff,
        audiences=outside.audiences,
        is_suppressed=outside.is_suppressed,
    )
    page_view = page_view._replace(visit=visit)
    passport, key = page_view.reader, site.site.key
    if passport is None:
        return decide_view(site, passports, page_view)
    account = account_of(services.keys, key, asserted.reader_id)
    link = fingerprint(f"reader:{key}:{asserted.reader_id}")

    def change(row: Reader | None, gifts: Gifts) -> tuple[Reader, Answer]:
        joined = settled(merged(row, passport, link, page_view.now.instant), gifts)
        reader = _of_account(joined, page_view, account)
        answer = decide_view(site, passports, page_view, ReaderRow(reader, account.hex()))
        return answer.reader or reader, answer

    try:
        return change_reader(services.engine, key, account, services.clock(), change)
    except StoreUnavailableError:
        log.warning("reader_out_of_reach", site=key)
        is_copy = passport.link == link
        reader = passport if is_copy else new_reader(page_view.now.instant, passport.bucket, passport.salt)
        return decide_view(site, passports, page_view, ReaderRow(reader, account.hex(), is_supporter_known=is_copy))


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


def _of_account(reader: Reader, page_view: PageView, account: bytes) -> Reader:
    """With the bucket of the account, the same on every device."""
    bucket = int.from_bytes(account[:8], "big") % BUCKETS
    allowed = under_consent(reader, page_view.visit.consent, bucket) or reader
    return allowed._replace(bucket=bucket) if page_view.visit.consent is Consent.FULL else allowed
