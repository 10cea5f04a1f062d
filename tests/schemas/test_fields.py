"""Names are written on one line, because they stand in headers of mails and in columns of files."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.campaigns.campaign import CampaignSchema
from schemas.campaigns.reader_assertion import AssertionKeySchema, ReaderAssertionSchema
from schemas.campaigns.site import SiteSchema
from schemas.campaigns.variant import WordsSchema
from schemas.fields import Line, Text

BREAKS = ["\n", "\r", "\r\n", "\t", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\x00"]
LINES = [
    (SiteSchema, "name"),
    (CampaignSchema, "name"),
    (WordsSchema, "heading"),
    (WordsSchema, "subheading"),
    (WordsSchema, "button"),
    (AssertionKeySchema, "key_id"),
    (ReaderAssertionSchema, "audience"),
    (ReaderAssertionSchema, "issuer"),
]


@pytest.mark.parametrize("between", BREAKS)
def test_a_line_contains_no_break(between: str) -> None:
    with pytest.raises(ValidationError):
        Line().deserialize(f"The{between}Courier")


@pytest.mark.parametrize("text", ["The Courier\n", "\n The Courier", "  The Courier \n\n"])
def test_space_around_a_line_is_dropped(text: str) -> None:
    assert Line().deserialize(text) == "The Courier"


@given(st.text())
def test_every_accepted_line_can_stand_in_the_header_of_a_mail(text: str) -> None:
    message = EmailMessage()
    try:
        line = Line().deserialize(text)
    except ValidationError:
        return

    message["Subject"] = line

    assert len(line.splitlines()) == 1


@pytest.mark.parametrize(("schema", "name"), LINES)
def test_names_are_lines(schema: type, name: str) -> None:
    assert isinstance(schema().fields[name], Line)


def test_a_text_may_have_several_lines() -> None:
    assert Text().deserialize("One\nTwo") == "One\nTwo"
