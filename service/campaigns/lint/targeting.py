"""Lint checks of the rules about pages and readers: contradictions, unknown countries, and misspelt names."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import permutations

from babel import Locale

from service.campaigns.campaign import OVERLAYS, Campaign, Kind
from service.campaigns.lint.finding import LintFinding, advice, problem
from service.campaigns.page_rules import PageCondition, PageMatch
from service.campaigns.reader_rules import (
    NON_SUPPORTERS,
    ArticleCount,
    Consent,
    Inclusion,
    ReaderRules,
    SupporterState,
)
from service.campaigns.site import Site
from service.campaigns.variant import Placeholder, names_in_braces

TERRITORIES = frozenset(str(code) for code in Locale("en").territories if len(str(code)) == 2)
COUNTING_PLACEHOLDERS = frozenset({Placeholder.ARTICLE_COUNT, Placeholder.ARTICLE_COUNT_IN_WINDOW})


def targeting_findings(campaign: Campaign, site: Site) -> Iterator[LintFinding]:
    """Find contradictions in the targeting of a campaign whose country groups are replaced by countries."""
    subject = f"campaign {campaign.key}"
    yield from _pages(subject, campaign)
    yield from _excluded(subject, campaign, site)
    yield from _counts(subject, campaign.reader)
    yield from _readers(subject, campaign.reader)
    yield from _signed_in(subject, campaign.reader, site)
    yield from _contributors(subject, campaign, site)
    yield from _upgrades(subject, campaign.reader, site)
    yield from _contextual(subject, campaign.reader, site)
    yield from _countries(subject, campaign.reader, site)
    yield from _history(subject, campaign)
    yield from _placement(subject, campaign, site)


def misspelt_names(campaigns: Iterable[Campaign], site: Site, only: str | None = None) -> Iterator[LintFinding]:
    """Find sections and tags that only one campaign names, and that are similar to a name used elsewhere.

    `only`: the key of the campaign to look at; None for all.
    """
    by_campaign = [(campaign, _page_names(campaign)) for campaign in campaigns]
    site_names = frozenset().union(
        *(_match_names(exclusion.pages) for exclusion in site.exclusions), _match_names(site.sensitivity.pages)
    )
    for campaign, names in by_campaign:
        if only not in {None, campaign.key}:
            continue
        others = site_names.union(*(theirs for other, theirs in by_campaign if other is not campaign))
        for name in sorted(names - others):
            close = get_close_matches(name, sorted(others), n=1, cutoff=0.8)
            if close:
                words = f"only this campaign names {name}; did you mean {close[0]}?"
                yield advice(f"campaign {campaign.key}", "misspelt_name", words)


def overlapping_shares(campaigns: Iterable[Campaign]) -> Iterator[LintFinding]:
    """Find campaigns whose ranges of readers overlap, although an offset says that they divide all readers."""
    ranged = [campaign for campaign in campaigns if campaign.share_offset is not None]
    for place, behind in enumerate(ranged):
        for front in ranged[:place]:
            if front.share_seed == behind.share_seed and _overlap(front, behind):
                words = f"its readers overlap those of {front.key}: change share, offset"
                yield advice(f"campaign {behind.key}", "share", words)


def _overlap(first: Campaign, second: Campaign) -> bool:
    """Return whether two ranges, which wrap at the last reader, have readers in common."""
    apart = ((second.share_offset or 0) - (first.share_offset or 0)) % 1
    is_within = apart < first.share - 1e-9
    return bool(first.share and second.share) and (is_within or 1 - apart < second.share - 1e-9)


def _page_names(campaign: Campaign) -> frozenset[str]:
    page = campaign.page
    return (page.sections_any or frozenset()) | (page.tags_any or frozenset()) | page.sections_none | page.tags_none


def _match_names(match: PageMatch | None) -> frozenset[str]:
    return frozenset() if match is None else match.sections | match.tags


def _pages(subject: str, campaign: Campaign) -> Iterator[LintFinding]:
    page = campaign.page
    sides = (
        (page.sections_any, page.sections_none),
        (page.tags_any, page.tags_none),
        (page.page_ids_any, page.page_ids_none),
    )
    for any_of, none_of in sides:
        for name in sorted((any_of or frozenset()) & none_of):
            yield problem(subject, "contradiction", f"{name} is in any and in none, so its pages never match")
    sections, tags = page.sections_any or frozenset[str](), page.tags_any or frozenset[str]()
    are_excluded = sections <= page.sections_none and tags <= page.sections_none | page.tags_none
    if (sections or tags) and are_excluded:
        yield problem(subject, "never_shown", "every section and tag in any is also in none, so no page matches")


def _excluded(subject: str, campaign: Campaign, site: Site) -> Iterator[LintFinding]:
    page = campaign.page
    for exclusion in site.exclusions:
        if exclusion.starts_on or exclusion.ends_on or not _covers_types(exclusion.types, page.types):
            continue
        if exclusion.kinds is not None and campaign.kind not in exclusion.kinds:
            continue
        match = exclusion.pages
        only_sections = page.sections_any is not None and page.tags_any is None and page.sections_any <= match.sections
        only_tags = page.tags_any is not None and page.sections_any is None and page.tags_any <= match.tags
        if match == PageMatch() or only_sections or only_tags:
            yield problem(subject, "excluded_pages", "an exclusion of the site covers all pages of the campaign")


def _covers_types(excluding: Iterable[str] | None, wanted: Iterable[str] | None) -> bool:
    return excluding is None or (wanted is not None and set(wanted) <= set(excluding))


def _readers(subject: str, reader: ReaderRules) -> Iterator[LintFinding]:
    abandoned = reader.abandoned_checkout
    if abandoned and abandoned.within_days is not None and abandoned.after_hours >= abandoned.within_days * 24:
        words = "abandoned_checkout: after_hours is not shorter than within_days, so no checkout matches"
        yield problem(subject, "contradiction", words)
    if reader.consents == frozenset({Consent.NONE}) and _needs_history(reader):
        words = "it is only for readers without consent, but has rules about their history, which is not read"
        yield problem(subject, "contradiction", words)
    if reader.is_signed_in is False and (reader.external_audiences_any or reader.is_suppressible):
        words = "it is for signed-out readers, but the site's services are only asked about signed-in readers"
        yield problem(subject, "contradiction", words)
    overlap = (reader.referrers_any or frozenset()) & reader.referrers_none
    for host in sorted(overlap):
        yield problem(subject, "contradiction", f"referrer {host} is in any and in none, so it never matches")


def _signed_in(subject: str, reader: ReaderRules, site: Site) -> Iterator[LintFinding]:
    """Find rules about signed-in readers that need a setting which the site lacks."""
    if reader.is_signed_in and not site.assertion.keys:
        words = "it is for signed-in readers, but the site cannot recognise them: set the site's reader_assertion"
        yield problem(subject, "never_shown", words)
    if reader.external_audiences_any and site.audience_service is None:
        words = "it is for external audiences, but the site does not know them: set the site's audience_service"
        yield problem(subject, "never_shown", words)


def _counts(subject: str, reader: ReaderRules) -> Iterator[LintFinding]:
    for least, most in permutations(reader.article_counts, 2):
        can_both_hold = least.minimum is None or most.maximum is None or least.minimum <= most.maximum
        if not can_both_hold and least.topics == most.topics and _is_window_within(least, most):
            words = f"it needs at least {least.minimum} and at most {most.maximum} articles in the same time"
            yield problem(subject, "contradiction", words)


def _is_window_within(inner: ArticleCount, outer: ArticleCount) -> bool:
    """Return whether every article that the inner window counts is counted by the outer window too."""
    if inner.days is not None or outer.days is not None:
        return inner.days is not None and (outer.days or inner.days if outer.weeks is None else 0) >= inner.days
    return outer.weeks is None or (inner.weeks is not None and inner.weeks <= outer.weeks)


def _contributors(subject: str, campaign: Campaign, site: Site) -> Iterator[LintFinding]:
    """Find campaigns for readers who have just contributed that leave out supporters.

    Such a reader is a supporter, unless the site's policy or the campaign's cool-off says otherwise.
    """
    reader, cool_off = campaign.reader, campaign.cool_off
    is_silent = reader.supporters <= NON_SUPPORTERS and site.supporters.one_off_days > 0
    if reader.just_contributed and is_silent and cool_off.one_off_days is None and cool_off.recurring_days is None:
        words = "it is for readers who just contributed, but leaves out supporters: set reader, supporter: everyone"
        yield problem(subject, "contradiction", words)


def _upgrades(subject: str, reader: ReaderRules, site: Site) -> Iterator[LintFinding]:
    """Find campaigns for small recurring contributions that no such contributor can see."""
    if reader.recurring_below is None:
        return
    if not reader.supporters & {SupporterState.RECURRING, SupporterState.PAST_DUE}:
        words = "recurring_below is about recurring supporters, whom it leaves out: set reader, supporter: recurring"
        yield problem(subject, "contradiction", words)
    if reader.consents == frozenset({Consent.NONE}):
        words = "recurring_below needs the reader's history, but the campaign is only for readers without consent"
        yield problem(subject, "contradiction", words)
    for code in sorted(set(reader.recurring_below) - {site.currency, *site.currencies.values()}):
        yield advice(subject, "currency", f"recurring_below: readers of the site are not asked in {code}")


def _contextual(subject: str, reader: ReaderRules, site: Site) -> Iterator[LintFinding]:
    if reader.consents == frozenset({Consent.NONE}) and site.consent.contextual_share == 0:
        words = "it is only for readers without consent, but the site's consent, contextual_share is 0"
        yield problem(subject, "never_shown", words)


def _needs_history(reader: ReaderRules) -> bool:
    seen = reader.first_seen.minimum_days or reader.abandoned_checkout or reader.just_contributed
    return bool(reader.article_counts or reader.is_reading_more or reader.favourite_topics_any or seen)


def _countries(subject: str, reader: ReaderRules, site: Site) -> Iterator[LintFinding]:
    wanted, unwanted = reader.countries_any or frozenset(), reader.countries_none
    for code in sorted((wanted | unwanted) - TERRITORIES):
        hint = "; the United Kingdom is GB" if code == "UK" else "; Greece is GR" if code == "EL" else ""
        yield problem(subject, "unknown_country", f"{code} is not a country code{hint}")
    if wanted and wanted <= unwanted:
        yield problem(subject, "contradiction", "every country in any is also in none, so no country matches")
    left = wanted - unwanted
    one_off_only = site.one_off_only_countries
    if left and reader.one_off_only_countries is Inclusion.EXCLUDE and left <= one_off_only:
        words = "all its countries are one-off-only, which it excludes: set reader, one_off_only_countries: include"
        yield problem(subject, "one_off_only", words)
    if reader.one_off_only_countries is Inclusion.ONLY and not one_off_only:
        words = "it is only for one-off-only countries, but the site has none: set the site's one_off_only_countries"
        yield problem(subject, "one_off_only", words)


def _history(subject: str, campaign: Campaign) -> Iterator[LintFinding]:
    names = frozenset().union(*(names_in_braces(copy) for variant in campaign.variants for copy in variant.copies))
    if Placeholder.DAYS_LEFT in names and campaign.schedule.ends is None:
        yield problem(subject, "placeholder", "{days_left} needs an end of the schedule: set schedule, ends")
    if Placeholder.ARTICLE_COUNT_IN_WINDOW in names and not campaign.reader.article_counts:
        yield problem(subject, "placeholder", "{article_count_in_window} needs a rule in reader, article_count")
    if names & COUNTING_PLACEHOLDERS and campaign.reader.consents == frozenset({Consent.NONE}):
        words = "it shows an article count, but is only for readers without consent, whose articles are not counted"
        yield problem(subject, "placeholder", words)
    if names & COUNTING_PLACEHOLDERS and not any((count.minimum or 0) > 1 for count in campaign.reader.article_counts):
        words = "it shows readers their article count even if it is 1: set reader, article_count, min"
        yield advice(subject, "placeholder", words)


def _placement(subject: str, campaign: Campaign, site: Site) -> Iterator[LintFinding]:
    if campaign.kind is not Kind.GATE and campaign.placement in OVERLAYS and site.attention.overlays_per_view == 0:
        words = f"{campaign.placement} is an overlay, but the site's attention, overlays_per_view is 0"
        yield problem(subject, "never_shown", words)
    if campaign.kind is Kind.EPIC and campaign.placement in OVERLAYS:
        words = f"an appeal belongs within the article, but {campaign.placement} covers the page: use kind: banner"
        yield advice(subject, "placement", words)
    if campaign.kind is Kind.GATE and campaign.page.sensitive is PageCondition.ONLY:
        words = "a gate only on sensitive pages works only if the site's sensitive, suspends_gates is false"
        yield advice(subject, "sensitive", words)
