"""The sealed passport and its bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.money import Interval
from service.readers import reader as bounds
from service.readers.history import topic_histories
from service.readers.passports.passport import PASSPORT_DAYS, PassportSealer
from service.readers.passports.passport_bytes import UNREADABLE, decode, encode
from service.readers.reader import FreeRead, History, PoolUse, PromptRecord, Reader, RecurringState, Support
from service.sealing import KeyRing
from tests.decisions import make
from tests.readers.make import DAY_NUMBER, NOW, WEEK, readers

KEYS = ("new-key-0000000000000000000000000", "old-key-0000000000000000000000000")


@given(readers)
def test_what_is_encoded_is_decoded(reader: Reader) -> None:
    assert decode(encode(reader, NOW)) == (reader, NOW)


@given(st.sampled_from([b"\x00", b"\x01", b"\x02"]), st.binary(max_size=200))
def test_other_bytes_are_unreadable(version: bytes, data: bytes) -> None:
    try:
        decode(version + data)
    except UNREADABLE:
        return


@given(st.text(max_size=300))
def test_no_text_makes_opening_a_passport_fail(text: str) -> None:
    assert PassportSealer(KeyRing(KEYS)).open(text, "tide", NOW) is None


def test_a_passport_at_its_fullest_stays_within_one_and_a_half_kilobytes() -> None:
    full = Reader(
        bucket=999_999,
        salt=(1 << 32) - 1,
        first_seen_at=NOW - 10**8,
        history=History(
            DAY_NUMBER,
            b"\xff" * bounds.HISTORY_DAYS,
            b"\xff" * bounds.HISTORY_WEEKS,
            topic_histories(
                {
                    (
                        (1_000_000 + n * bounds.MAX_TOPICS // bounds.MAX_TOPIC_WEEKS).to_bytes(3, "big"),
                        WEEK - n % 50,
                    ): 255
                    for n in range(bounds.MAX_TOPIC_WEEKS)
                }
            ),
            b"\xee" * 2 * bounds.MAX_PAGES_PER_WEEK,
            10**6,
        ),
        prompts=tuple(
            PromptRecord(
                (1 << 24) - 1 - n,
                10_000,
                tuple(NOW - 50_000_000 - i for i in range(bounds.MAX_SEEN // bounds.MAX_PROMPT_RECORDS + 1))[
                    : bounds.MAX_SEEN // bounds.MAX_PROMPT_RECORDS + (n < bounds.MAX_SEEN % bounds.MAX_PROMPT_RECORDS)
                ],
                100,
                NOW - 50_000_000,
                100,
                65_535,
            )
            for n in range(bounds.MAX_PROMPT_RECORDS)
        ),
        pools=tuple(
            PoolUse(
                (1 << 24) - 1 - n,
                tuple(
                    FreeRead(65_535, NOW + (i % 2) * 5_000_000)
                    for i in range(
                        bounds.MAX_FREE_READS // bounds.MAX_POOLS + (n < bounds.MAX_FREE_READS % bounds.MAX_POOLS)
                    )
                ),
                100,
                NOW,
            )
            for n in range(bounds.MAX_POOLS)
        ),
        support=Support(
            RecurringState.CANCELLED, Interval.YEAR, NOW, NOW, NOW, NOW, NOW, NOW, Interval.YEAR, 200_000, "EUR"
        ),
        recent=b"\xff" * 3 * bounds.MAX_RECENT_IDS,
        link=(1 << 24) - 1,
        counting=bounds.CountingChoice(True, NOW),
    )
    assert decode(encode(full, NOW)) == (full, NOW)

    assert len(PassportSealer(KeyRing(KEYS)).seal(full, "tide", NOW)) <= 1536


def test_a_new_readers_passport_is_short() -> None:
    assert len(PassportSealer(KeyRing(KEYS)).seal(make.reader(), "tide", NOW)) < 120


def test_a_passport_of_another_site_is_a_new_reader() -> None:
    sealer = PassportSealer(KeyRing(KEYS))
    sealed = sealer.seal(make.reader(), "tide", NOW)

    assert sealer.open(sealed, "tide", NOW) == make.reader()
    assert sealer.open(sealed, "other", NOW) is None


def test_keys_rotate_without_losing_a_reader_and_a_retired_key_opens_nothing() -> None:
    sealed = PassportSealer(KeyRing(KEYS[1:])).seal(make.reader(), "tide", NOW)

    assert PassportSealer(KeyRing(KEYS)).open(sealed, "tide", NOW) == make.reader()
    assert PassportSealer(KeyRing(KEYS[:1])).open(sealed, "tide", NOW) is None


@pytest.mark.parametrize("place", [0, 5, 20, -3])
def test_a_changed_passport_is_a_new_reader(place: int) -> None:
    sealed = list(PassportSealer(KeyRing(KEYS)).seal(make.reader(), "tide", NOW))
    sealed[place] = "A" if sealed[place] != "A" else "B"

    assert PassportSealer(KeyRing(KEYS)).open("".join(sealed), "tide", NOW) is None


def test_a_passport_ends_after_four_hundred_days() -> None:
    sealer = PassportSealer(KeyRing(KEYS))
    sealed = sealer.seal(make.reader(), "tide", NOW)

    assert sealer.open(sealed, "tide", NOW + PASSPORT_DAYS * make.DAY - 1) is not None
    assert sealer.open(sealed, "tide", NOW + PASSPORT_DAYS * make.DAY) is None


def test_a_passport_from_the_future_is_still_its_reader() -> None:
    sealer = PassportSealer(KeyRing(KEYS))

    assert sealer.open(sealer.seal(make.reader(), "tide", NOW + 10 * make.DAY), "tide", NOW) == make.reader()


def test_two_seals_of_a_reader_differ() -> None:
    sealer = PassportSealer(KeyRing(KEYS))

    assert sealer.seal(make.reader(), "tide", NOW) != sealer.seal(make.reader(), "tide", NOW)


def test_counts_beyond_what_a_byte_holds_stop_there() -> None:
    reader = make.reader(history=History()._replace(day=DAY_NUMBER, days=(300,), weeks=(1000,)))

    kept, _ = decode(encode(reader, NOW))

    assert (kept.history.days, kept.history.weeks) == (b"\xff", b"\xff")
