"""Rules about the reader: who may be asked. What is not known fails a rule that asks for it."""

from bisect import bisect_left
from dataclasses import replace
from itertools import pairwise

from service.campaigns.gate import GateType
from service.campaigns.reader_rules import ArticleCount, Consent, Device, Inclusion
from service.decisions.assignment import is_in_share
from service.decisions.compiled import Prepared, PreparedCount
from service.decisions.history import articles_in_days, articles_in_weeks, most_read_topics, topic_articles_in_weeks
from service.decisions.reader import HISTORY_WEEKS, Giving, Reader
from service.decisions.site_time import DAY_SECONDS, HOUR_SECONDS, SiteTime, instant_of
from service.decisions.situation import Purpose, Situation
from service.decisions.verdict import Verdict, listed, worst
from service.money import Interval

_MOBILE = frozenset({Device.MOBILE, Device.IOS, Device.ANDROID})
_RISING_WEEKS = 3


def is_a_visit(_prepared: Prepared, situation: Situation) -> Verdict:
    """Crawlers and pages fetched ahead of time are shown nothing."""
    purpose = situation.visitor.purpose
    return Verdict(purpose is Purpose.VISIT, purpose, "visit")


def is_in_contextual_share(_prepared: Prepared, situation: Situation) -> Verdict:
    """Without consent: page facts and chance alone, on the site's share of page views."""
    if situation.visitor.consent is not Consent.NONE:
        return Verdict(True, situation.visitor.consent.value, None)
    share = situation.site.consent.contextual_share
    return Verdict(is_in_share(situation.view_id, "contextual", share), "none", share, None, "share of page views")


def has_consent(prepared: Prepared, situation: Situation) -> Verdict:
    consents = prepared.campaign.reader.consents or frozenset()
    consent = situation.visitor.consent
    return Verdict(consent in consents, consent.value, listed(consents))


def is_signed_in_as_asked(prepared: Prepared, situation: Situation) -> Verdict:
    """A reader of whom nothing is known is signed out."""
    asked = prepared.campaign.reader.is_signed_in
    return Verdict(situation.visitor.is_signed_in is asked, situation.visitor.is_signed_in, asked)


def fits_holdout(prepared: Prepared, situation: Situation) -> Verdict:
    """The site's holdout is never asked, so that the effect of asking can be measured."""
    inclusion = prepared.campaign.reader.holdout
    held_out = is_held_out(situation)
    passed = inclusion is Inclusion.INCLUDE or held_out is (inclusion is Inclusion.ONLY)
    return Verdict(passed, held_out, inclusion.value)


def is_held_out(situation: Situation) -> bool:
    bucket = situation.reader.bucket if situation.reader else None
    site = situation.site
    return bucket is not None and is_in_share(bucket, "holdout:" + site.holdout_seed, site.holdout_share)


def is_outside_campaign_holdout(prepared: Prepared, situation: Situation) -> Verdict:
    """The campaign's own holdout, drawn from its experiment's seed."""
    experiment = prepared.campaign.experiment
    bucket = situation.reader.bucket if situation.reader else None
    if experiment is None or bucket is None:
        return Verdict(True, None, None)
    held_out = is_in_share(bucket, "holdout:" + experiment.seed, experiment.holdout_share)
    return Verdict(not held_out, held_out, experiment.holdout_share)


def is_in_campaign_share(prepared: Prepared, situation: Situation) -> Verdict:
    """The share of readers this campaign may speak to; the others fall to the next campaign."""
    share = prepared.campaign.share
    bucket = situation.reader.bucket if situation.reader else None
    unit: int | str = situation.view_id if bucket is None else bucket
    return Verdict(is_in_share(unit, prepared.campaign.key, share), bucket, share)


def is_in_country(prepared: Prepared, situation: Situation) -> Verdict:
    """A reader of unknown country fails a rule about countries, whichever way it is put."""
    rules, country = prepared.campaign.reader, situation.visitor.country
    passed = country is not None and country not in rules.countries_none
    passed = passed and (rules.countries_any is None or country in rules.countries_any)
    return Verdict(passed, country, listed(rules.countries_any, rules.countries_none))


def fits_one_off_only_country(prepared: Prepared, situation: Situation) -> Verdict:
    """Countries where recurring contributions are not offered; an unknown country is not one of them."""
    inclusion = prepared.campaign.reader.one_off_only_countries
    is_one = situation.visitor.country in situation.site.one_off_only_countries
    passed = inclusion is Inclusion.INCLUDE or is_one is (inclusion is Inclusion.ONLY)
    return Verdict(passed, is_one, inclusion.value)


def is_on_device(prepared: Prepared, situation: Situation) -> Verdict:
    devices = prepared.campaign.reader.devices or frozenset()
    device = situation.visitor.device
    passed = device in devices or (device in _MOBILE and Device.MOBILE in devices)
    return Verdict(passed, device.value, listed(devices))


