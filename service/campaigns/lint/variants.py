"""Lint checks of variants: amounts, colours and languages, and the settings of experiments."""

from collections.abc import Iterator

from service.campaigns.amounts.suggested import LEAST_CHARGE_MINOR
from service.campaigns.campaign import Campaign
from service.campaigns.experiment import Method
from service.campaigns.gate import GateType
from service.campaigns.lint.finding import LintFinding, advice, problem
from service.campaigns.site import Site
from service.campaigns.variant import Ask, Design, IntervalAsk, Variant
from service.campaigns.words.phrases import language_name
from service.money import Interval, major_text

LEAST_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3: https://www.w3.org/TR/WCAG22/#contrast-minimum
WHITE, BLACK = "#ffffff", "#000000"


def variant_findings(campaign: Campaign, site: Site) -> Iterator[LintFinding]:
    """Find faults in the variants and the experiment of a campaign."""
    subject = f"campaign {campaign.key}"
    for variant in campaign.variants:
        name = f"variant {variant.key}: " if len(campaign.variants) > 1 else ""
        if campaign.gate is None or campaign.gate.gate_type is GateType.PAYMENT:
            yield from ask_findings(subject, name, variant.ask or site.ask, site)
        yield from _colours(subject, name, variant.design)
        yield from _languages(subject, name, variant, site)
    if all(variant.weight == 0 for variant in campaign.variants):
        words = "every variant has weight 0, so all readers get the control and no reader counts in the experiment"
        yield problem(subject, "experiment", words)
    yield from _experiment(subject, campaign)


def ask_findings(subject: str, name: str, ask: Ask, site: Site) -> Iterator[LintFinding]:
    """Find amounts outside the site's limits or below Stripe's minimum, and missing currencies of the site."""
    for code in dict.fromkeys((site.currency, *site.currencies.values())):
        if ask.in_currency(code) is None:
            words = f"{name}there are no amounts in {code}, the currency of some of the site's readers"
            yield advice(subject, "currency", words)
    for in_currency in ask.currencies:
        for interval_ask in in_currency.intervals:
            yield from _amounts(subject, name, in_currency.currency, interval_ask, site)
        yield from _year_below_month(subject, name, in_currency.intervals)


def _amounts(subject: str, name: str, code: str, ask: IntervalAsk, site: Site) -> Iterator[LintFinding]:
    limit = site.limit(code, ask.interval)
    for amount_minor in ask.amounts_minor:
        written = f"{name}{major_text(amount_minor, code)} {code} ({ask.interval})"
        if amount_minor < LEAST_CHARGE_MINOR.get(code, 0):
            least = major_text(LEAST_CHARGE_MINOR[code], code)
            yield problem(subject, "amount", f"{written} is below Stripe's minimum of {least} {code}")
        elif limit and not limit.minimum_minor <= amount_minor <= limit.maximum_minor:
            ends = f"{major_text(limit.minimum_minor, code)} to {major_text(limit.maximum_minor, code)}"
            yield problem(subject, "amount", f"{written} is outside the site's limits, {ends}")


def _year_below_month(subject: str, name: str, intervals: tuple[IntervalAsk, ...]) -> Iterator[LintFinding]:
    by_interval = {ask.interval: ask for ask in intervals}
    month, year = by_interval.get(Interval.MONTH), by_interval.get(Interval.YEAR)
    if month and year and year.amounts_minor[-1] < month.amounts_minor[0]:
        yield advice(subject, "amount", f"{name}every amount per year is below every amount per month")


def _colours(subject: str, name: str, design: Design) -> Iterator[LintFinding]:
    pairs = (
        ("accent_text", "accent", design.accent_text, design.accent),
        ("text", "background", design.text, design.background),
    )
    for text_name, ground_name, text, ground in pairs:
        if text and ground and (ratio := contrast(text, ground)) < LEAST_CONTRAST:
            words = f"{text_name} on {ground_name} has a contrast of {ratio:.1f} to 1, but needs {LEAST_CONTRAST} to 1"
            yield problem(subject, "contrast", f"{name}{words}")
        elif ground and not text and max(contrast(WHITE, ground), contrast(BLACK, ground)) < LEAST_CONTRAST:
            yield problem(subject, "contrast", f"{name}no text is readable on {ground_name} {ground}")
        elif ground and not text:
            yield advice(subject, "contrast", f"{name}{ground_name} is set without {text_name}: set both")


def contrast(colour: str, other: str) -> float:
    """Return the contrast of two `#rrggbb` colours, 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _languages(subject: str, name: str, variant: Variant, site: Site) -> Iterator[LintFinding]:
    written = {copy.language for copy in variant.copies}
    if site.default_language not in written:
        words = f"{name}there are no words in {language_name(site.default_language)}, the site's default language"
        yield advice(subject, "language", words)
    for language in sorted(written - set(site.languages)):
        words = f"{name}{language_name(language)} is not one of the site's languages: add {language} to them"
        yield advice(subject, "language", words)


def _experiment(subject: str, campaign: Campaign) -> Iterator[LintFinding]:
    experiment, variants = campaign.experiment, campaign.variants
    if experiment is None:
        return
    if len(variants) == 1:
        yield advice(subject, "experiment", "an experiment with one variant compares nothing: add a variant")
    if experiment.control and experiment.control.share == 1 and len(variants) > 1:
        yield problem(subject, "experiment", "all readers get the control, so the other variants are never shown")
    if experiment.coverage_share == 0:
        yield problem(subject, "experiment", "coverage is 0, so no reader takes part")
    if experiment.holdout_share == 1:
        yield problem(subject, "never_shown", "its holdout contains all readers, so no reader ever sees it")
    if experiment.method is Method.ROULETTE and experiment.floor_share * len(variants) > 1:
        words = f"floor {experiment.floor_share:g} for each of {len(variants)} variants is more than all readers"
        yield problem(subject, "experiment", f"{words}: lower it")
    if not experiment.hypothesis and len(variants) > 1:
        yield advice(subject, "experiment", "hypothesis is empty: write down what you expect before it runs")
