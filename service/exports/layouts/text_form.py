"""How the cells of a text file are written: what is between them, the decimal sign, and the first bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.exports.request import Profile


@dataclass(frozen=True, slots=True)
class TextForm:
    """The form of a text file. `quote` is the character around cells that need quotes.

    `is_quoting_text` puts quotes around every text that is not empty. `preamble` is a line before the names of the
    columns, without its end.
    """

    delimiter: str = ","
    has_decimal_comma: bool = False
    has_byte_order_mark: bool = False
    quote: str = '"'
    is_quoting_text: bool = False
    preamble: str | None = None


PLAIN: Final = TextForm()
FORMS: Final[Mapping[Profile, TextForm]] = {
    Profile.PLAIN: PLAIN,
    Profile.EXCEL: TextForm(has_byte_order_mark=True),
    Profile.DECIMAL_COMMA: TextForm(delimiter=";", has_decimal_comma=True, has_byte_order_mark=True),
}
