"""The two acts of this capability: answer a page view, and note what happened to a prompt.

Here sealed passports, the snapshot in memory and the pure engine meet. Whatever goes wrong inside means silence and an
open article.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from service.campaigns.reader_rules import Consent, SupporterState
from service.decisions.compiled import Candidate, CompiledSite
from service.decisions.decision import NOTHING, Choice, Decision
from service.decisions.offer import Prompt, prompt_of
from service.decisions.page_view import Arrival, counted, situation_of, take_view, under_consent
from service.decisions.passport import PassportSealer
from service.decisions.preview import Preview, preview_decision
from service.decisions.prompt_token import PromptToken, open_prompt_token, seal_prompt_token
from service.decisions.prompts import PromptEvent, arm_fingerprint, campaign_fingerprint, record_event, record_once
from service.decisions.reader import BUCKETS, Reader, new_reader
from service.decisions.reader_rules import articles_remembered
from service.decisions.site_time import SiteTime, site_time_at
from service.decisions.situation import Situation, Visitor
from service.decisions.view import Carrier, ViewRequest, visitor_of
from service.errors import InvalidTokenError
from service.ids import new_id, random_bytes

_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Offered(NamedTuple):
    """A prompt and the token that stands for it."""

    prompt: Prompt
    token: str


class Answer(NamedTuple):
    """What a page view gets back. `passport` None: nothing to carry. `day`: ordinal of the site's local date.
    `explains`: traces are shown."""

    decision_id: str
    prompts: tuple[Offered, ...]
    decision: Decision
    article_count: int
    supporter: SupporterState
    passport: str | None
    is_local: bool
    day: int
    fault: str | None = None
    explains: bool = False


@dataclass(frozen=True, slots=True)
class EventNote:
    """What a reader did with a prompt, as the widget tells it."""

    site: str
    prompt_token: str
    event: PromptEvent
    event_id: str
    passport: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """`is_new`: not told before, and to be counted."""

    token: PromptToken
    passport: str | None
    is_local: bool
    is_new: bool


def answer_view(
    site: CompiledSite, sealer: PassportSealer, view: ViewRequest, carrier: Carrier, now: datetime
) -> Answer:
    """Decide on one page view and seal what the reader carries on."""
    at = site_time_at(now, site.zone)
    visitor = visitor_of(view, carrier, site.site)
    arrival = Arrival(view, visitor, carried_reader(sealer, view, carrier, visitor, at), at)
    return answer_arrival(site, sealer, arrival)[0]


def answer_arrival(
    site: CompiledSite, sealer: PassportSealer, arrival: Arrival, *, is_supporter_known: bool = True, account: str = ""
) -> tuple[Answer, Reader | None]:
    """The answer to an arrival, and the reader afterwards. `account`: keyed hash of a signed-in reader's id, as hex.

    A fault while deciding is silence and an open article.
    """
    decision_id = new_id("dec")
    prompts: tuple[Offered, ...] = ()
    fault = None
    try:
        situation, decision, reader = take_view(site, arrival, is_supporter_known=is_supporter_known)
        if decision.choices:
            prompts = tuple([_offered(sealer, one, situation, (decision_id, account)) for one in decision.choices])
    except _FAULTS as error:
        situation = situation_of(site, arrival, counted(site, arrival))
        decision, reader, fault = NOTHING, situation.reader, type(error).__name__
    answer = Answer(
        decision_id,
        prompts,
        decision,
        articles_remembered(reader, arrival.now),
        situation.supporter,
        None if reader is None else sealer.seal(reader, site.site.key, arrival.now.instant),
        arrival.view.passport is not None,
        arrival.now.day,
        fault,
    )
    return answer, reader


def carried_reader(
    sealer: PassportSealer, view: ViewRequest, carrier: Carrier, visitor: Visitor, now: SiteTime
) -> Reader | None:
    """The reader of the passport, or a new one; None without consent, which reads nothing."""
    if visitor.consent is Consent.NONE:
        return None
    text = carrier.cookie if view.passport is None else view.passport
    reader = sealer.open(text, view.site, now.instant) if text else None
    if reader is None:
        chance, salt = divmod(int.from_bytes(random_bytes(12), "big"), 1 << 32)
        bucket = chance % BUCKETS if visitor.consent is Consent.FULL else None
        reader = new_reader(now.instant, bucket, salt, now.day)
    is_whole = visitor.consent is Consent.FULL and reader.bucket is not None
    return reader if is_whole else under_consent(reader, visitor.consent)


def note_event(sealer: PassportSealer, note: EventNote, carrier: Carrier, now: datetime) -> Noted:
    """Record what happened to a prompt, once. Raises InvalidTokenError for a token not ours or of another site."""
    instant = int(now.timestamp())
    token = open_prompt_token(sealer.prompts, note.prompt_token, instant)
    if token.site != note.site:
        raise InvalidTokenError("this prompt token belongs to another site")
    is_local = note.passport is not None
    text = note.passport if is_local else carrier.cookie
    if token.is_preview or not token.has_consent or not text:
        return Noted(token, None, is_local, is_new=not token.is_preview)
    reader = sealer.open(text, note.site, instant)
    if reader is None:
        return Noted(token, None, is_local, is_new=True)
    told = record_once(reader, f"{note.event}:{note.event_id}:{token.decision_id}:{token.campaign}")
    if told is None:
        return Noted(token, text, is_local, is_new=False)
    campaign, variant = (
        campaign_fingerprint(token.campaign),
        arm_fingerprint(token.variant, is_counted=token.is_counted),
    )
    after = record_event(told, note.event, campaign, variant, instant)
    return Noted(token, sealer.seal(after, note.site, instant), is_local, is_new=True)


def answer_preview(
    site: CompiledSite, sealer: PassportSealer, arrival: Arrival, shown: tuple[Preview, Candidate]
) -> Answer:
    """A preview for an editor: the campaign asked for, and why readers would or would not see each. Changes nothing."""
    preview, candidate = shown
    decision_id = new_id("dec")
    situation, decision, _ = take_view(site, arrival, explains=True)
    decision = preview_decision(candidate, preview, situation, decision)
    prompts = tuple(prompt_of(choice, situation) for choice in decision.choices)
    return Answer(
        decision_id=decision_id,
        prompts=tuple(
            Offered(one, seal_prompt_token(sealer.prompts, _token(one, situation)._replace(is_preview=True)))
            for one in prompts
        ),
        decision=decision,
        article_count=articles_remembered(situation.reader, arrival.now),
        supporter=situation.supporter,
        passport=arrival.view.passport,
        is_local=arrival.view.passport is not None,
        day=arrival.now.day,
        explains=True,
    )


def _offered(sealer: PassportSealer, choice: Choice, situation: Situation, names: tuple[str, str]) -> Offered:
    prompt = prompt_of(choice, situation)
    return Offered(prompt, seal_prompt_token(sealer.prompts, _token(prompt, situation, *names)))


def _token(prompt: Prompt, situation: Situation, decision_id: str = "", account: str = "") -> PromptToken:
    return PromptToken(
        situation.site.key,
        prompt.campaign,
        prompt.variant,
        prompt.placement,
        prompt.kind,
        situation.page.page_id,
        situation.view_id,
        decision_id,
        situation.now.instant,
        prompt.ask.currency,
        prompt.is_counted,
        situation.reader is not None,
        False,
        account,
    )
