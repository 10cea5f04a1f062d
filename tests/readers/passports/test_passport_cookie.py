"""The passport and its notes are found among the cookies of others, by their whole names."""

from service.readers.passports.passport_cookie import PassportCookies
from service.readers.passports.passport_notes import Note

MARK = "6751ab12abcdef"


def test_cookies_of_others_are_not_taken_for_ours() -> None:
    cookies = PassportCookies("tide", is_https=False)
    others = ("x-keepopen-tide=a", "keepopen-tides=b", "keepopen-tide.other=c", "note=keepopen-tide=d")

    assert cookies.carried("; ".join(others)) == (None, ())
    assert cookies.carried("") == (None, ())


def test_the_first_passport_counts_and_notes_come_in_their_order() -> None:
    cookies = PassportCookies("tide", is_https=True)
    name = "__Host-keepopen-tide"
    header = f"a=1; {name}.{MARK}=first; {name}=passport; {name}=older; {name}.{MARK}=second"

    assert cookies.carried(header) == ("passport", (Note(MARK, "first"), Note(MARK, "second")))
