"""Text that a spreadsheet shows as it is. The database does the same to whole files; a test holds the two equal."""

import re

# C0 and C1 controls, and the two separators of Unicode that some programs break lines at.
CONTROL_CLASS = "\\u0001-\\u001f\\u007f-\\u009f\\u2028\\u2029"
# Where a formula begins, also in the full-width forms that spreadsheets fold to the plain ones.
FORMULA_CLASS = "-=+@|\\uff1d\\uff0b\\uff0d\\uff20\\uff5c"
SPACE_CLASS = " \\u00a0"

_CONTROLS = re.compile(f"[{CONTROL_CLASS}]+")
_FORMULA = re.compile(f"[{SPACE_CLASS}]*[{FORMULA_CLASS}]")


def safe_text(text: str) -> str:
    """Text without control characters, with an apostrophe in front where a spreadsheet would read a formula.

    See https://owasp.org/www-community/attacks/CSV_Injection
    """
    cleaned = _CONTROLS.sub(" ", text.replace("\0", ""))
    return f"'{cleaned}" if _FORMULA.match(cleaned) else cleaned
