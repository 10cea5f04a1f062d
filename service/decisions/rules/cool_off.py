"""Rules about the silence after a dismissal: of this campaign, of this campaign forever, and of the whole site."""

from collections.abc import Iterable
from datetime import datetime

from service.campaigns.campaign import Campaign
from service.campaigns.frequency import CoolOff, Counting, WeeklyShowAgain
from service.campaigns.gate import Strength
from service.campaigns.schedule import WEEKDAYS
from service.campaigns.site import Site
from service.decisions.rules.rule import ACCESS, FOREVER, Alike, OwnRecord, Prepared, rule
from service.decisions.rules.verdict import Verdict, failed, passed, passed_if
from service.decisions.situation import Situation
from service.readers.packed_records import PromptRecord
from service.readers.site_time import SiteTime, instant_of, site_time_of


def _is_closable(campaign: Campaign, _site: Site) -> bool:
    """Return True for appeals and soft gates. A hard gate cannot be closed."""
    return campaign.gate is None or campaign.gate.strength is Strength.SOFT


def _ends_by_dismissals(campaign: Campaign, site: Site) -> bool:
    return _is_closable(campaign, site) and campaign.cool_off.ends_after_dismissals is not None


def _for_good(campaign: Campaign) -> int | None:
    """Return for how long a dismissal counts, which is forever, or None if dismissals of other campaigns count too."""
    return FOREVER if campaign.cool_off.dismissals is Counting.OWN else None


def _silence(campaign: Campaign) -> int | None:
    """Return how long the campaign may be silent after a dismissal, or None if those of other campaigns count too."""
    return _for_good(campaign) and max(campaign.cool_off.dismissal_seconds, default=FOREVER)


@rule(_is_closable, stage=ACCESS, reads=OwnRecord(_silence))
def after_dismissal(prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent after the nth dismissal for the nth silence, or until the editor shows the campaign again."""
    cool_off = prepared.campaign.cool_off
    count, last = _dismissals(prepared, situation)
    note = "seconds since the last dismissal"
    if not count or not last or _cannot_be_closed(prepared, situation):
        return passed(note=note)
    seconds = cool_off.dismissal_seconds[min(count, len(cool_off.dismissal_seconds)) - 1 :][:1]
    limit = seconds[0] if seconds else None
    age = situation.now.age_of(last)
    if shown_again_at(cool_off, last, situation) <= situation.now.instant:
        return passed(age, limit, note="shown again by the editor")
    waits = [last + limit] if limit is not None else []
    if not waits and not cool_off.until_shown_again:
        return passed(age, note=note)
    ends_at = min([*waits, *_coming_show_again(cool_off, situation)], default=FOREVER)
    holds = bool(waits) and age >= (limit or 0)
    return passed_if(holds, age, limit, passes_at=None if ends_at == FOREVER else ends_at, note=note)


@rule(_ends_by_dismissals, stage=ACCESS, reads=OwnRecord(_for_good))
def dismissed_for_good(prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent forever after the campaign's last dismissal, unless the editor shows the campaign again."""
    cool_off = prepared.campaign.cool_off
    limit = cool_off.ends_after_dismissals or 0
    count, last = _dismissals(prepared, situation)
    if _cannot_be_closed(prepared, situation):
        return passed(count, limit, note="mandatory")
    if count and last and shown_again_at(cool_off, last, situation) <= situation.now.instant:
        return passed(count, limit, note="shown again by the editor")
    coming = min(_coming_show_again(cool_off, situation), default=None)
    return passed_if(count < limit, count, limit, passes_at=coming if limit else None, note="dismissals")


@rule(
    _is_closable,
    stage=ACCESS,
    reads=Alike(prompt_seconds=lambda site: site.silence_after_closing_seconds),
)
def after_closing(prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent after any prompt was closed, for the site's `silence_after_closing`.

    At exactly that age the silence is over.
    """
    limit = situation.site.silence_after_closing_seconds
    reader, now = situation.reader, situation.now
    last = reader.last_closed_at if reader else 0
    if reader is not None and not now.believes(last):
        last = max([record.dismissed_at for record in reader.prompts if now.believes(record.dismissed_at)], default=0)
    age = now.age_of(last) if last else None
    if age is None or age >= limit or _cannot_be_closed(prepared, situation):
        return passed(age, limit, note="seconds since closing")
    return failed(age, limit, passes_at=last + limit, note="seconds since closing")


def is_mandatory(campaign: Campaign, record: PromptRecord, country: str | None) -> bool:
    """Return True if a soft gate was dismissed so often, for this country, that it is hard now."""
    if campaign.gate is None:
        return False
    rule = next((limit for limit in campaign.gate.mandatory_after if _fits(limit.countries, country)), None)
    return rule is not None and record.dismissed_count >= rule.dismissals


def shown_again_at(cool_off: CoolOff, last: int, situation: Situation) -> int:
    """Return the first "show again" after a dismissal, once or weekly, or an instant in the far future."""
    if not cool_off.show_again and not cool_off.weekly_show_again:
        return FOREVER
    country = situation.visit.country
    once = (_instant(again.at) for again in cool_off.show_again if _fits(again.countries, country))
    weekly = (
        _next_weekly(again, site_time_of(last, situation.now.zone))
        for again in cool_off.weekly_show_again
        if _fits(again.countries, country)
    )
    return min((at for at in (*once, *weekly) if at > last), default=FOREVER)


def _coming_show_again(cool_off: CoolOff, situation: Situation) -> Iterable[int]:
    coming = shown_again_at(cool_off, situation.now.instant, situation)
    return () if coming == FOREVER else (coming,)


def _next_weekly(again: WeeklyShowAgain, after: SiteTime) -> int:
    ahead = (WEEKDAYS.index(again.weekday) - after.weekday) % 7
    coming = instant_of(after.day + ahead, again.minute_of_day, after.zone)
    return coming if coming > after.instant else instant_of(after.day + ahead + 7, again.minute_of_day, after.zone)


def _dismissals(prepared: Prepared, situation: Situation) -> tuple[int, int]:
    """Return the number of dismissals that count, and the instant of the last. Only those that are believed count."""
    now = situation.now
    if situation.reader is None:
        return 0, 0
    if prepared.campaign.cool_off.dismissals is Counting.OWN:
        record = situation.reader.prompt_record(prepared.fingerprint)
        return (record.dismissed_count, record.dismissed_at) if now.believes(record.dismissed_at) else (0, 0)
    past = [record for record in situation.reader.prompts if now.believes(record.dismissed_at)]
    return sum(record.dismissed_count for record in past), max((record.dismissed_at for record in past), default=0)


def _cannot_be_closed(prepared: Prepared, situation: Situation) -> bool:
    if prepared.campaign.gate is None or situation.reader is None:
        return False
    record = situation.reader.prompt_record(prepared.fingerprint)
    return is_mandatory(prepared.campaign, record, situation.visit.country)


def _fits(countries: frozenset[str] | None, country: str | None) -> bool:
    return countries is None or (country is not None and country in countries)


def _instant(at: datetime) -> int:
    return int(at.timestamp())