def reads_language(prepared: Prepared, situation: Situation) -> Verdict:
    languages = prepared.campaign.reader.languages_any or frozenset()
    language = situation.visitor.language
    passed = language is not None and (language in languages or language.split("-")[0] in languages)
    return Verdict(passed, language, listed(languages))


def came_from(prepared: Prepared, situation: Situation) -> Verdict:
    """The referring host or a subdomain of it. A reader who came from nowhere passes an exclusion, not an inclusion."""
    rules, host = prepared.campaign.reader, situation.visitor.referrer_host
    passed = rules.referrers_any is None or _is_of(host, rules.referrers_any)
    passed = passed and not _is_of(host, rules.referrers_none)
    return Verdict(passed, host, listed(rules.referrers_any, rules.referrers_none))


def has_read_articles(prepared: Prepared, situation: Situation) -> Verdict:
    counts = prepared.counts
    return worst([_articles(count, situation) for count in counts]) if counts[1:] else _articles(counts[0], situation)


def reads_as_asked(prepared: Prepared, situation: Situation) -> bool:
    """The yes or no of the same."""
    if situation.reader is None:
        return False
    for rule, topics, _, _ in prepared.counts:
        if topics is not None and situation.visitor.consent is not Consent.FULL:
            return False
        count = article_count(rule, topics, situation)
        if count < (rule.minimum or 0) or (rule.maximum is not None and count > rule.maximum):
            return False
    return True


def has_countable_history(_prepared: Prepared, situation: Situation) -> Verdict:
    """A wording that names the reader's count needs a count."""
    return Verdict(situation.reader is not None, situation.reader is not None, True)


def is_reading_more(prepared: Prepared, situation: Situation) -> Verdict:
    """Whether each of the last three full weeks saw more articles than the one before it."""
    wanted = prepared.campaign.reader.is_reading_more
    if situation.reader is None:
        return Verdict(False, None, wanted)
    history, now = situation.reader.history, situation.now
    totals = [articles_in_weeks(history, now, weeks) for weeks in range(_RISING_WEEKS + 2)]
    weekly = [after - before for before, after in pairwise(totals)]
    rises = all(newer > older for newer, older in pairwise(weekly))
    return Verdict(rises is wanted, rises, wanted)


def has_favourite_topic(prepared: Prepared, situation: Situation) -> Verdict:
    """The topic read most, over everything remembered; any of several read equally often."""
    asked = listed(prepared.campaign.reader.favourite_topics_any)
    if situation.reader is None:
        return Verdict(False, None, asked)
    passed = bool(most_read_topics(situation.reader.history) & prepared.favourite_topics)
    return Verdict(passed, passed, asked)


def was_first_seen(prepared: Prepared, situation: Situation) -> Verdict:
    """Age of the history in whole days of 24 hours; none is age 0."""
    rule = prepared.campaign.reader.first_seen
    first_at = situation.reader.first_seen_at if situation.reader else situation.now.instant
    age_days = max(0, situation.now.instant - first_at) // DAY_SECONDS
    is_old_enough = rule.minimum_days is None or age_days >= rule.minimum_days
    is_new_enough = rule.maximum_days is None or age_days <= rule.maximum_days
    passes_at = first_at + (rule.minimum_days or 0) * DAY_SECONDS if is_new_enough and not is_old_enough else None
    return Verdict(is_old_enough and is_new_enough, age_days, span(rule.minimum_days, rule.maximum_days), passes_at)


def has_abandoned_checkout(prepared: Prepared, situation: Situation) -> Verdict:
    """A checkout begun and not finished, at least so many hours and at most so many days ago."""
    rule = prepared.campaign.reader.abandoned_checkout
    giving = situation.reader.giving if situation.reader else Giving()
    started_at = situation.now.believed(giving.checkout_at)
    if rule is None or not started_at:
        return Verdict(rule is None or not rule.has_one, False, rule.has_one if rule else None)
    age = situation.now.instant - started_at
    is_asked_interval = rule.intervals is None or giving.checkout_interval in rule.intervals
    is_recent = rule.within_days is None or age < rule.within_days * DAY_SECONDS
    is_old_enough = age >= rule.after_hours * HOUR_SECONDS
    matches = is_asked_interval and is_recent and is_old_enough
    waits = rule.has_one and is_asked_interval and is_recent and not is_old_enough
    passes_at = started_at + rule.after_hours * HOUR_SECONDS if waits else None
    return Verdict(matches is rule.has_one, matches, rule.has_one, passes_at)


