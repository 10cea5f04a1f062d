"""What a request adds to a reader, also when it arrives late, in a note."""

from service.readers.additions import ChoiceAddition, EventAddition, added
from service.readers.impressions import PromptEvent
from service.readers.reader import new_reader

NOW = 1_790_000_000
CAMPAIGN = 7


def dismissal(request: bytes, at: int) -> EventAddition:
    return EventAddition(request, PromptEvent.DISMISSED, CAMPAIGN, 0, at)


def test_a_late_note_of_a_dismissal_counts_but_moves_the_last_one_not_back() -> None:
    reader = added(new_reader(NOW - 100, 0, 1), dismissal(b"abc", NOW - 5), NOW)

    reader = added(reader, dismissal(b"def", NOW - 9), NOW)

    assert reader.prompt_record(CAMPAIGN).dismissed_count == 2
    assert reader.prompt_record(CAMPAIGN).dismissed_at == NOW - 5


def test_a_dismissal_replaces_one_that_a_wrong_clock_put_ahead_of_now() -> None:
    reader = added(new_reader(NOW - 100, 0, 1), dismissal(b"abc", NOW + 90_000), NOW + 90_000)

    reader = added(reader, dismissal(b"def", NOW), NOW)

    assert reader.prompt_record(CAMPAIGN).dismissed_at == NOW


def test_a_late_note_does_not_undo_a_newer_choice_about_counting() -> None:
    reader = added(new_reader(NOW - 100, 0, 1), ChoiceAddition(b"abc", counts_articles=False, instant=NOW - 2), NOW)

    late = added(reader, ChoiceAddition(b"def", counts_articles=True, instant=NOW - 8), NOW)
    later = added(reader, ChoiceAddition(b"ghi", counts_articles=True, instant=NOW), NOW)

    assert late.counting.is_stopped
    assert late.recent.endswith(b"def")
    assert not later.counting.is_stopped
