"""Runs every check on a site and its campaigns.

The schemas refuse a document that makes no sense by itself; lint also sees how documents affect each other.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from service.addresses import split_address
from service.campaigns.campaign import Campaign, Status, decision_order
from service.campaigns.lint.finding import LintFinding, advice, problem
from service.campaigns.lint.shadowing import shadows
from service.campaigns.lint.targeting import misspelt_names, overlapping_shares, targeting_findings
from service.campaigns.lint.timing import timing_findings
from service.campaigns.lint.variants import ask_findings, variant_findings
from service.campaigns.site import Site
from service.campaigns.snapshot.countries import with_countries_written_out
from service.errors import InvalidDocumentError

DEVELOPMENT_HOSTS = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 named, not bound to


def lint(site: Site, campaigns: Sequence[Campaign], now: datetime) -> tuple[LintFinding, ...]:
    """Return all findings about a site and its campaigns. Archived campaigns are skipped."""
    findings = list(_site_findings(site))
    ready, unready = _ready(site, campaigns)
    findings += unready
    for campaign in ready:
        findings += _own_findings(campaign, site, now)
    findings += misspelt_names(ready, site)
    findings += overlapping_shares(ready)
    for campaign in ready:
        findings += _shadowed(campaign, ready, ZoneInfo(site.timezone))
    return tuple(findings)


def lint_campaign(site: Site, others: Sequence[Campaign], campaign: Campaign, now: datetime) -> tuple[LintFinding, ...]:
    """Return the findings about a campaign, checked together with the other campaigns of its site."""
    together = [*(other for other in others if other.key != campaign.key), campaign]
    ready, findings = _ready(site, together)
    own = next((found for found in ready if found.key == campaign.key), None)
    if own is not None:
        findings += _own_findings(own, site, now)
        findings += misspelt_names(ready, site, campaign.key)
        findings += overlapping_shares(ready)
        findings += _shadowed(own, ready, ZoneInfo(site.timezone))
    return tuple(finding for finding in findings if finding.subject == f"campaign {campaign.key}")


def lint_site(site: Site) -> tuple[LintFinding, ...]:
    """Return the findings about the settings of a site alone."""
    return tuple(_site_findings(site))


def _ready(site: Site, campaigns: Sequence[Campaign]) -> tuple[list[Campaign], list[LintFinding]]:
    """Return the site's campaigns that are not archived, in order and with their countries, and what hinders others."""
    ready: list[Campaign] = []
    findings: list[LintFinding] = []
    for campaign in sorted(campaigns, key=decision_order):
        if campaign.status is Status.ARCHIVED or campaign.site != site.key:
            continue
        try:
            ready.append(with_countries_written_out(campaign, site))
        except InvalidDocumentError as error:
            findings.append(problem(f"campaign {campaign.key}", "unknown_country_group", str(error)))
    return ready, findings


def _own_findings(campaign: Campaign, site: Site, now: datetime) -> Iterator[LintFinding]:
    yield from timing_findings(campaign, site, now)
    yield from targeting_findings(campaign, site)
    yield from variant_findings(campaign, site)


def _shadowed(behind: Campaign, campaigns: Sequence[Campaign], zone: ZoneInfo) -> Iterator[LintFinding]:
    """Find the campaign that hides another, if there is one. A draft is checked as if it were live, but hides none."""
    for front in campaigns:
        is_ahead = front.status is Status.LIVE and decision_order(front) < decision_order(behind)
        if is_ahead and shadows(front, behind, zone):
            ahead = f"{front.key} (priority {front.priority})"
            words = f"can never be shown: {ahead} comes first and is shown in every case"
            yield problem(f"campaign {behind.key}", "shadowed", words)
            return


def _site_findings(site: Site) -> Iterator[LintFinding]:
    subject = f"site {site.key}"
    if not site.origins:
        yield problem(subject, "origins", "origins is empty, so no page can show a prompt: add the site's addresses")
    for origin in site.origins:
        parts = split_address(origin)
        if parts.hostname in DEVELOPMENT_HOSTS:
            yield advice(subject, "development_origin", f"{origin} is a developer's machine: remove it in production")
        elif parts.scheme == "http":
            words = f"{origin} is not https, so browsers do not protect readers' cookies: use https"
            yield advice(subject, "development_origin", words)
    yield from ask_findings(subject, "ask: ", site.ask, site)
    if site.privacy_url is None:
        yield advice(subject, "privacy", "privacy_url is missing, so readers see no link to your privacy notice")
    if site.holdout_share == 1:
        yield problem(subject, "never_shown", "the holdout contains all readers, so no reader is ever asked")
    if site.attention.prompts_per_view == 0:
        yield problem(subject, "never_shown", "attention, prompts_per_view is 0, so no reader is ever asked")
