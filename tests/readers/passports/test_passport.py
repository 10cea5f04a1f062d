"""The sealed passport and its bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.money import Interval
from service.readers import reader as bounds
from service.readers.packed_records import COUNT_LIMIT, SEEN_LIMIT, FreeRead, PoolUse, PromptRecord
from service.readers.passports.passport import PASSPORT_DAYS, UNREADABLE, Passport, PassportSealer, decode, encode
from service.readers.reader import History, Reader, RecurringState, Support
from service.readers.topics import topic_cells
from service.sealing import KeyRing
from tests.decisions import make
from tests.readers.make import DAY_NUMBER, NOW, WEEK, readers

KEYS = ("new-key-0000000000000000000000000", "old-key-0000000000000000000000000")
KEY_RING = KeyRing(KEYS)


@given(readers)
def test_what_is_encoded_is_decoded(reader: Reader) -> None:
    assert decode(encode(reader, NOW)) == Passport(NOW, reader)


@given(st.binary(max_size=200))
def test_other_bytes_are_unreadable(data: bytes) -> None:
    with pytest.raises(UNREADABLE):
        decode(data)


def test_a_passport_of_another_version_is_a_new_reader() -> None:
    other = encode(make.reader(), NOW).replace(b"\x93\x01", b"\x93\x02", 1)

    assert PassportSealer(KEY_RING).open(KEY_RING.sealer("passport", "tide").seal(other), "tide", NOW) is None


@given(st.text(max_size=300))
def test_no_text_makes_opening_a_passport_fail(text: str) -> None:
    assert PassportSealer(KEY_RING).open(text, "tide", NOW) is None


def shares(total: int, among: int) -> list[int]:
    return [total // among + (place < total % among) for place in range(among)]


def test_a_passport_at_its_fullest_stays_within_one_and_a_half_kilobytes() -> None:
    fingerprint, later = (1 << 24) - 1, NOW + make.DAY
    full = make.reader(
        bucket=999_999,
        salt=(1 << 32) - 1,
        first_seen_at=NOW - 10**8,
        history=History(
            DAY_NUMBER,
            b"\xff" * bounds.HISTORY_DAYS,
            b"\xff" * bounds.HISTORY_WEEKS,
            topic_cells({(n.to_bytes(3, "big"), WEEK): 255 for n in range(bounds.MAX_TOPIC_WEEKS)}),
            b"\xee" * 2 * bounds.MAX_PAGES_PER_WEEK,
            10**6,
        ),
        prompts=[
            PromptRecord(fingerprint - n, SEEN_LIMIT, (NOW,) * seen, COUNT_LIMIT, NOW, COUNT_LIMIT, 65_535)
            for n, seen in enumerate(shares(bounds.MAX_SEEN, bounds.MAX_PROMPT_RECORDS))
        ],
        pools=[
            PoolUse(fingerprint - n, (FreeRead(65_535, later),) * reads, SEEN_LIMIT, later)
            for n, reads in enumerate(shares(bounds.MAX_FREE_READS, bounds.MAX_POOLS))
        ],
        support=Support(
            RecurringState.CANCELLED, Interval.MONTH, NOW, NOW, NOW, NOW, NOW, NOW, Interval.ONE_OFF, 10**9, "EUR"
        ),
        recent=b"\xff" * 3 * bounds.MAX_RECENT_IDS,
        link=fingerprint,
        counting=bounds.CountingChoice(False, NOW),
    )
    assert decode(encode(full, NOW)).reader == full

    assert len(PassportSealer(KEY_RING).seal(full, "tide", NOW)) <= 1536


def test_a_new_readers_passport_is_short() -> None:
    assert len(PassportSealer(KEY_RING).seal(make.reader(), "tide", NOW)) < 120


def test_a_passport_of_another_site_is_a_new_reader() -> None:
    sealer = PassportSealer(KEY_RING)
    sealed = sealer.seal(make.reader(), "tide", NOW)

    assert sealer.open(sealed, "tide", NOW) == make.reader()
    assert sealer.open(sealed, "other", NOW) is None


def test_keys_rotate_without_losing_a_reader_and_a_retired_key_opens_nothing() -> None:
    sealed = PassportSealer(KeyRing(KEYS[1:])).seal(make.reader(), "tide", NOW)

    assert PassportSealer(KEY_RING).open(sealed, "tide", NOW) == make.reader()
    assert PassportSealer(KeyRing(KEYS[:1])).open(sealed, "tide", NOW) is None


@pytest.mark.parametrize("place", [0, 5, 20, -3])
def test_a_changed_passport_is_a_new_reader(place: int) -> None:
    sealed = list(PassportSealer(KEY_RING).seal(make.reader(), "tide", NOW))
    sealed[place] = "A" if sealed[place] != "A" else "B"

    assert PassportSealer(KEY_RING).open("".join(sealed), "tide", NOW) is None


def test_a_passport_ends_after_four_hundred_days() -> None:
    sealer = PassportSealer(KEY_RING)
    sealed = sealer.seal(make.reader(), "tide", NOW)

    assert sealer.open(sealed, "tide", NOW + PASSPORT_DAYS * make.DAY - 1) is not None
    assert sealer.open(sealed, "tide", NOW + PASSPORT_DAYS * make.DAY) is None


def test_a_passport_from_the_future_is_still_its_reader() -> None:
    sealer = PassportSealer(KEY_RING)

    assert sealer.open(sealer.seal(make.reader(), "tide", NOW + 10 * make.DAY), "tide", NOW) == make.reader()


def test_two_seals_of_a_reader_differ() -> None:
    sealer = PassportSealer(KEY_RING)

    assert sealer.seal(make.reader(), "tide", NOW) != sealer.seal(make.reader(), "tide", NOW)


def test_counts_of_a_written_history_beyond_a_byte_are_kept() -> None:
    reader = make.reader(history=History(DAY_NUMBER, (300,), (1000,)))

    assert decode(encode(reader, NOW)).reader == reader
