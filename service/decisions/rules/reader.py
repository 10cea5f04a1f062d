"""Rules about the reader and the visit. If a rule needs a fact that is not known, it fails."""

from service.campaigns.campaign import Campaign
from service.campaigns.gate import GateType
from service.campaigns.reader_rules import Consent, Device, FirstSeen, Inclusion
from service.campaigns.site import Site
from service.decisions.assignment import is_in_range, is_in_share, position
from service.decisions.rules.facts import AUDIENCE, CONSENT, COUNTRY, DEVICE, LANGUAGE, PURPOSE, SIGNED_IN, SUPPRESSED
from service.decisions.rules.rule import ACCESS, ALL_ALIKE, Alike, Prepared, is_appeal, is_gate, rule
from service.decisions.rules.verdict import Names, Plain, Verdict, passed, passed_if, span
from service.decisions.situation import Purpose, Situation
from service.money import Interval
from service.readers.reader import BUCKETS, Support
from service.readers.site_time import DAY_SECONDS, HOUR_SECONDS

_INCLUDE, _ONLY = Inclusion.INCLUDE, Inclusion.ONLY  # looking up a member takes longer than comparing it
_MOBILE = frozenset({Device.MOBILE, Device.IOS, Device.ANDROID})


def _has_first_seen(campaign: Campaign, _site: Site) -> bool:
    return (campaign.reader.first_seen.minimum_days, campaign.reader.first_seen.maximum_days) != (None, None)


def _has_countries(campaign: Campaign, _site: Site) -> bool:
    return campaign.reader.countries_any is not None or bool(campaign.reader.countries_none)


def _has_referrers(campaign: Campaign, _site: Site) -> bool:
    return campaign.reader.referrers_any is not None or bool(campaign.reader.referrers_none)


def _uses_holdout(campaign: Campaign, site: Site) -> bool:
    return site.holdout_share > 0 or campaign.reader.holdout is Inclusion.ONLY


def _uses_one_off_only_countries(campaign: Campaign, site: Site) -> bool:
    return bool(site.one_off_only_countries) or campaign.reader.one_off_only_countries is Inclusion.ONLY


@rule(is_appeal, reads=(PURPOSE,))
def visit(_prepared: Prepared, situation: Situation) -> Verdict:
    """Show nothing to crawlers and prefetches."""
    purpose = situation.visit.purpose
    return passed_if(purpose is Purpose.VISIT, purpose, "visit")


@rule(lambda _, site: site.consent.contextual_share < 1, reads=ALL_ALIKE)
def contextual_share(_prepared: Prepared, situation: Situation) -> Verdict:
    """Without consent, show appeals on the site's share of page views, chosen at random."""
    if situation.visit.consent is not Consent.NONE:
        return passed(situation.visit.consent)
    share = situation.site.consent.contextual_share
    return passed_if(is_in_share(situation.view_id, "contextual", share), "none", share, note="share of page views")


@rule(lambda campaign, _: campaign.reader.consents is not None, reads=(CONSENT,))
def consent(prepared: Prepared, situation: Situation) -> Verdict:
    """Check the reader's consent."""
    consents = prepared.campaign.reader.consents or frozenset()
    consent = situation.visit.consent
    return passed_if(consent in consents, consent, consents)


@rule(
    lambda campaign, _: campaign.reader.is_signed_in is not None,
    reads=(SIGNED_IN,),
)
def signed_in(prepared: Prepared, situation: Situation) -> Verdict:
    """Check whether the reader is signed in. An unknown reader is signed out."""
    asked = prepared.campaign.reader.is_signed_in
    return passed_if(situation.visit.is_signed_in is asked, situation.visit.is_signed_in, asked)


@rule(_uses_holdout, reads=Alike(lambda campaign, _: campaign.reader.holdout))
def holdout(prepared: Prepared, situation: Situation) -> Verdict:
    """Never ask the site's holdout, so that the effect of asking can be measured."""
    inclusion = prepared.campaign.reader.holdout
    held_out = is_held_out(situation)
    holds = inclusion is _INCLUDE or held_out is (inclusion is _ONLY)
    return passed_if(holds, held_out, inclusion)


