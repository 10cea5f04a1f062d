"""Words for the rules about what the reader was shown before, closed, and read for free."""

from service.campaigns.frequency import Counting
from service.campaigns.words.phrases import number_of
from service.campaigns.words.timing import duration
from service.simulation.why.failure import Failure, Words, Writers
from service.simulation.why.phrases import times


def _dismissed_for_good(failure: Failure) -> Words:
    return Words(
        f"the reader closed it {times(int(failure.verdict.value or 0))}, silent for good{failure.until}",
        "Show the campaign again to readers who closed it, or let it end after more dismissals.",
    )


def _after_dismissal(failure: Failure) -> Words:
    silent = f"silent{failure.until.removeprefix(',')}" if failure.passes else "silent until it is shown again"
    return Words(
        f"closed {_closed_prompt(failure)} {failure.ago(failure.verdict.value)}, {silent}",
        "Wait, shorten the silence after a dismissal, or show the campaign again to readers who closed it.",
    )


def _closed_prompt(failure: Failure) -> str:
    is_own = failure.campaign.cool_off.dismissals is Counting.OWN
    return f"“{failure.campaign.name}”" if is_own else "an appeal"


def _after_closing(failure: Failure) -> Words:
    return Words(
        f"closed an appeal {failure.ago(failure.verdict.value)}, silent{failure.until.removeprefix(',')}",
        f"Wait, or shorten the site’s silence after closing ({duration(failure.site.silence_after_closing_seconds)}).",
    )


def _first_after_views(failure: Failure) -> Words:
    limit = number_of(int(failure.verdict.limit or 0), "page view")
    if failure.verdict.value is None:
        return Words(f"it waits for {limit}, which are not counted without consent", "The reader gives consent.")
    return Words(
        f"it begins after {limit}, and the reader had {failure.verdict.value}",
        "The reader opens more pages, or fewer are asked for.",
    )


def _every_nth_view(failure: Failure) -> Words:
    if isinstance(failure.verdict.limit, float):
        return Words("without consent it is shown on some page views by chance, not on this", "Open another page.")
    return Words(f"it is shown on every {_nth(int(failure.verdict.limit or 1))} page view only", "Open another page.")


def _total(failure: Failure) -> Words:
    return Words(
        f"the reader has seen it {times(int(failure.verdict.value or 0))}, as often as it may ever be shown",
        "Raise the total number of times that a reader sees the campaign.",
    )


def _contributions(_failure: Failure) -> Words:
    return Words("the reader has contributed through it", "Let the campaign go on after a contribution.")


def _caps(failure: Failure) -> Words:
    return Words(
        f"{_seen(failure)} {_window(failure)}, and the campaign allows {failure.verdict.limit}{failure.until}",
        "Wait, or raise the campaign’s limit.",
    )


def _gap(failure: Failure) -> Words:
    gap = duration(int(failure.verdict.limit or 0))
    return Words(f"asked {_last(failure)}, and the campaign waits {gap}{failure.until}", "Wait, or shorten the gap.")


def _daily(failure: Failure) -> Words:
    return Words(f"{_seen(failure)} today{failure.until}", "Wait until tomorrow, or raise the campaign’s daily limit.")


def _cycle(failure: Failure) -> Words:
    return Words(
        f"seen {times(int(failure.verdict.value or 0))} in this cycle, which now rests{failure.until}",
        "Wait, or shorten the rest.",
    )


def _site_caps(failure: Failure) -> Words:
    return Words(
        f"{_seen(failure)} {_window(failure)}, and the site allows {failure.verdict.limit}{failure.until}",
        "Wait, or raise the site’s limit.",
    )


def _site_gap(failure: Failure) -> Words:
    gap = duration(int(failure.verdict.limit or 0))
    return Words(f"asked {_last(failure)}, and the site waits {gap}{failure.until}", "Wait, or shorten the site’s gap.")


def _site_daily(failure: Failure) -> Words:
    return Words(f"{_seen(failure)} today{failure.until}", "Wait until tomorrow, or raise the site’s daily limit.")


def _meter(failure: Failure) -> Words:
    if failure.verdict.limit is None:
        why = failure.verdict.note or "the page is free to read"
        return Words(f"the article is open: {why}", "Open a page that uses the allowance.")
    used, allowance = int(failure.verdict.value or 0), int(failure.verdict.limit)
    return Words(
        f"the article is open: {used} of {number_of(allowance, 'free article')} used",
        "The reader uses the free articles that are left, or the allowance is smaller.",
    )


def _another_gate(_failure: Failure) -> Words:
    return Words("another gate decides about this page", "Move this gate up.")


def _seen(failure: Failure) -> str:
    return f"asked {times(int(failure.verdict.value or 0))}"


def _window(failure: Failure) -> str:
    """Return the window of a cap. Its note is `in 30 days, own`."""
    return str(failure.verdict.note).partition(",")[0]


def _last(failure: Failure) -> str:
    return failure.ago(failure.verdict.value)


def _nth(number: int) -> str:
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


HISTORY_WORDS: Writers = {
    "dismissed_for_good": _dismissed_for_good,
    "after_dismissal": _after_dismissal,
    "after_closing": _after_closing,
    "first_after_views": _first_after_views,
    "every_nth_view": _every_nth_view,
    "total": _total,
    "contributions": _contributions,
    "caps": _caps,
    "gap": _gap,
    "daily": _daily,
    "cycle": _cycle,
    "site_caps": _site_caps,
    "site_gap": _site_gap,
    "site_daily": _site_daily,
    "meter": _meter,
    "another_gate": _another_gate,
}
