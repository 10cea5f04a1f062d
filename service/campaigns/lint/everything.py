"""What is wrong or doubtful about a site and its campaigns, in words. The schemas refuse what makes no sense at all;
lint knows the documents together."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign, Status, decision_order
from service.campaigns.countries import with_countries_written_out
from service.campaigns.lint.finding import LintFinding, advice, problem
from service.campaigns.lint.shadowing import shadows
from service.campaigns.lint.targeting import misspelt_names, targeting_findings
from service.campaigns.lint.timing import timing_findings
from service.campaigns.lint.variants import ask_findings, variant_findings
from service.campaigns.site import Site
from service.errors import InvalidDocumentError

DEVELOPMENT_HOSTS = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 named, not bound to


def lint(site: Site, campaigns: Sequence[Campaign], now: datetime) -> tuple[LintFinding, ...]:
    """All findings about a site and its campaigns; those that are archived are left alone."""
    findings = list(_site_findings(site))
    ready: list[Campaign] = []
    for campaign in sorted(campaigns, key=decision_order):
        if campaign.status is Status.ARCHIVED or campaign.site != site.key:
            continue
        try:
            ready.append(with_countries_written_out(campaign, site))
        except InvalidDocumentError as error:
            findings.append(problem(f"campaign {campaign.key}", "unknown_country_group", str(error)))
    for campaign in ready:
        findings += timing_findings(campaign, site, now)
        findings += targeting_findings(campaign, site)
        findings += variant_findings(campaign, site)
    findings += misspelt_names(ready, site)
    findings += _shadowed(ready, ZoneInfo(site.timezone))
    return tuple(findings)


def lint_one(site: Site, others: Sequence[Campaign], campaign: Campaign, now: datetime) -> tuple[LintFinding, ...]:
    """The findings about one campaign standing among the others of its site."""
    together = [*(one for one in others if one.key != campaign.key), campaign]
    return tuple(found for found in lint(site, together, now) if found.subject == f"campaign {campaign.key}")


def _shadowed(campaigns: Sequence[Campaign], zone: ZoneInfo) -> Iterator[LintFinding]:
    """Drafts are judged as if they were live; only live campaigns cast a shadow."""
    live = [campaign for campaign in campaigns if campaign.status is Status.LIVE]
    for behind in campaigns:
        for front in live:
            if decision_order(front) < decision_order(behind) and shadows(front, behind, zone):
                words = (
                    f"can never be shown: {front.key} (priority {front.priority}) is asked first and takes every case"
                )
                yield problem(f"campaign {behind.key}", "shadowed", words)
                break


def _site_findings(site: Site) -> Iterator[LintFinding]:
    subject = f"site {site.key}"
    if not site.origins:
        yield problem(subject, "origins", "no origins: no page may show anything")
    for origin in site.origins:
        parts = urlsplit(origin)
        if parts.hostname in DEVELOPMENT_HOSTS:
            yield advice(subject, "development_origin", f"{origin} is a developer's own machine")
        elif parts.scheme == "http":
            yield advice(
                subject, "development_origin", f"{origin} is not https: browsers will not keep readers' cookies safe"
            )
    yield from ask_findings(subject, "ask: ", site.ask, site)
    if site.privacy_url is None:
        yield advice(subject, "privacy", "no privacy_url: readers are shown no link to your privacy notice")
    if site.holdout_share == 1:
        yield problem(subject, "never_shown", "the holdout takes everybody, so nobody is ever asked")
    if site.attention.prompts_per_view == 0:
        yield problem(subject, "never_shown", "the budget of a page view is 0, so nobody is ever asked")