def is_held_out(situation: Situation) -> bool:
    """Return True if the reader is in the site's holdout. A reader without a bucket is not."""
    bucket = situation.reader.bucket if situation.reader else None
    site = situation.site
    return bucket is not None and is_in_share(bucket, "holdout:" + site.holdout_seed, site.holdout_share)


@rule(lambda campaign, _: campaign.experiment is not None)
def campaign_holdout(prepared: Prepared, situation: Situation) -> Verdict:
    """Never ask the campaign's own holdout, which the seed of its experiment chooses."""
    experiment = prepared.campaign.experiment
    bucket = situation.reader.bucket if situation.reader else None
    if experiment is None or bucket is None:
        return passed()
    held_out = is_in_share(bucket, "holdout:" + experiment.seed, experiment.holdout_share)
    return passed_if(not held_out, held_out, experiment.holdout_share)


@rule(lambda campaign, _: campaign.share < 1)
def share(prepared: Prepared, situation: Situation) -> Verdict:
    """Ask only the campaign's share of readers. The others may see the next campaign."""
    share = prepared.campaign.share
    bucket = situation.reader.bucket if situation.reader else None
    unit: int | str = situation.view_id if bucket is None else bucket
    offset = prepared.campaign.share_offset
    if offset is None:
        return passed_if(is_in_share(unit, prepared.campaign.key, share), bucket, share)
    here = position(unit, prepared.campaign.share_seed)
    return passed_if(
        is_in_range(here, share, round(offset * BUCKETS)), here, share, note=f"of all readers, from {offset:g}"
    )


@rule(_has_countries, reads=(COUNTRY,))
def country(prepared: Prepared, situation: Situation) -> Verdict:
    """Check the reader's country. An unknown country fails inclusions and exclusions alike."""
    rules, country = prepared.campaign.reader, situation.visit.country
    holds = country is not None and country not in rules.countries_none
    holds = holds and (rules.countries_any is None or country in rules.countries_any)
    return passed_if(holds, country, Names(rules.countries_any, rules.countries_none))


@rule(_uses_one_off_only_countries, reads=(COUNTRY,))
def one_off_only_country(prepared: Prepared, situation: Situation) -> Verdict:
    """Check whether the country offers one-off contributions only. An unknown country offers both."""
    inclusion = prepared.campaign.reader.one_off_only_countries
    is_listed = situation.visit.country in situation.site.one_off_only_countries
    holds = inclusion is Inclusion.INCLUDE or is_listed is (inclusion is Inclusion.ONLY)
    return passed_if(holds, is_listed, inclusion)


@rule(lambda campaign, _: campaign.reader.devices is not None, reads=(DEVICE,))
def device(prepared: Prepared, situation: Situation) -> Verdict:
    """Check the class of the device. `mobile` includes iOS and Android phones."""
    devices = prepared.campaign.reader.devices or frozenset()
    device = situation.visit.device
    holds = device in devices or (device in _MOBILE and Device.MOBILE in devices)
    return passed_if(holds, device, devices)


@rule(lambda campaign, _: campaign.reader.languages_any is not None, reads=(LANGUAGE,))
def language(prepared: Prepared, situation: Situation) -> Verdict:
    """Check the reader's language: `en` includes `en-ie`."""
    languages = prepared.campaign.reader.languages_any or frozenset()
    language = situation.visit.language
    holds = language is not None and (language in languages or language.split("-")[0] in languages)
    return passed_if(holds, language, languages)


@rule(_has_referrers)
def referrer(prepared: Prepared, situation: Situation) -> Verdict:
    """Check the referring host and the domains above it. Without a referrer, exclusions pass and inclusions fail."""
    rules, host = prepared.campaign.reader, situation.visit.referrer_host
    holds = rules.referrers_any is None or _is_of(host, rules.referrers_any)
    holds = holds and not _is_of(host, rules.referrers_none)
    return passed_if(holds, host, Names(rules.referrers_any, rules.referrers_none))


def _days_text(value: int | FirstSeen) -> Plain:
    return value if isinstance(value, int) else span(value.minimum_days, value.maximum_days)


