"""Every rule, in the order it is asked. The names are stable: traces, documentation and tests use them.

The condition beside a rule says whether a campaign uses it at all; what it does not use is not in its trace.
"""

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.frequency import NO_LIMIT, Frequency
from service.campaigns.gate import Strength
from service.campaigns.reader_rules import Inclusion
from service.campaigns.site import Site
from service.campaigns.variant import Placeholder, names_in_braces
from service.decisions.rules import cool_off, frequency, goal, schedule, supporters, switches
from service.decisions.rules import page as page_rules
from service.decisions.rules import reader as reader_rules
from service.decisions.rules.rule import ACCESS, VISIT, Rule, Scope

_COUNTS = frozenset({Placeholder.ARTICLE_COUNT, Placeholder.ARTICLE_COUNT_IN_WINDOW})


def _always(_campaign: Campaign, _site: Site) -> bool:
    return True


def _is_appeal(campaign: Campaign, _site: Site) -> bool:
    return campaign.kind is not Kind.GATE


def _is_gate(campaign: Campaign, _site: Site) -> bool:
    return campaign.kind is Kind.GATE


def _is_closable(campaign: Campaign, _site: Site) -> bool:
    """Appeals, and gates that a reader may close."""
    return campaign.gate is None or campaign.gate.strength is Strength.SOFT


def _names_article_count(campaign: Campaign, _site: Site) -> bool:
    return any(_COUNTS & names_in_braces(copy) for variant in campaign.variants for copy in variant.copies)


def _own(campaign: Campaign) -> Frequency:
    return NO_LIMIT if campaign.frequency.is_always_asking else campaign.frequency


def _obeys_site(campaign: Campaign) -> bool:
    return campaign.kind is not Kind.GATE and not campaign.frequency.is_always_asking


def _has_topics(campaign: Campaign, _site: Site) -> bool:
    return campaign.page.sections_any is not None or campaign.page.tags_any is not None


def _has_excluded_topics(campaign: Campaign, _site: Site) -> bool:
    return bool(campaign.page.sections_none or campaign.page.tags_none or campaign.page.page_ids_none)


def _has_contribution_days(campaign: Campaign, _site: Site) -> bool:
    return campaign.cool_off.one_off_days is not None or campaign.cool_off.recurring_days is not None


def _has_first_seen(campaign: Campaign, _site: Site) -> bool:
    return (campaign.reader.first_seen.minimum_days, campaign.reader.first_seen.maximum_days) != (None, None)


def _has_countries(campaign: Campaign, _site: Site) -> bool:
    return campaign.reader.countries_any is not None or bool(campaign.reader.countries_none)


def _has_referrers(campaign: Campaign, _site: Site) -> bool:
    return campaign.reader.referrers_any is not None or bool(campaign.reader.referrers_none)


def _knows_holdout(campaign: Campaign, site: Site) -> bool:
    return site.holdout_share > 0 or campaign.reader.holdout is Inclusion.ONLY


def _knows_one_off_only_countries(campaign: Campaign, site: Site) -> bool:
    return bool(site.one_off_only_countries) or campaign.reader.one_off_only_countries is Inclusion.ONLY


def _ends_by_dismissals(campaign: Campaign, site: Site) -> bool:
    return _is_closable(campaign, site) and campaign.cool_off.ends_after_dismissals is not None


