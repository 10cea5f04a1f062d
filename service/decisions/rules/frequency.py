"""Rules about how often a prompt may be seen. Only impressions that were seen count.

"k in d days" counts impressions younger than d × 24 hours, to the second, and blocks at k. A gap blocks while the last
impression is younger than the gap. Without a history (no consent) a limit passes, unless it is zero, and "every nth
view" becomes a chance of 1 in n.
"""

from collections.abc import Callable, Iterable, Sequence

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.frequency import NO_LIMIT, Cap, Counting, Cycle, DailyCap, Frequency, Gap, SiteFrequency
from service.decisions.assignment import point
from service.decisions.rules.rule import ACCESS, Alike, Judge, OwnRecord, Prepared, Rule, rule
from service.decisions.rules.verdict import Verdict, failed, passed, passed_if, worst
from service.decisions.situation import Purpose, Situation
from service.readers.packed_records import PromptRecord
from service.readers.reader import Reader
from service.readers.site_time import DAY_SECONDS, SiteTime, day_starting, instant_of

OWN = OwnRecord()


def _own(campaign: Campaign) -> Frequency:
    """Return the campaign's own limits. A campaign that always asks has none."""
    return NO_LIMIT if campaign.frequency.is_always_asking else campaign.frequency


def _cap_seconds(limits: Frequency | SiteFrequency) -> int:
    """Return for how many seconds an impression counts."""
    return max([cap.days for cap in limits.caps], default=0) * DAY_SECONDS


def _gap_seconds(limits: Frequency | SiteFrequency) -> int:
    return limits.gap.seconds if limits.gap else 0


def _day_seconds(_limits: Frequency | SiteFrequency) -> int:
    return 2 * DAY_SECONDS  # a day on which the clocks change is shorter than that


def _obeys_site(campaign: Campaign) -> bool:
    return campaign.kind is not Kind.GATE and not campaign.frequency.is_always_asking


def _own_limit(
    limit: Callable[[Frequency], Sequence[Cap] | Gap | DailyCap | None], seconds: Callable[[Frequency], int]
) -> Callable[[Judge], Rule]:
    """Declare the rule of a campaign's limit. `seconds`: for how long impressions count."""

    def own_seconds(campaign: Campaign) -> int | None:
        found = limit(campaign.frequency)
        limits = found if isinstance(found, Sequence) else [found]
        is_own = all(own is None or own.counting is Counting.OWN for own in limits)
        return seconds(campaign.frequency) if is_own else None

    return rule(lambda campaign, _: bool(limit(_own(campaign))), stage=ACCESS, reads=OwnRecord(own_seconds))


def _site_limit(
    limit: Callable[[SiteFrequency], object], seconds: Callable[[SiteFrequency], int]
) -> Callable[[Judge], Rule]:
    """Declare the rule of a site's limit. `seconds`: for how long impressions count."""
    reads = Alike(prompt_seconds=lambda site: seconds(site.frequency))
    return rule(lambda campaign, site: _obeys_site(campaign) and bool(limit(site.frequency)), stage=ACCESS, reads=reads)


