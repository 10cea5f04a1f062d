"""Words for the rules about who the reader is, what the reader allows, reads and contributes."""

from service.campaigns.reader_rules import Consent, Device, Inclusion, SupporterState
from service.campaigns.words.audience import CONSENTS, DEVICES
from service.campaigns.words.phrases import country_name, language_name, number_of, percent
from service.simulation.why.failure import Failure, Words, Writers
from service.simulation.why.phrases import listed, quoted

MOST_COUNTRIES = 5  # more are counted, not named
SUPPORTER_WORDS = {
    SupporterState.NONE: "has never contributed",
    SupporterState.ONE_OFF: "made a one-off contribution",
    SupporterState.RECURRING: "contributes regularly",
    SupporterState.PAST_DUE: "contributes regularly, and the last payment failed",
    SupporterState.LAPSED: "was a supporter earlier",
    SupporterState.UNKNOWN: "is signed in, and it is not known yet whether the reader is a supporter",
}
_STATES = {
    SupporterState.NONE: "readers who never contributed",
    SupporterState.ONE_OFF: "one-off contributors",
    SupporterState.RECURRING: "regular contributors",
    SupporterState.PAST_DUE: "supporters whose payment failed",
    SupporterState.LAPSED: "former supporters",
}


def _visit(failure: Failure) -> Words:
    return Words(f"this is a {failure.verdict.value}, not a reader’s visit", "Open the page as a reader does.")


def _contextual_share(failure: Failure) -> Words:
    share = percent(failure.site.consent.contextual_share)
    return Words(
        f"without consent only {share} of page views show an ask, by chance", "Give consent, or raise the site’s share."
    )


def _consent(failure: Failure) -> Words:
    asked = failure.campaign.reader.consents or frozenset()
    wanted = listed(words for consent, words in CONSENTS.items() if consent in asked)
    return Words(
        f"it is for readers {wanted}, and this one reads {CONSENTS[Consent(failure.verdict.value)]}",
        "The reader gives this consent, or the campaign is for other readers too.",
    )


def _holdout(failure: Failure) -> Words:
    if failure.campaign.reader.holdout is Inclusion.ONLY:
        return Words("it is only for the readers whom the site never asks", "Let the campaign include other readers.")
    share = percent(failure.site.holdout_share)
    return Words(
        f"the reader is among the {share} whom the site never asks, to measure what asking does",
        "Include the holdout in the campaign.",
    )


def _share(failure: Failure) -> Words:
    share = percent(failure.campaign.share)
    return Words(
        f"it is for {share} of readers, and this reader is not among them", "Raise the campaign’s share of readers."
    )


def _campaign_holdout(failure: Failure) -> Words:
    share = percent(float(failure.verdict.limit or 0))
    return Words(f"the reader is in the holdout of its experiment ({share} of readers)", "End the holdout.")


def _signed_in(failure: Failure) -> Words:
    if failure.verdict.limit:
        return Words("it is for readers who are signed in", "The reader signs in.")
    return Words("it is for readers who are signed out", "The reader signs out, or the campaign is for all readers.")


def _country(failure: Failure) -> Words:
    rules, code = failure.campaign.reader, failure.verdict.value
    if code is None:
        return Words("the reader’s country is not known", "Let the proxy send the country, or ask in every country.")
    country = country_name(str(code))
    if code in rules.countries_none:
        return Words(f"it is never shown in {country}", f"Take {country} off the excluded countries.")
    countries = sorted(map(country_name, rules.countries_any or ()))
    wanted = listed(countries) if len(countries) <= MOST_COUNTRIES else f"{len(countries)} other countries"
    return Words(f"it is for readers in {wanted}, and this reader is in {country}", f"Add {country} to the campaign.")


def _one_off_only_country(failure: Failure) -> Words:
    if failure.verdict.value:
        return Words(
            "only one-off contributions are possible in the reader’s country",
            "Let the campaign include such countries.",
        )
    return Words(
        "it is only for countries with one-off contributions alone", "Let the campaign include other countries."
    )


def _device(failure: Failure) -> Words:
    asked = failure.campaign.reader.devices or frozenset()
    wanted = listed(words for device, words in DEVICES.items() if device in asked)
    return Words(
        f"it is for readers {wanted}, and this reader is {DEVICES[Device(failure.verdict.value)]}",
        "Add this device to the campaign.",
    )


def _language(failure: Failure) -> Words:
    wanted = listed(sorted(map(language_name, failure.campaign.reader.languages_any or ())))
    tag = failure.verdict.value
    spoken_here = f"reads {language_name(str(tag))}" if tag else "has a language that is not known"
    return Words(f"it is for readers of {wanted}, and this reader {spoken_here}", "Add this language to the campaign.")


def _referrer(failure: Failure) -> Words:
    rules, host = failure.campaign.reader, failure.verdict.value
    came = f"the reader came from {host}" if host else "the reader came from no other site"
    if rules.referrers_any is None:
        return Words(f"{came}, which the campaign excludes", "Remove this site from the excluded referrers.")
    wanted = sorted(rules.referrers_any)
    return Words(f"it is for readers who come from {listed(wanted)}, and {came}", "Come from such a site, or add it.")


