"""Make text safe for spreadsheets. `cells_store` does the same in SQL for whole files; a test compares the two."""

import re

# C0 and C1 controls, and the two Unicode separators that some programs treat as line breaks.
CONTROL_CLASS = "\\u0001-\\u001f\\u007f-\\u009f\\u2028\\u2029"
# The first characters of a formula, with the full-width forms that spreadsheets convert to the plain ones.
FORMULA_STARTS = "-=+@|\uff1d\uff0b\uff0d\uff20\uff5c"
SPACES = " \u00a0"

_CONTROLS = re.compile(f"[{CONTROL_CLASS}]+")
_FORMULA = re.compile(f"[{SPACES}]*[{FORMULA_STARTS}]")


def safe_text(text: str) -> str:
    """Replace control characters by a space, and put an apostrophe in front of text that is a formula to a spreadsheet.

    See https://owasp.org/www-community/attacks/CSV_Injection
    """
    cleaned = _CONTROLS.sub(" ", text.replace("\0", ""))
    return f"'{cleaned}" if _FORMULA.match(cleaned) else cleaned
