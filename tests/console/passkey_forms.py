"""Read the forms in which a browser answers with a passkey."""

import re
from html import unescape


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def options(page: str) -> str:
    found = re.search(r'data-options="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])