def has_just_contributed(prepared: Prepared, situation: Situation) -> Verdict:
    rule = prepared.campaign.reader.just_contributed
    giving = situation.reader.giving if situation.reader else Giving()
    given = ((giving.one_off_at, Interval.ONE_OFF), (giving.recurring_at, giving.recurring_interval))
    last_at, interval = max((situation.now.believed(at), interval) for at, interval in given)
    age = situation.now.instant - last_at if last_at else None
    passed = rule is not None and age is not None and age < rule.within_minutes * 60
    passed = passed and (rule is None or rule.intervals is None or interval in rule.intervals)
    return Verdict(passed, age, rule.within_minutes * 60 if rule else None, None, "seconds since a contribution")


def is_in_audience(prepared: Prepared, situation: Situation) -> Verdict:
    """Audiences of the publication's own service, for signed-in readers; no answer is no match."""
    asked = prepared.campaign.reader.external_audiences_any or frozenset()
    known = situation.visitor.audiences
    found = known & asked if known is not None else frozenset[str]()
    return Verdict(bool(found), None if known is None else listed(known), listed(asked))


def is_not_suppressed(_prepared: Prepared, situation: Situation) -> Verdict:
    return Verdict(not situation.visitor.is_suppressed, situation.visitor.is_suppressed, False)


def is_not_registered(prepared: Prepared, situation: Situation) -> Verdict:
    """A registration gate is open to readers who are signed in with a verified address."""
    gate, visitor = prepared.campaign.gate, situation.visitor
    registered = visitor.is_signed_in and visitor.is_verified
    passed = gate is None or gate.gate_type is not GateType.REGISTRATION or not registered
    return Verdict(passed, registered, False)


def is_not_staff(_prepared: Prepared, situation: Situation) -> Verdict:
    return Verdict(not situation.visitor.is_staff, situation.visitor.is_staff, False)


def article_count(rule: ArticleCount, topics: frozenset[int] | None, situation: Situation) -> int:
    """Articles in a rule's window, this one included; 0 where nothing is remembered."""
    if situation.reader is None:
        return 0
    history, now = situation.reader.history, situation.now
    weeks = HISTORY_WEEKS - 1 if rule.weeks is None else rule.weeks
    if topics is not None:
        return topic_articles_in_weeks(history, now, weeks, topics)
    if rule.days is not None:
        return articles_in_days(history, now, rule.days)
    return articles_in_weeks(history, now, weeks)


def articles_remembered(reader: Reader | None, now: SiteTime) -> int:
    """All articles of this week and the 52 before it."""
    return articles_in_weeks(reader.history, now, HISTORY_WEEKS - 1) if reader else 0


def _articles(counted: PreparedCount, situation: Situation) -> Verdict:
    rule, topics, limit, note = counted
    if situation.reader is None:
        return Verdict(False, None, limit, None, "articles; no history without consent")
    if topics is not None and situation.visitor.consent is not Consent.FULL:
        return Verdict(False, None, limit, None, "articles on topics; not known without full consent")
    count = article_count(rule, topics, situation)
    is_enough = rule.minimum is None or count >= rule.minimum
    is_few = rule.maximum is None or count <= rule.maximum
    thins_out = situation.explains and is_enough and not is_few
    passes_at = _thinned_out_at(rule, topics, situation) if thins_out else None
    return Verdict(is_enough and is_few, count, limit, passes_at, note)


def _thinned_out_at(rule: ArticleCount, topics: frozenset[int] | None, situation: Situation) -> int | None:
    """When enough articles have left the window for `max` to hold, if nothing more is read; None if `min` fails then.

    Seen from n days or weeks later, a window holds what one shorter by n holds now.
    """
    periods = rule.days or (HISTORY_WEEKS if rule.weeks is None else rule.weeks + 1)

    def left(ahead: int) -> int:
        shorter = periods - ahead
        window = replace(rule, days=shorter) if rule.days is not None else replace(rule, weeks=shorter - 1)
        return article_count(window, topics, situation) if shorter else 0

    ahead = bisect_left(range(periods), True, 1, key=lambda ahead: left(ahead) <= (rule.maximum or 0))
    now = situation.now
    day = now.day + ahead if rule.days is not None else now.day - now.weekday + 7 * ahead
    return instant_of(day, 0, now.zone) if left(ahead) >= (rule.minimum or 0) else None


def window(rule: ArticleCount) -> str:
    """What a rule counts, in words."""
    what = "articles" if rule.topics is None else "articles on " + ", ".join(sorted(rule.topics))
    if rule.days is not None:
        return f"{what} in {rule.days} days"
    return f"{what} in all" if rule.weeks is None else f"{what} this week and {rule.weeks} before"


def span(minimum: int | None, maximum: int | None) -> str:
    """A minimum and maximum, either of which may be open."""
    return f"{'' if minimum is None else minimum}..{'' if maximum is None else maximum}"


def _is_of(host: str | None, hosts: frozenset[str]) -> bool:
    return host is not None and any(host == one or host.endswith("." + one) for one in hosts)
