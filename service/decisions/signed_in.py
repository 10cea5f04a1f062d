"""Decide for signed-in readers. Their history over all devices is in a row, and the passport is a copy of the row."""

from datetime import datetime

import structlog
from msgspec.structs import replace

from service.decisions.compile import CompiledSite
from service.decisions.decide_view import Answer, PageView, ReaderRow, decide_view, under_consent
from service.decisions.prompt_events import EventReport, RecordedEvent, event_id_of
from service.errors import StoreUnavailableError
from service.readers.accounts import account_of
from service.readers.assertion import AssertedReader, Standing
from service.readers.contributions import settled
from service.readers.fingerprints import fingerprint
from service.readers.impressions import arm_fingerprint, campaign_fingerprint, record_event, record_once
from service.readers.merge import merged
from service.readers.outside import OutsideAnswers
from service.readers.passports.passport import PassportSealer
from service.readers.reader import Reader, bucket_of, new_reader
from service.readers.store import Contributions, change_reader
from service.services import Services

log = structlog.get_logger()


def decide_signed_in(
    services: Services, site: CompiledSite, page_view: PageView, asserted: AssertedReader, outside: OutsideAnswers
) -> Answer:
    """Decide for a signed-in reader, on the history of all their devices.

    If the row cannot be read, the passport is used if it is a copy of this reader's row. Otherwise it is unknown
    whether the reader supports the site, and no appeal is shown.
    """
    passports = services.part(PassportSealer)
    if asserted.standing is Standing.EXPIRED:
        return decide_view(site, passports, page_view, ReaderRow(page_view.reader, is_supporter_known=False))
    visit = replace(
        page_view.visit,
        is_signed_in=True,
        is_verified=asserted.is_verified,
        is_staff=asserted.is_staff,
        audiences=outside.audiences,
        is_suppressed=outside.is_suppressed,
    )
    page_view = replace(page_view, visit=visit)
    passport, key = page_view.reader, site.site.key
    if passport is None:
        return decide_view(site, passports, page_view)
    account = account_of(services.keys, key, asserted.reader_id)
    link = fingerprint(f"reader:{key}:{asserted.reader_id}")

    def change(row: Reader | None, contributions: Contributions) -> tuple[Reader, Answer]:
        joined = settled(merged(row, passport, link, page_view.now.instant), contributions)
        reader = _of_account(joined, page_view, account)
        answer = decide_view(site, passports, page_view, ReaderRow(reader, account.hex()))
        return answer.reader or reader, answer

    try:
        return change_reader(services.engine, key, account, services.clock(), change)
    except StoreUnavailableError:
        log.warning("reader_row_unavailable", site=key)
        is_copy = passport.link == link
        reader = passport if is_copy else new_reader(page_view.now.instant, passport.bucket, passport.salt)
        return decide_view(site, passports, page_view, ReaderRow(reader, account.hex(), is_supporter_known=is_copy))


def record_signed_in_event(services: Services, recorded: RecordedEvent, report: EventReport, now: datetime) -> None:
    """Record an event of a signed-in reader's prompt in their row, so that their other devices know it at once.

    If the row cannot be read, the passport brings the event with the next page view.
    """
    token, instant = recorded.token, int(now.timestamp())
    if not token.account or recorded.counts_as is None:
        return
    campaign = campaign_fingerprint(token.prompt.campaign)
    variant = arm_fingerprint(token.prompt.variant, is_counted=token.prompt.is_counted)

    def change(row: Reader | None, _contributions: Contributions) -> tuple[Reader, None]:
        reader = row or new_reader(instant, None, 0)
        once = record_once(reader, event_id_of(report.event, token))
        return (reader if once is None else record_event(once, report.event, campaign, variant, instant)), None

    try:
        change_reader(services.engine, token.site, bytes.fromhex(token.account), now, change)
    except StoreUnavailableError:
        log.warning("reader_row_unavailable", site=token.site)


def _of_account(reader: Reader, page_view: PageView, account: bytes) -> Reader:
    """Return what the consent allows of a reader. The bucket is that of the first browser that signed in.

    A reader whose browsers had none gets a bucket that follows from the account, which is the same on every device.
    """
    bucket = bucket_of(int.from_bytes(account[:8], "big"))
    return under_consent(reader, page_view.visit.consent, bucket) or reader
