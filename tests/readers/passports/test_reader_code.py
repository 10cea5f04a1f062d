"""The code that readers copy for the newsroom: what it holds, for whom it opens, and for how long."""

import re

import pytest
from hypothesis import given

from service.campaigns.reader_rules import Device
from service.readers.passports.reader_code import ReaderCode, ReaderCodeError, open_code, seal_code
from service.readers.reader import Reader
from service.sealing import KeyRing
from tests.decisions import make
from tests.decisions.world import Opener, decide, services_of
from tests.readers.make import readers

KEYS = KeyRing(("a-secret-of-at-least-32-characters!",))
NOW = make.instant()


@given(readers)
def test_a_code_holds_the_passport_but_no_fingerprint_of_a_request_or_an_account(reader: Reader) -> None:
    made = ReaderCode(reader, "IE", Device.IOS, NOW)

    opened = open_code(KEYS, "tide", seal_code(KEYS, "tide", made), NOW)

    assert (opened.country, opened.device, opened.made_at) == ("IE", Device.IOS, NOW)
    assert (opened.reader.recent, opened.reader.link) == (b"", 0)
    assert opened.reader.support == reader.support
    assert tuple(opened.reader.prompts) == tuple(reader.prompts)
    assert opened.reader.history.days == reader.history.days


def test_a_code_may_be_broken_into_lines_by_a_mail() -> None:
    text = seal_code(KEYS, "tide", ReaderCode(make.reader(), None, Device.DESKTOP, NOW))

    assert open_code(KEYS, "tide", f" {text[:40]}\r\n  {text[40:]} ", NOW).reader.bucket == make.reader().bucket
    assert len(text) < 200


@pytest.mark.parametrize("text", ["", "no code", "\x00", "x" * 5_000])
def test_other_texts_are_refused_in_words(text: str) -> None:
    with pytest.raises(ReaderCodeError, match="not a whole code"):
        open_code(KEYS, "tide", text, NOW)


def test_a_code_opens_for_its_site_and_for_two_days() -> None:
    text = seal_code(KEYS, "tide", ReaderCode(make.reader(), None, Device.DESKTOP, NOW))

    with pytest.raises(ReaderCodeError, match="of a reader of this site"):
        open_code(KEYS, "other", text, NOW)
    assert open_code(KEYS, "tide", text, NOW + 2 * make.DAY - 1)
    with pytest.raises(ReaderCodeError, match="older than 2 days"):
        open_code(KEYS, "tide", text, NOW + 2 * make.DAY)


def test_the_page_of_a_reader_shows_a_code_that_opens(open_client: Opener) -> None:
    client = open_client(make.campaign())
    decide(client)
    decide(client)
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Mobile Safari/604.1"

    page = client.get("/my-data?site=tide", headers={"User-Agent": agent}).get_data(as_text=True)

    found = re.search(r"<textarea[^>]*>([^<]+)</textarea>", page)
    assert found
    assert "works for 2 days" in page
    services = services_of(client)
    opened = open_code(services.keys, "tide", found[1], int(services.clock().timestamp()))
    assert (opened.reader.history.view_count, opened.device) == (2, Device.IOS)


def test_without_a_passport_there_is_no_code(open_client: Opener) -> None:
    assert "<textarea" not in open_client(make.campaign()).get("/my-data?site=tide").get_data(as_text=True)
