"""Which readers and pages a campaign is for, as a sentence with its AND and OR in words.

A rule that only leaves something at its default is not said. Every clause holds; within a clause one alternative is
enough.
"""

from collections.abc import Iterable, Iterator

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.page_rules import PageCondition, PageRules, PageType
from service.campaigns.reader_rules import (
    EVERYONE,
    NON_SUPPORTERS,
    SUPPORTERS,
    AbandonedCheckout,
    ArticleCount,
    Consent,
    Device,
    FirstSeen,
    Inclusion,
    JustContributed,
    ReaderRules,
    SupporterState,
)
from service.campaigns.words.phrases import all_of, any_of, country_name, language_name, number_of, percent
from service.money import Interval, major_text

_STATES = {
    SupporterState.NONE: "who have not contributed",
    SupporterState.ONE_OFF: "who contributed once",
    SupporterState.RECURRING: "who contribute regularly",
    SupporterState.PAST_DUE: "whose payment failed",
    SupporterState.LAPSED: "who are no longer supporters",
}
PAGE_TYPES = {
    PageType.ARTICLE: "articles",
    PageType.FRONT: "the front page",
    PageType.SECTION: "section fronts",
    PageType.LIVEBLOG: "live blogs",
    PageType.OTHER: "other pages",
}
CONSENTS = {
    Consent.FULL: "with full consent",
    Consent.METER: "with consent to the counting of free articles only",
    Consent.NONE: "without consent",
}
DEVICES = {
    Device.DESKTOP: "on a desktop",
    Device.TABLET: "on a tablet",
    Device.MOBILE: "on a phone",
    Device.IOS: "on iOS",
    Device.ANDROID: "on Android",
}
_INTERVALS = {Interval.ONE_OFF: "one-off", Interval.MONTH: "monthly", Interval.YEAR: "yearly"}


def readers_in_words(rules: ReaderRules) -> str:
    """Return whom a campaign is for: `Readers of at least 3 articles in 4 weeks AND who are not supporters`."""
    clauses = [*_history(rules), *_support(rules), *_visit(rules), *_site_rules(rules)]
    return f"Readers {all_of(clauses)}" if clauses else "All readers, supporters or not"


def pages_in_words(campaign: Campaign) -> str:
    """Return the pages a campaign is for: `On articles AND in the section culture OR with the tag arts`."""
    clauses = list(_pages(campaign.page))
    if campaign.page.sensitive is PageCondition.NEVER and campaign.kind is Kind.GATE:
        clauses.append("not on sensitive pages")
    return f"On {all_of(clauses)}" if campaign.page.types is not None else _upper(all_of(clauses) or "on all pages")


def share_in_words(campaign: Campaign) -> str:
    """Return the share of readers, or an empty text for all readers."""
    if campaign.share == 1 and campaign.share_offset is None:
        return ""
    offset = campaign.share_offset
    place = "" if offset is None else f", from {percent(offset)} on in the order {campaign.share_seed}"
    return f"{percent(campaign.share)} of readers{place}"


def article_count_in_words(count: ArticleCount) -> str:
    """Return a rule about articles: `at least 3 articles in 4 weeks`."""
    low, high = count.minimum, count.maximum
    if low is not None and low == high:
        amount = f"exactly {number_of(low, 'article')}"
    elif low is not None and high is not None:
        amount = f"{low} to {number_of(high, 'article')}"
    else:
        amount = (
            f"at least {number_of(low, 'article')}" if low is not None else f"at most {number_of(high or 0, 'article')}"
        )
    topics = f" about {any_of(sorted(count.topics))}" if count.topics else ""
    return amount + topics + _window(count)


def _window(count: ArticleCount) -> str:
    if count.weeks is not None:
        return f" in {number_of(count.weeks, 'week')}" if count.weeks else " this week"
    if count.days is not None:
        return f" in {number_of(count.days, 'day')}" if count.days > 1 else " today"
    return ""


def _history(rules: ReaderRules) -> Iterator[str]:
    yield from (f"of {article_count_in_words(count)}" for count in rules.article_counts)
    if rules.is_reading_more is not None:
        yield "who read more every week" if rules.is_reading_more else "who do not read more every week"
    if rules.favourite_topics_any:
        yield f"whose favourite topic is {any_of(sorted(rules.favourite_topics_any))}"
    yield from _first_seen(rules.first_seen)


def _first_seen(age: FirstSeen) -> Iterator[str]:
    if age.minimum_days is not None:
        yield f"known for at least {number_of(age.minimum_days, 'day')}"
    if age.maximum_days is not None:
        yield f"known for at most {number_of(age.maximum_days, 'day')}"