_SWITCHES = (
    Rule("status", switches.is_live, _always),
    Rule("switch", switches.is_switched_on, _always),
    Rule("placement", switches.has_place, _always),
)
_SCHEDULE = (
    Rule("starts", schedule.has_started, lambda one, _: one.schedule.starts is not None),
    Rule("ends", schedule.has_not_ended, lambda one, _: one.schedule.ends is not None),
    Rule("weekdays", schedule.is_on_weekday, lambda one, _: one.schedule.weekdays is not None),
    Rule("hours", schedule.is_within_daily_hours, lambda one, _: one.schedule.hours is not None),
    Rule("quiet_hours", schedule.is_not_quiet, lambda one, site: one.kind is not Kind.GATE and bool(site.quiet_hours)),
    Rule("goal", goal.is_not_reached, lambda one, _: goal.stops(one)),
)
_PAGE = (
    Rule("hidden_page", page_rules.is_not_hidden, _always),
    Rule("excluded_page", page_rules.is_not_excluded, lambda _, site: bool(site.exclusions)),
    Rule("page_type", page_rules.has_type, lambda one, _: one.page.types is not None),
    Rule("page_access", page_rules.has_access, lambda one, _: one.page.accesses is not None),
    Rule("excluded_topic", page_rules.has_no_excluded_topic, _has_excluded_topics),
    Rule("topic", page_rules.has_topic, _has_topics),
    Rule("page_id", page_rules.is_listed_page, lambda one, _: one.page.page_ids_any is not None),
    Rule("sensitive", page_rules.fits_sensitivity, _always),
    Rule("paid_content", page_rules.fits_paid_content, _always),
)
_READER = (
    Rule("visit", reader_rules.is_a_visit, _is_appeal, scope=VISIT),
    Rule("contextual_share", reader_rules.is_in_contextual_share, lambda _, site: site.consent.contextual_share < 1),
    Rule("consent", reader_rules.has_consent, lambda one, _: one.reader.consents is not None, scope=VISIT),
    Rule("holdout", reader_rules.fits_holdout, _knows_holdout),
    Rule("share", reader_rules.is_in_campaign_share, lambda one, _: one.share < 1),
    Rule("campaign_holdout", reader_rules.is_outside_campaign_holdout, lambda one, _: one.experiment is not None),
    Rule(
        "signed_in", reader_rules.is_signed_in_as_asked, lambda one, _: one.reader.is_signed_in is not None, scope=VISIT
    ),
    Rule("country", reader_rules.is_in_country, _has_countries, scope=VISIT),
    Rule(
        "one_off_only_country",
        reader_rules.fits_one_off_only_country,
        _knows_one_off_only_countries,
        scope=VISIT,
    ),
    Rule("device", reader_rules.is_on_device, lambda one, _: one.reader.devices is not None, scope=VISIT),
    Rule("language", reader_rules.reads_language, lambda one, _: one.reader.languages_any is not None, scope=VISIT),
    Rule("referrer", reader_rules.came_from, _has_referrers, scope=VISIT),
    Rule("first_seen", reader_rules.was_first_seen, _has_first_seen),
    Rule(
        "articles",
        reader_rules.has_read_articles,
        lambda one, _: bool(one.reader.article_counts),
    ),
    Rule("article_count_known", reader_rules.has_countable_history, _names_article_count),
    Rule("reading_more", reader_rules.is_reading_more, lambda one, _: one.reader.is_reading_more is not None),
    Rule(
        "favourite_topic",
        reader_rules.has_favourite_topic,
        lambda one, _: one.reader.favourite_topics_any is not None,
    ),
    Rule(
        "abandoned_checkout",
        reader_rules.has_abandoned_checkout,
        lambda one, _: one.reader.abandoned_checkout is not None,
    ),
    Rule(
        "just_contributed",
        reader_rules.has_just_contributed,
        lambda one, _: one.reader.just_contributed is not None,
    ),
    Rule(
        "audience",
        reader_rules.is_in_audience,
        lambda one, _: one.reader.external_audiences_any is not None,
        scope=VISIT,
    ),
    Rule("suppressor", reader_rules.is_not_suppressed, lambda one, _: one.reader.is_suppressible, scope=VISIT),
)
_ACCESS = (
    Rule("staff", reader_rules.is_not_staff, _is_gate, ACCESS),
    Rule("registered", reader_rules.is_not_registered, _is_gate, ACCESS),
    Rule("supporter", supporters.is_asked_supporter_state, _always, ACCESS),
    Rule("after_contribution", supporters.has_cooled_off_after_contribution, _has_contribution_days, ACCESS),
    Rule("dismissed_for_good", cool_off.is_not_dismissed_for_good, _ends_by_dismissals, ACCESS),
    Rule(
        "after_dismissal",
        cool_off.has_cooled_off_after_dismissal,
        _is_closable,
        ACCESS,
    ),
    Rule("after_closing", cool_off.is_not_just_closed, _is_closable, ACCESS),
)
_FREQUENCY = (
    Rule(
        "first_after_views",
        frequency.is_past_first_views,
        lambda one, _: _own(one).first_after_views is not None,
        ACCESS,
    ),
    Rule("every_nth_view", frequency.is_nth_view, lambda one, _: _own(one).every_nth_view is not None, ACCESS),
    Rule("total", frequency.is_under_total, lambda one, _: _own(one).total_impressions is not None, ACCESS),
    Rule(
        "contributions",
        frequency.is_under_contributions,
        lambda one, _: _own(one).total_contributions is not None,
        ACCESS,
    ),
    Rule(
        "caps",
        frequency.is_under_caps,
        lambda one, _: bool(_own(one).caps),
        ACCESS,
    ),
    Rule("gap", frequency.has_kept_gap, lambda one, _: _own(one).gap is not None, ACCESS),
    Rule("daily", frequency.is_under_daily_cap, lambda one, _: _own(one).daily is not None, ACCESS),
    Rule("cycle", frequency.is_within_cycle, lambda one, _: _own(one).cycle is not None, ACCESS),
    Rule(
        "site_caps",
        frequency.is_under_site_caps,
        lambda one, site: _obeys_site(one) and bool(site.frequency.caps),
        ACCESS,
    ),
    Rule(
        "site_gap",
        frequency.has_kept_site_gap,
        lambda one, site: _obeys_site(one) and site.frequency.gap is not None,
        ACCESS,
    ),
    Rule(
        "site_daily",
        frequency.is_under_site_daily_cap,
        lambda one, site: _obeys_site(one) and site.frequency.daily is not None,
        ACCESS,
    ),
)
_OF_PAGE = tuple(rule._replace(scope=Scope.PAGE) for rule in (*_SWITCHES, *_SCHEDULE, *_PAGE))
RULES = (*_OF_PAGE, *_READER, *_ACCESS, *_FREQUENCY)
