"""Words for the rules about a campaign itself, its times, and the page."""

from service.campaigns.campaign import ASKS, Placement
from service.campaigns.page_rules import PageType
from service.campaigns.schedule import WEEKDAYS, ends_before
from service.campaigns.words.audience import PAGE_TYPES
from service.campaigns.words.labels import value_label
from service.simulation.why.failure import Failure, Words, Writers
from service.simulation.why.phrases import PLACES, hours, listed, moment, quoted, spoken

_A_PAGE = {
    PageType.ARTICLE: "an article",
    PageType.FRONT: "a front page",
    PageType.SECTION: "a section front",
    PageType.LIVEBLOG: "a live blog",
    PageType.OTHER: "of another kind",
}
_PAUSES = {
    "site paused": "all asks of the site are paused",
    "campaign paused": "the campaign is paused",
}


def _status(failure: Failure) -> Words:
    return Words(f"the campaign is {_article(failure.verdict.value)}", "Publish the campaign as live.")


def _switch(failure: Failure) -> Words:
    off = str(failure.verdict.value)
    if off.startswith("kind ") and failure.site.switches.paused_kinds >= ASKS:
        off = "site paused"  # a pause of all asks that keeps the gates closed
    return Words(_PAUSES.get(off, f"the {off.removesuffix(' paused')} is paused"), "End the pause.")


def _placement(failure: Failure) -> Words:
    place = PLACES[Placement(str(failure.verdict.value))]
    return Words(
        f"the page has no place {place}", f"Put the place {failure.verdict.value} on the page, or choose another place."
    )


def _starts(failure: Failure) -> Words:
    return Words(f"it starts {failure.passes}", "Wait, or let the campaign start earlier.")


def _ends(failure: Failure) -> Words:
    ends = failure.campaign.schedule.ends
    ended = moment(int(ends_before(ends, failure.now.zone).timestamp()), failure.now) if ends else "before"
    return Words(f"it ended {ended}", "Let the campaign end later.")


def _weekdays(failure: Failure) -> Words:
    days = failure.campaign.schedule.weekdays or ()
    names = listed((value_label(day) for day in sorted(days, key=WEEKDAYS.index)), "and")
    return Words(f"it runs on {names} only", "Wait for such a day, or add this weekday to the campaign.")


def _hours(failure: Failure) -> Words:
    runs = hours(failure.campaign.schedule.hours or ())
    return Words(f"it runs from {runs} only", "Wait for these hours, or lengthen them in the campaign.")


def _quiet_hours(failure: Failure) -> Words:
    quiet = hours(failure.site.quiet_hours)
    return Words(f"the site has quiet hours from {quiet}", "Wait until they are over, or shorten them in the site.")


def _goal(_failure: Failure) -> Words:
    return Words("its goal is reached", "Raise the goal, or let the campaign go on after it.")


def _hidden_page(_failure: Failure) -> Words:
    return Words("the page says that it shows no appeals", "Take hide_appeals off the page.")


def _excluded_page(failure: Failure) -> Words:
    why = str(failure.verdict.value)
    reason = "" if why == "excluded" else f" ({why})"
    return Words(f"the site excludes this page{reason}{failure.until}", "Remove the exclusion from the site.")


def _page_type(failure: Failure) -> Words:
    asked = failure.campaign.page.types or frozenset()
    wanted = listed(words for kind, words in PAGE_TYPES.items() if kind in asked)
    return Words(
        f"it is for {wanted}, and this page is {_A_PAGE[PageType(failure.verdict.value)]}",
        "Open such a page, or add this type of page to the campaign.",
    )


def _page_access(failure: Failure) -> Words:
    wanted = listed(_listed(failure))
    return Words(
        f"it is for pages with the access {wanted}, and the access of this page is {failure.verdict.value}",
        "Open such a page, or add this access to the campaign.",
    )


def _excluded_topic(failure: Failure) -> Words:
    found = quoted(failure.verdict.value or ())
    return Words(f"it is never shown on pages about {found}", f"Remove {found} from the campaign's exclusions.")


def _topic(failure: Failure) -> Words:
    wanted = quoted(_listed(failure))
    return Words(
        f"it is only for pages about {wanted}", "Open a page with such a section or tag, or add this page's section."
    )


def _page_id(failure: Failure) -> Words:
    pages = _listed(failure)
    wanted = quoted(pages) if len(pages) < 4 else f"{len(pages)} listed pages"
    return Words(f"it is only for {wanted}", "Add this page to the campaign's list of pages.")


def _sensitive(failure: Failure) -> Words:
    if failure.verdict.limit == "gates suspended":
        return Words(f"gates are open on sensitive pages{failure.until}", "Let the site keep its gates on such pages.")
    if failure.verdict.value:
        return Words(f"the page is sensitive{failure.until}", "Allow the campaign on sensitive pages.")
    return Words("it is for sensitive pages only", "Allow the campaign on other pages too.")


def _paid_content(failure: Failure) -> Words:
    if failure.verdict.value:
        return Words("an advertiser paid for the page", "Allow the campaign on paid content.")
    return Words("it is for pages that an advertiser paid for", "Allow the campaign on other pages too.")


def _beside_gate(_failure: Failure) -> Words:
    return Words("a gate covers the article, and no appeal stands beside a gate", "Open the gate for this reader.")


def _placement_taken(failure: Failure) -> Words:
    place = PLACES[failure.campaign.placement]
    return Words(f"another campaign is shown {place} before it", "Move the campaign up, or choose another place.")


def _overlays(_failure: Failure) -> Words:
    return Words(
        "the page already has as many overlays as the site allows", "Move the campaign up, or allow more overlays."
    )


def _prompts(_failure: Failure) -> Words:
    return Words("the page already has as many asks as the site allows", "Move the campaign up, or allow more asks.")


def _listed(failure: Failure) -> tuple[str, ...]:
    limit = failure.verdict.limit
    return limit if isinstance(limit, tuple) else ()


def _article(word: object) -> str:
    return "a draft" if word == "draft" else spoken(str(word))


PAGE_WORDS: Writers = {
    "status": _status,
    "switch": _switch,
    "placement": _placement,
    "starts": _starts,
    "ends": _ends,
    "weekdays": _weekdays,
    "hours": _hours,
    "quiet_hours": _quiet_hours,
    "goal": _goal,
    "hidden_page": _hidden_page,
    "excluded_page": _excluded_page,
    "page_type": _page_type,
    "page_access": _page_access,
    "excluded_topic": _excluded_topic,
    "topic": _topic,
    "page_id": _page_id,
    "sensitive": _sensitive,
    "paid_content": _paid_content,
    "beside_gate": _beside_gate,
    "placement_taken": _placement_taken,
    "overlays": _overlays,
    "prompts": _prompts,
}
