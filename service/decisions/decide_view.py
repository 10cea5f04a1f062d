"""Answer a page view: count it, decide, spend a free article if the gate says so, and seal the reader's new passport.

Every decision is made here: for the fast path and the Flask route, for signed-in readers, previews, simulations and
replays.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from service.campaigns.gate import Strength
from service.campaigns.reader_rules import Consent, SupporterState
from service.decisions.compile import CompiledSite
from service.decisions.decide import decide
from service.decisions.decision import NOTHING, Choice, Decision
from service.decisions.prompt import Prompt, prompts_of
from service.decisions.prompt_token import PromptToken, prompt_sealer, seal_of
from service.decisions.rules.articles import articles_remembered
from service.decisions.rules.meter import spent_read
from service.decisions.rules.supporters import supporter_state
from service.decisions.situation import Purpose, Situation, Visit
from service.decisions.view import ViewRequest, reading_of, visit_of
from service.ids import new_id, random_bytes
from service.readers.history import ViewAddition, counted_view, with_view
from service.readers.meter_pools import with_free_read
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import RequestContext
from service.readers.passports.passport_notes import NO_CHANGES, NoteChanges, note_of, with_notes
from service.readers.reader import GROUPS, Reader, bucket_of, new_reader
from service.readers.site_time import SiteTime, site_time_at

# Looking up a member of an enum takes longer than comparing it.
_NO_CONSENT, _FULL_CONSENT, _VISIT, _NO_SUPPORTER = Consent.NONE, Consent.FULL, Purpose.VISIT, SupporterState.NONE


class PageView(Struct, frozen=True, gc=False):
    """A page view of a reader. `reader` None: without consent nothing is read or stored.

    `dropped_notes`: marks of the passport's notes that the answer drops.
    """

    request: ViewRequest
    visit: Visit
    reader: Reader | None
    now: SiteTime
    dropped_notes: tuple[str, ...] = ()


class ReaderRow(Struct, frozen=True, gc=False):
    """A signed-in reader: their row, merged with the passport of this device.

    `reader` None: without consent nothing is read or stored. `account`: keyed hash of the reader's id, as hex.
    `is_supporter_known` False: the row could not be read, so the reader may support the site.
    """

    reader: Reader | None
    account: str = ""
    is_supporter_known: bool = True


class TakenView(Struct, frozen=True, gc=False):
    """A page view after the decision. `reader`: the reader after it. `addition`: what it adds to the reader, if any."""

    situation: Situation
    decision: Decision
    reader: Reader | None
    addition: ViewAddition | None


class Answer(Struct, frozen=True, gc=False):
    """The answer to a page view. `seal`: of the tokens of its `prompts`.

    `day`: ordinal of the site's local date. `minute`: minute of the site's local day.

    `passport` None: without consent there is none. `is_local`: the page keeps the passport, not a cookie. `reader`: the
    reader after the page view. `fault`: the error while deciding, if any. `explains`: the answer shows traces.
    `notes`: what changes in the cookies beside the passport.
    """

    decision_id: str
    prompts: Sequence[Prompt]
    seal: str
    decision: Decision
    article_count: int
    supporter: SupporterState
    passport: str | None
    is_local: bool
    day: int
    minute: int = 0
    reader: Reader | None = None
    fault: Exception | None = None
    explains: bool = False
    notes: NoteChanges = NO_CHANGES


def page_view_of(
    site: CompiledSite, sealer: PassportSealer, request: ViewRequest, context: RequestContext, now: datetime
) -> PageView:
    """Read a request: the visit, the reader of the passport, and the time at the site."""
    at = site_time_at(now, site.zone)
    visit = visit_of(request, context, site.site)
    consent, is_local = visit.consent, request.passport is not None
    if consent is _NO_CONSENT:
        return PageView(request, visit, None, at)
    dropped: tuple[str, ...] = ()
    text = request.passport if is_local else context.cookie
    reader = sealer.open(text, request.site, at.instant) if text else None
    if context.notes and not is_local:
        reader, dropped = with_notes(sealer.keys, request.site, reader, context.notes, at.instant)
    if reader is None:
        chance, salt = divmod(int.from_bytes(random_bytes(12), "big"), 1 << 32)
        reader = new_reader(at.instant, bucket_of(chance), salt, at.day)
    is_whole = consent is _FULL_CONSENT and reader.bucket is not None
    return PageView(request, visit, reader if is_whole else under_consent(reader, consent), at, dropped)


def decide_view(
    site: CompiledSite, sealer: PassportSealer, page_view: PageView, row: ReaderRow | None = None
) -> Answer:
    """Answer a page view. `row`: a signed-in reader, who is decided on instead of the reader of the passport.

    If deciding fails, no prompt is shown and the article is open.
    """
    decision_id, account, is_supporter_known = new_id("dec"), "", True
    if row is not None:
        account, is_supporter_known = row.account, row.is_supporter_known
        page_view = replace(page_view, reader=row.reader)
    prompts: Sequence[Prompt] = ()
    seal = ""
    fault: Exception | None = None
    try:
        taken = take_view(site, page_view, is_supporter_known=is_supporter_known)
        if taken.decision.choices:
            prompts, seal = offered(sealer, taken.situation, taken.decision.choices, decision_id, account)
    except Exception as error:  # the article stays readable whatever breaks
        situation, addition = _counted(site, page_view)
        taken, fault = TakenView(situation, NOTHING, situation.reader, addition), error
    reader, now = taken.reader, page_view.now
    return Answer(
        decision_id,
        prompts,
        seal,
        taken.decision,
        articles_remembered(reader, now),
        taken.situation.supporter,
        None if reader is None else sealer.seal(reader, site.site.key, now.instant),
        page_view.request.passport is not None,
        now.day,
        now.minute,
        reader,
        fault,
        False,
        NO_CHANGES if account else _notes(sealer, page_view, taken.addition),
    )


def take_view(
    site: CompiledSite, page_view: PageView, *, is_supporter_known: bool = True, explains: bool = False
) -> TakenView:
    """Count the page view, decide, and spend. An article behind a hard gate has not been read."""
    situation, addition = _counted(site, page_view, is_supporter_known=is_supporter_known)
    decision, reader = decide(site, situation, explains=explains), situation.reader
    if reader is not None and decision.spends_from is not None:
        spent = spent_read(reader, decision.spends_from.campaign, situation)
        if spent is not None:
            reader = with_free_read(reader, spent.pool, spent.read, page_view.now.instant)
            addition = addition and replace(addition, spent=spent)
    choices = decision.choices
    if addition and choices and choices[0].strength is Strength.HARD:  # a gate is always the only choice
        addition = replace(addition, page=b"", topics=())
        reader = page_view.reader and with_view(page_view.reader, addition)
    return TakenView(situation, decision, reader, addition)


def under_consent(reader: Reader, consent: Consent, bucket: int | None = None) -> Reader | None:
    """Return what the consent allows to keep of a reader, or None without consent.

    Consent to the meter alone covers neither bucket nor topics. With full consent a reader without a bucket gets
    `bucket`, or a random one.
    """
    if consent is Consent.NONE:
        return None
    if consent is Consent.METER:
        return replace(reader, bucket=None, history=replace(reader.history, topics=b""))
    if reader.bucket is not None:
        return reader
    return replace(reader, bucket=bucket_of(secrets.randbelow(GROUPS)) if bucket is None else bucket)


def _counted(
    site: CompiledSite, page_view: PageView, *, is_supporter_known: bool = True
) -> tuple[Situation, ViewAddition | None]:
    """Return the situation to decide on, with this page view counted, and what the view adds to the reader.

    Prefetches, crawlers, and a view that was counted before add nothing. If nothing may be read about a signed-in
    reader, it is unknown whether the reader supports the site.
    """
    request, visit, before, now = page_view.request, page_view.visit, page_view.reader, page_view.now
    addition, reader, supporter = None, before, _NO_SUPPORTER
    if before is None:
        is_supporter_known = is_supporter_known and not visit.is_signed_in
    else:
        if visit.purpose is _VISIT:
            reading = reading_of(request, site.wanted_topics, has_topics=visit.consent is _FULL_CONSENT)
            addition = counted_view(before, reading, now)
            reader = with_view(before, addition, site.wanted_topics)
        if before.packed_support:
            supporter = supporter_state(before.support, site.site.supporters, now)
    if not is_supporter_known:
        supporter = SupporterState.UNKNOWN
    situation = Situation(site.site, request.page, visit, reader, supporter, now, request.view_id, site.raised_minor)
    return situation, None if reader is before else addition


def _notes(sealer: PassportSealer, page_view: PageView, addition: ViewAddition | None) -> NoteChanges:
    """Return the note of what this view adds to the passport in the cookie, and the notes that are no longer needed."""
    reader = page_view.reader
    if reader is None or page_view.request.passport is not None:
        return NO_CHANGES
    if addition is None:
        return NoteChanges(None, page_view.dropped_notes)
    note = note_of(sealer.keys, page_view.request.site, reader, addition, page_view.now.instant)
    return NoteChanges(note, page_view.dropped_notes)


def offered(
    sealer: PassportSealer, situation: Situation, choices: tuple[Choice, ...], decision_id: str, account: str = ""
) -> tuple[list[Prompt], str]:
    """Return the chosen prompts, and the seal of their tokens.

    `decision_id` empty: the prompts are a preview. `account`: keyed hash of a signed-in reader's id, as hex.
    """
    prompts = prompts_of(choices, situation)
    token = PromptToken(
        situation.site.key,
        situation.page.page_id,
        decision_id,
        situation.now.instant,
        tuple([prompt.shown for prompt in prompts]),
        situation.reader is not None,
        not decision_id,
        account,
    )
    return prompts, seal_of(prompt_sealer(sealer.keys), token)