@rule(lambda campaign, _: _own(campaign).first_after_views is not None, stage=ACCESS)
def first_after_views(prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent on the reader's first n page views."""
    limit = prepared.campaign.frequency.first_after_views or 0
    if situation.reader is None:
        return passed_if(limit == 0, None, limit, note="page views before")
    before = _view_number(situation.reader, situation) - 1
    return passed_if(before >= limit, before, limit, note="page views before")


@rule(lambda campaign, _: _own(campaign).every_nth_view is not None, stage=ACCESS)
def every_nth_view(prepared: Prepared, situation: Situation) -> Verdict:
    """Pass on the views 1, 1 + n, 1 + 2n, and so on, counted after the views of `first_after_views`."""
    every = max(1, prepared.campaign.frequency.every_nth_view or 1)
    if situation.reader is None:
        chance = point(situation.view_id, "nth:" + prepared.campaign.key)
        return passed_if(chance * every < 1, round(chance, 6), round(1 / every, 6), note="chance without a history")
    views = _view_number(situation.reader, situation) - (prepared.campaign.frequency.first_after_views or 0)
    return passed_if((views - 1) % every == 0, views, every, note="page view of every nth")


def _view_number(reader: Reader, situation: Situation) -> int:
    """Return the number of this page view. The history already counts it, unless it is a prefetch or a crawl."""
    return reader.history.view_count + (situation.visit.purpose is not Purpose.VISIT)


@rule(lambda campaign, _: _own(campaign).total_impressions is not None, stage=ACCESS, reads=OWN)
def total(prepared: Prepared, situation: Situation) -> Verdict:
    """Limit the impressions of the campaign over all time."""
    limit = prepared.campaign.frequency.total_impressions or 0
    seen = situation.reader.prompt_record(prepared.fingerprint).seen_count if situation.reader else 0
    return passed_if(seen < limit, seen, limit, note="impressions ever")


@rule(lambda campaign, _: _own(campaign).total_contributions is not None, stage=ACCESS, reads=OWN)
def contributions(prepared: Prepared, situation: Situation) -> Verdict:
    """Limit the contributions of the reader through the campaign."""
    limit = prepared.campaign.frequency.total_contributions or 0
    contributed = situation.reader.prompt_record(prepared.fingerprint).contributed_count if situation.reader else 0
    return passed_if(contributed < limit, contributed, limit, note="contributions through this campaign")


@_own_limit(lambda limits: limits.caps, _cap_seconds)
def caps(prepared: Prepared, situation: Situation) -> Verdict:
    """Allow at most k impressions in d days, for each cap of the campaign."""
    caps = prepared.campaign.frequency.caps
    return worst([_cap(cap, _records(situation, prepared, cap.counting), situation.now) for cap in caps])


@_own_limit(lambda limits: limits.gap, _gap_seconds)
def gap(prepared: Prepared, situation: Situation) -> Verdict:
    """Require a minimum time since the last impression."""
    gap = prepared.campaign.frequency.gap or Gap(0)
    return _gap(gap, _records(situation, prepared, gap.counting), situation.now)


@_own_limit(lambda limits: limits.daily, _day_seconds)
def daily(prepared: Prepared, situation: Situation) -> Verdict:
    """Allow at most k impressions on a local day."""
    daily = prepared.campaign.frequency.daily or DailyCap(0)
    return _daily(daily, _records(situation, prepared, daily.counting), situation.now)


@rule(lambda campaign, _: _own(campaign).cycle is not None, stage=ACCESS, reads=OWN)
def cycle(prepared: Prepared, situation: Situation) -> Verdict:
    """Allow k impressions, then stay silent for the campaign's rest, counted from the last impression; then repeat."""
    cycle = prepared.campaign.frequency.cycle or Cycle(0, 0)
    record = situation.reader.prompt_record(prepared.fingerprint) if situation.reader else None
    seen_at = [at for at in record.seen_at if situation.now.believes(at)] if record else []
    in_cycle = (record.seen_count - len(record.seen_at)) % cycle.impressions if record and cycle.impressions else 0
    ends_at = 0
    for instant in seen_at:
        is_rested = in_cycle >= cycle.impressions and instant >= ends_at  # an impression during the rest extends it
        in_cycle = 1 if is_rested else in_cycle + 1
        ends_at = instant + cycle.rest_seconds
    if in_cycle < cycle.impressions or (in_cycle and situation.now.instant >= ends_at):
        return passed(in_cycle, cycle.impressions, note="impressions of this cycle")
    passes_at = ends_at if in_cycle else None
    return failed(in_cycle, cycle.impressions, passes_at=passes_at, note="impressions of this cycle")


@_site_limit(lambda limits: limits.caps, _cap_seconds)
def site_caps(_prepared: Prepared, situation: Situation) -> Verdict:
    """Allow at most k impressions of all campaigns in d days, for each cap of the site."""
    records, now, caps = _all_records(situation), situation.now, situation.site.frequency.caps
    return worst([_cap(cap, records, now) for cap in caps]) if caps[1:] else _cap(caps[0], records, now)


@_site_limit(lambda limits: limits.gap, _gap_seconds)
def site_gap(_prepared: Prepared, situation: Situation) -> Verdict:
    """Require the site's minimum time since the last impression of any campaign."""
    gap, reader, now = situation.site.frequency.gap or Gap(0), situation.reader, situation.now
    if reader is not None and not now.believes(reader.last_seen_at):
        return _gap(gap, reader.prompts, now)
    return _gap_since(gap, reader.last_seen_at if reader else 0, now)


@_site_limit(lambda limits: limits.daily, _day_seconds)
def site_daily(_prepared: Prepared, situation: Situation) -> Verdict:
    """Allow the site's number of impressions of all campaigns on a local day."""
    return _daily(situation.site.frequency.daily or DailyCap(0), _all_records(situation), situation.now)


def _cap(cap: Cap, records: Iterable[PromptRecord], now: SiteTime) -> Verdict:
    window = cap.days * DAY_SECONDS
    inside, forgotten = _since(records, now.instant - window + 1, now)
    count = len(inside) + forgotten
    if count < cap.impressions:
        return passed(count, cap.impressions, note=cap.words)
    frees = sorted(inside)[max(0, count - cap.impressions - forgotten)] if inside and cap.impressions else None
    return failed(count, cap.impressions, passes_at=None if frees is None else frees + window, note=cap.words)


def _gap(gap: Gap, records: Sequence[PromptRecord], now: SiteTime) -> Verdict:
    until = now.believed_until
    last = max([record.seen_at[-1] for record in records if record.seen_at], default=0)
    if last > until:
        last = max([at for record in records for at in record.seen_at if at <= until], default=0)
    return _gap_since(gap, last, now)


def _gap_since(gap: Gap, last: int, now: SiteTime) -> Verdict:
    """Return whether the last impression, which is 0 if there was none, is as old as the gap."""
    if not last:
        return passed(None, gap.seconds, note=gap.words)
    age = now.age_of(last)
    return passed_if(age >= gap.seconds, age, gap.seconds, passes_at=last + gap.seconds, note=gap.words)


def _daily(daily: DailyCap, records: Iterable[PromptRecord], now: SiteTime) -> Verdict:
    today = day_starting(now.instant, now.zone, daily.turns_minute)
    starts_at = instant_of(today, daily.turns_minute, now.zone)
    ends_at = instant_of(today + 1, daily.turns_minute, now.zone)
    inside, forgotten = _since(records, starts_at, now)
    count = len(inside) + forgotten
    passes_at = ends_at if daily.impressions else None
    return passed_if(count < daily.impressions, count, daily.impressions, passes_at=passes_at, note=daily.words)


def _since(records: Iterable[PromptRecord], starts_at: int, now: SiteTime) -> tuple[list[int], int]:
    """Return the impressions of a window that has begun and goes on, and how many more may have been in it.

    The history keeps only the latest impressions of a campaign. If all of them are in the window, older impressions may
    be too, and count, so that a limit larger than the history still works. Impressions ahead of the clock count as now.
    """
    inside: list[int] = []
    forgotten, until = 0, now.believed_until
    for record in records:
        if record.seen_at and record.seen_at[-1] >= starts_at:  # the latest comes last
            kept = [at for at in record.seen_at if starts_at <= at <= until]
            if kept and len(kept) == len(record.seen_at):
                forgotten += record.seen_count - len(kept)
            inside += kept
    return inside, forgotten


def _records(situation: Situation, prepared: Prepared, counting: Counting) -> Sequence[PromptRecord]:
    if situation.reader is None:
        return ()
    if counting is Counting.ALL:
        return situation.reader.prompts
    return (situation.reader.prompt_record(prepared.fingerprint),)


def _all_records(situation: Situation) -> Sequence[PromptRecord]:
    return situation.reader.prompts if situation.reader else ()