def _first_seen(failure: Failure) -> Words:
    days = number_of(int(failure.verdict.value or 0), "day")
    return Words(
        f"the reader’s history is {days} old, and the campaign asks at {_bounds(failure, 'day')}{failure.until}",
        "Change the age that the campaign asks for.",
    )


def _articles(failure: Failure) -> Words:
    note = str(failure.verdict.note)
    count = failure.verdict.value
    if count is None:
        why = note.partition("; ")[2]
        return Words(f"it counts articles, and there is {why}" if why.startswith("no ") else why, "Count articles.")
    window = note.removeprefix("articles").strip()
    words = f"the reader has read {number_of(int(count), 'article')} {_window(window)}"
    return Words(
        f"{words}, and the campaign asks at {_bounds(failure, 'article')}{failure.until}",
        "The reader reads on, or the campaign asks at another number of articles.",
    )


def _article_count_known(_failure: Failure) -> Words:
    return Words(
        "its words name the number of articles read, which is not known for this reader",
        "Leave the number out of the words, or the reader lets articles be counted.",
    )


def _reading_more(failure: Failure) -> Words:
    if failure.verdict.limit:
        return Words("it is for readers who read more each week", "The reader reads more, or the rule is removed.")
    return Words("it is for readers who do not read more each week", "Remove the rule.")


def _favourite_topic(failure: Failure) -> Words:
    return Words(
        f"it is for readers who read most about {quoted(_limits(failure))}", "Add the topic that the reader prefers."
    )


def _abandoned_checkout(failure: Failure) -> Words:
    if failure.verdict.limit:
        return Words(f"it is for readers who began to contribute and did not finish{failure.until}", "Remove the rule.")
    return Words("the reader began to contribute and did not finish", "The reader finishes, or the rule is removed.")


def _just_contributed(_failure: Failure) -> Words:
    return Words("it is for readers who have just contributed", "The reader contributes.")


def _audience(failure: Failure) -> Words:
    wanted = quoted(_limits(failure))
    return Words(f"the reader is not in the audience {wanted}", "Add the reader to the audience in your own service.")


def _suppressor(_failure: Failure) -> Words:
    return Words("your own service suppresses asks for this reader", "Let your service allow it.")


def _staff(_failure: Failure) -> Words:
    return Words("the reader belongs to the staff", "Sign out of the staff account.")


def _registered(_failure: Failure) -> Words:
    return Words("the reader is registered and signed in", "The reader signs out.")


def _recurring_below(failure: Failure) -> Words:
    if failure.verdict.value is None:
        return Words("it is for regular contributors of a known smaller amount", "Remove the rule about the amount.")
    return Words("the reader already contributes as much as the campaign asks for", "Raise the amount in the rule.")


def _supporter(failure: Failure) -> Words:
    state = SupporterState(str(failure.verdict.value))
    asked = listed(_STATES[found] for found in SupporterState if found in failure.campaign.reader.supporters)
    return Words(
        f"the reader {SUPPORTER_WORDS[state]}, and the campaign asks {asked}{failure.until}",
        "Let the campaign ask such readers.",
    )


def _after_contribution(failure: Failure) -> Words:
    days = number_of(int(failure.verdict.value or 0), "day")
    return Words(
        f"the reader contributed {days} ago, silent{failure.until.removeprefix(',')}",
        "Wait, or shorten the silence after a contribution.",
    )


def _bounds(failure: Failure, name: str) -> str:
    """Return the bounds of a number: `3 articles or more`, `2 to 5 articles`."""
    least, _, most = str(failure.verdict.limit).partition("..")
    if not most:
        return f"{number_of(int(least or 0), name)} or more"
    return f"{least} to {number_of(int(most), name)}" if least else f"at most {number_of(int(most), name)}"


def _window(window: str) -> str:
    """Return the window of a count in words. The rule writes `this week and 4 before`, `in 30 days` or `in all`."""
    topics, found, rest = window.rpartition("this week and ")
    if not found:
        return window
    weeks = "" if rest.startswith("0 ") else f" and in the {rest.removesuffix(' before')} before"
    return f"{topics}this week{weeks}"


def _limits(failure: Failure) -> tuple[str, ...]:
    limit = failure.verdict.limit
    return limit if isinstance(limit, tuple) else ()


READER_WORDS: Writers = {
    "visit": _visit,
    "contextual_share": _contextual_share,
    "consent": _consent,
    "holdout": _holdout,
    "share": _share,
    "campaign_holdout": _campaign_holdout,
    "signed_in": _signed_in,
    "country": _country,
    "one_off_only_country": _one_off_only_country,
    "device": _device,
    "language": _language,
    "referrer": _referrer,
    "first_seen": _first_seen,
    "articles": _articles,
    "article_count_known": _article_count_known,
    "reading_more": _reading_more,
    "favourite_topic": _favourite_topic,
    "abandoned_checkout": _abandoned_checkout,
    "just_contributed": _just_contributed,
    "audience": _audience,
    "suppressor": _suppressor,
    "staff": _staff,
    "registered": _registered,
    "recurring_below": _recurring_below,
    "supporter": _supporter,
    "after_contribution": _after_contribution,
}