@rule(_has_first_seen, write=_days_text)
def first_seen(prepared: Prepared, situation: Situation) -> Verdict:
    """Check the age of the reader's history, in whole days of 24 hours. Without a history the age is 0."""
    rule = prepared.campaign.reader.first_seen
    first_at = situation.reader.first_seen_at if situation.reader else situation.now.instant
    age_days = max(0, situation.now.instant - first_at) // DAY_SECONDS
    is_old_enough = rule.minimum_days is None or age_days >= rule.minimum_days
    is_new_enough = rule.maximum_days is None or age_days <= rule.maximum_days
    passes_at = first_at + (rule.minimum_days or 0) * DAY_SECONDS if is_new_enough and not is_old_enough else None
    return passed_if(is_old_enough and is_new_enough, age_days, rule, passes_at=passes_at)


@rule(lambda campaign, _: campaign.reader.abandoned_checkout is not None)
def abandoned_checkout(prepared: Prepared, situation: Situation) -> Verdict:
    """Check for a checkout that was started and not finished, within the rule's hours and days."""
    rule = prepared.campaign.reader.abandoned_checkout
    support = situation.reader.support if situation.reader else Support()
    started_at = situation.now.past_instant(support.checkout_at)
    if rule is None or not started_at:
        return passed_if(rule is None or not rule.has_one, False, rule.has_one if rule else None)
    age = situation.now.age_of(started_at)
    is_asked_interval = rule.intervals is None or support.checkout_interval in rule.intervals
    is_recent = rule.within_days is None or age < rule.within_days * DAY_SECONDS
    is_old_enough = age >= rule.after_hours * HOUR_SECONDS
    matches = is_asked_interval and is_recent and is_old_enough
    waits = rule.has_one and is_asked_interval and is_recent and not is_old_enough
    passes_at = started_at + rule.after_hours * HOUR_SECONDS if waits else None
    return passed_if(matches is rule.has_one, matches, rule.has_one, passes_at=passes_at)


@rule(lambda campaign, _: campaign.reader.just_contributed is not None)
def just_contributed(prepared: Prepared, situation: Situation) -> Verdict:
    """Require a contribution within the last minutes of the rule."""
    rule = prepared.campaign.reader.just_contributed
    support = situation.reader.support if situation.reader else Support()
    given = ((support.one_off_at, Interval.ONE_OFF), (support.recurring_at, support.recurring_interval))
    last_at, interval = max((situation.now.past_instant(at), interval) for at, interval in given)
    age = situation.now.age_of(last_at) if last_at else None
    holds = rule is not None and age is not None and age < rule.within_minutes * 60
    holds = holds and (rule is None or rule.intervals is None or interval in rule.intervals)
    return passed_if(holds, age, rule.within_minutes * 60 if rule else None, note="seconds since a contribution")


@rule(
    lambda campaign, _: campaign.reader.external_audiences_any is not None,
    reads=(AUDIENCE,),
)
def audience(prepared: Prepared, situation: Situation) -> Verdict:
    """Require an audience of the publication's own service. If the service did not answer, nothing matches."""
    asked = prepared.campaign.reader.external_audiences_any or frozenset()
    known = situation.visit.audiences
    found = known & asked if known is not None else frozenset[str]()
    return passed_if(bool(found), known, asked)


@rule(lambda campaign, _: campaign.reader.is_suppressible, reads=(SUPPRESSED,))
def suppressor(_prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent if the publication's own service suppresses appeals for this reader."""
    return passed_if(not situation.visit.is_suppressed, situation.visit.is_suppressed, False)


@rule(is_gate, stage=ACCESS)
def registered(prepared: Prepared, situation: Situation) -> Verdict:
    """Open a registration gate to readers who are signed in with a verified address."""
    gate, visit = prepared.campaign.gate, situation.visit
    registered = visit.is_signed_in and visit.is_verified
    holds = gate is None or gate.gate_type is not GateType.REGISTRATION or not registered
    return passed_if(holds, registered, False)


@rule(is_gate, stage=ACCESS)
def staff(_prepared: Prepared, situation: Situation) -> Verdict:
    """Open every gate to the publication's staff."""
    return passed_if(not situation.visit.is_staff, situation.visit.is_staff, False)


def _is_of(host: str | None, hosts: frozenset[str]) -> bool:
    """Return True if the host or a domain above it is listed."""
    domain = host or ""
    while domain and domain not in hosts:
        domain = domain.partition(".")[2]
    return bool(domain)
