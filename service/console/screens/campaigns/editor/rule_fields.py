"""The field that a finding of lint is about, so that the finding can lead to it."""

from enum import StrEnum

from service.campaigns.lint.finding import LintFinding
from service.campaigns.store import DocumentKind
from service.console.screens.campaigns.editor.tabs import SiteTab, Tab

_FIELDS: dict[str, tuple[Tab, str]] = {
    "shadowed": (Tab.WHEN, "priority"),
    "empty_schedule": (Tab.WHEN, "schedule.starts"),
    "schedule_over": (Tab.WHEN, "schedule.ends"),
    "never_shown": (Tab.WHO, "reader.supporter"),
    "excluded_pages": (Tab.WHO, "page.sections"),
    "cap_shorter_than_gap": (Tab.WHEN, "frequency.caps"),
    "always_ask": (Tab.WHEN, "frequency.always_ask"),
    "cap_above_total": (Tab.WHEN, "frequency.caps"),
    "cap_above_daily": (Tab.WHEN, "frequency.caps"),
    "contradiction": (Tab.WHO, "reader.article_count"),
    "unknown_country": (Tab.WHO, "reader.countries"),
    "unknown_country_group": (Tab.WHO, "reader.countries"),
    "one_off_only": (Tab.WHO, "reader.countries"),
    "placeholder": (Tab.WORDS, "variants.0.copy"),
    "amount": (Tab.AMOUNTS, "variants.0.ask"),
    "contrast": (Tab.LOOK, "variants.0.design"),
    "experiment": (Tab.EXPERIMENT, "experiment"),
    "misspelt_name": (Tab.WHO, "page.sections"),
    "no_cap": (Tab.WHEN, "frequency.caps"),
    "no_cool_off": (Tab.WHEN, "cool_off.after_dismissal"),
    "currency": (Tab.AMOUNTS, "variants.0.ask"),
    "language": (Tab.WORDS, "variants.0.copy"),
    "placement": (Tab.LOOK, "placement"),
    "share": (Tab.WHO, "share"),
    "sensitive": (Tab.WHO, "page.sensitive"),
}


_SITE_FIELDS: dict[str, tuple[SiteTab, str]] = {
    "origins": (SiteTab.SITE, "origins"),
    "development_origin": (SiteTab.SITE, "origins"),
    "privacy": (SiteTab.SITE, "privacy_url"),
    "amount": (SiteTab.AMOUNTS, "ask"),
    "currency": (SiteTab.AMOUNTS, "ask"),
    "never_shown": (SiteTab.READERS, "holdout"),
}


def field_of(finding: LintFinding, kind: DocumentKind) -> tuple[StrEnum, str]:
    """Return the tab and the name of the field that a finding about a document is about."""
    if kind is DocumentKind.SITE:
        return _SITE_FIELDS.get(finding.rule, (SiteTab.SITE, "name"))
    return _FIELDS.get(finding.rule, (Tab.WHEN, "schedule.starts"))
