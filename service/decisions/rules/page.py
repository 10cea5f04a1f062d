"""Rules about the page. An exclusion always wins over an inclusion. Names match in upper and lower case."""

from msgspec.structs import replace

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.page_rules import Exclusion, PageCondition, PageMatch, folded
from service.campaigns.schedule import ends_before
from service.campaigns.site import Site
from service.decisions.rules.facts import HIDES_APPEALS, PAGE_ACCESS, PAGE_ID, PAGE_TYPE, PAID_CONTENT, SENSITIVE, TOPIC
from service.decisions.rules.rule import Alike, Prepared, Reads, rule
from service.decisions.rules.verdict import Verdict, failed, passed, passed_if
from service.decisions.situation import Page, Situation, lists_page
from service.readers.site_time import instant_of


def _has_topics(campaign: Campaign, _site: Site) -> bool:
    return campaign.page.sections_any is not None or campaign.page.tags_any is not None


def _has_excluded_topics(campaign: Campaign, _site: Site) -> bool:
    return bool(campaign.page.sections_none or campaign.page.tags_none or campaign.page.page_ids_none)


def _excluded_kind(campaign: Campaign, site: Site) -> Kind | None:
    """Return the kind of a campaign if the site excludes pages for some kinds alone."""
    return campaign.kind if any(exclusion.kinds for exclusion in site.exclusions) else None


def _exclusions_read(site: Site) -> Reads:
    """Return what decides whether a page is excluded: names alone, unless exclusions have paths, types or dates."""
    has_more = any(
        found.pages.paths or found.types is not None or found.starts_on or found.ends_on for found in site.exclusions
    )
    return Alike(_excluded_kind) if has_more else (TOPIC, PAGE_ID)


def _sensitivity(campaign: Campaign, _site: Site) -> tuple[bool, PageCondition]:
    return campaign.kind is Kind.GATE, campaign.page.sensitive


def _sensitivity_read(site: Site) -> Reads:
    """Return what decides whether a page is sensitive: what the page says alone, unless the site says more."""
    if site.sensitivity.pages is None and site.sensitivity.until is None:
        return (SENSITIVE,)
    return Alike(_sensitivity)


@rule(reads=(HIDES_APPEALS,))
def hidden_page(_prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent on a page whose editor has hidden appeals."""
    return passed_if(not situation.page.hides_appeals, situation.page.hides_appeals, False)


@rule(lambda _, site: bool(site.exclusions), reads=_exclusions_read)
def excluded_page(prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent on the pages that the site excludes on this day, for campaigns of this kind.

    An exclusion without a list excludes every page.
    """
    kind, page, day = prepared.campaign.kind, situation.page, situation.now.day
    for exclusion in situation.site.exclusions:
        is_of_kind = exclusion.kinds is None or kind in exclusion.kinds
        if is_of_kind and _matches(exclusion.pages, page) and _excludes(exclusion, page, day):
            ends_on = exclusion.ends_on
            passes_at = None if ends_on is None else instant_of(ends_on.toordinal() + 1, 0, situation.now.zone)
            return failed(exclusion.reason or "excluded", passes_at=passes_at)
    return passed()


@rule(lambda campaign, _: campaign.page.types is not None, reads=(PAGE_TYPE,))
def page_type(prepared: Prepared, situation: Situation) -> Verdict:
    """Check the type of the page."""
    types = prepared.campaign.page.types or frozenset()
    page_type = situation.page.page_type
    return passed_if(page_type in types, page_type, types)


@rule(lambda campaign, _: campaign.page.accesses is not None, reads=(PAGE_ACCESS,))
def page_access(prepared: Prepared, situation: Situation) -> Verdict:
    """Check the access of the page: free, metered, locked or gift."""
    accesses = prepared.campaign.page.accesses or frozenset()
    access = situation.page.access
    return passed_if(access in accesses, access, accesses)


@rule(_has_excluded_topics, reads=(TOPIC, PAGE_ID))
def excluded_topic(prepared: Prepared, situation: Situation) -> Verdict:
    """Fail on an excluded section, tag or page id, even if another list includes the page."""
    rules, page = prepared.campaign.page, situation.page
    found = sorted(page.tags & rules.tags_none | page.names & rules.sections_none)
    if folded(page.page_id) in rules.page_ids_none:
        found.append(page.page_id)
    return passed_if(not found, tuple(found), rules.sections_none | rules.tags_none | rules.page_ids_none)


@rule(_has_topics, reads=(TOPIC,))
def topic(prepared: Prepared, situation: Situation) -> Verdict:
    """Require a listed section or a listed tag. An empty list matches nothing."""
    rules, page = prepared.campaign.page, situation.page
    sections, tags = rules.sections_any or frozenset(), rules.tags_any or frozenset()
    found = tuple(sorted(page.tags & tags | page.names & sections))
    return passed_if(bool(found), found, sections | tags)


@rule(lambda campaign, _: campaign.page.page_ids_any is not None, reads=(PAGE_ID,))
def page_id(prepared: Prepared, situation: Situation) -> Verdict:
    """Require a listed page id."""
    pages = prepared.campaign.page.page_ids_any or frozenset()
    return passed_if(folded(situation.page.page_id) in pages, situation.page.page_id, pages)


@rule(reads=_sensitivity_read)
def sensitive(prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent on sensitive pages unless the campaign is for them. Gates open there unless the site keeps them."""
    campaign = prepared.campaign
    if not is_sensitive(situation):
        return _fits(campaign.page.sensitive, False)
    passes_at = None if _is_sensitive_page(situation) else _calm_at(situation)
    if campaign.kind is Kind.GATE and situation.site.sensitivity.suspends_gates:
        return failed(True, "gates suspended", passes_at=passes_at)
    verdict = _fits(campaign.page.sensitive, True)
    return verdict if verdict.passed else replace(verdict, passes_at=passes_at)


@rule(reads=(PAID_CONTENT,))
def paid_content(prepared: Prepared, situation: Situation) -> Verdict:
    """Stay silent on pages that an advertiser paid for, unless the campaign is for them."""
    return _fits(prepared.campaign.page.paid, situation.page.is_paid_content)


def is_sensitive(situation: Situation) -> bool:
    """Return True if the page says so, if the site lists it, or if the site calls every page sensitive for now."""
    if _is_sensitive_page(situation):
        return True
    calm_at = _calm_at(situation)
    return calm_at is not None and situation.now.instant < calm_at


def _is_sensitive_page(situation: Situation) -> bool:
    pages = situation.site.sensitivity.pages
    return situation.page.is_sensitive or (pages is not None and _matches(pages, situation.page))


def _calm_at(situation: Situation) -> int | None:
    """Return when the site stops calling every page sensitive, or None if it never started."""
    until = situation.site.sensitivity.until
    return None if until is None else int(ends_before(until, situation.now.zone).timestamp())


def _fits(condition: PageCondition, fact: bool) -> Verdict:
    holds = condition is PageCondition.ALSO or fact is (condition is PageCondition.ONLY)
    return passed_if(holds, fact, condition)


def _excludes(exclusion: Exclusion, page: Page, day: int) -> bool:
    """Return True if an exclusion is in force on this day for pages of this type."""
    has_begun = exclusion.starts_on is None or exclusion.starts_on.toordinal() <= day
    has_ended = exclusion.ends_on is not None and exclusion.ends_on.toordinal() < day
    return has_begun and not has_ended and (exclusion.types is None or page.page_type in exclusion.types)


def _matches(match: PageMatch, page: Page) -> bool:
    return lists_page(match, page) or not (match.sections or match.tags or match.page_ids or match.paths)