def _support(rules: ReaderRules) -> Iterator[str]:
    if rules.supporters == NON_SUPPORTERS:
        yield "who are not supporters"
    elif rules.supporters == SUPPORTERS:
        yield "who are supporters"
    elif rules.supporters != EVERYONE:
        yield any_of(words for state, words in _STATES.items() if state in rules.supporters)
    if rules.recurring_below:
        amounts = (f"{code} {major_text(minor, code)}" for code, minor in sorted(rules.recurring_below.items()))
        yield f"who contribute less a month than {any_of(amounts)}"
    yield from _abandoned(rules.abandoned_checkout)
    yield from _just_contributed(rules.just_contributed)


def _abandoned(checkout: AbandonedCheckout | None) -> Iterator[str]:
    if checkout is None:
        return
    if not checkout.has_one:
        yield "who have no checkout that was started and not paid"
        return
    within = f" at most {number_of(checkout.within_days, 'day')} ago" if checkout.within_days is not None else ""
    after = f" at least {number_of(checkout.after_hours, 'hour')} ago" if checkout.after_hours else ""
    yield f"who started a {_interval_words(checkout.intervals)}checkout{after}{within} and did not pay"


def _just_contributed(rule: JustContributed | None) -> Iterator[str]:
    if rule is not None:
        kinds = _interval_words(rule.intervals)
        yield f"who made a {kinds}contribution in this browser in the last {number_of(rule.within_minutes, 'minute')}"


def _interval_words(intervals: frozenset[Interval] | None) -> str:
    return any_of(words for interval, words in _INTERVALS.items() if interval in intervals) + " " if intervals else ""


def _visit(rules: ReaderRules) -> Iterator[str]:
    if rules.is_signed_in is not None:
        yield "who are signed in" if rules.is_signed_in else "who are signed out"
    if rules.consents is not None:
        yield any_of(words for consent, words in CONSENTS.items() if consent in rules.consents)
    if rules.countries_any:
        yield f"in {any_of(_countries(rules.countries_any))}"
    if rules.countries_none:
        yield _neither("in", _countries(rules.countries_none))
    yield from _arrival(rules)


def _arrival(rules: ReaderRules) -> Iterator[str]:
    if rules.devices:
        yield any_of(words for device, words in DEVICES.items() if device in rules.devices)
    if rules.referrers_any:
        yield f"who came from {any_of(sorted(rules.referrers_any))}"
    if rules.referrers_none:
        yield f"who came {_neither('from', sorted(rules.referrers_none))}"
    if rules.languages_any:
        yield f"of pages in {any_of(language_name(tag) for tag in sorted(rules.languages_any))}"


def _site_rules(rules: ReaderRules) -> Iterator[str]:
    if rules.external_audiences_any:
        yield f"in your audience {any_of(sorted(rules.external_audiences_any))}"
    if rules.is_suppressible:
        yield "whom your own service does not veto"
    yield from _inclusion(rules.one_off_only_countries, "in countries with one-off contributions only")
    yield from _inclusion(rules.holdout, "in the holdout")


def _inclusion(inclusion: Inclusion, words: str) -> Iterator[str]:
    if inclusion is not Inclusion.EXCLUDE:
        yield f"{'also' if inclusion is Inclusion.INCLUDE else 'only'} {words}"


def _pages(rules: PageRules) -> Iterator[str]:
    if rules.types is not None:
        yield any_of(words for kind, words in PAGE_TYPES.items() if kind in rules.types)
    named = [f"in the section {name}" for name in sorted(rules.sections_any or ())]
    named += [f"with the tag {name}" for name in sorted(rules.tags_any or ())]
    if named:
        yield any_of(named)
    if rules.page_ids_any:
        yield f"on the page {any_of(sorted(rules.page_ids_any))}"
    if rules.sections_none:
        yield _neither("in the section", sorted(rules.sections_none))
    if rules.tags_none:
        yield _neither("with the tag", sorted(rules.tags_none))
    if rules.page_ids_none:
        yield _neither("on the page", sorted(rules.page_ids_none))
    if rules.accesses:
        yield f"of {any_of(sorted(rules.accesses))} access"
    yield from _condition(rules.sensitive, "on sensitive pages")
    yield from _condition(rules.paid, "on pages that an advertiser paid for")


def _condition(condition: PageCondition, words: str) -> Iterator[str]:
    if condition is not PageCondition.NEVER:
        yield f"{condition} {words}"


def _neither(word: str, names: list[str]) -> str:
    if len(names) == 1:
        return f"not {word} {names[0]}"
    return f"neither {word} " + f" NOR {word} ".join(names)


def _countries(codes: Iterable[str]) -> list[str]:
    return sorted((country_name(code) for code in codes), key=lambda name: name.removeprefix("the "))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
