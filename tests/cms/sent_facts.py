"""Read what a page of WordPress says about itself."""

import html
import re
import urllib.error
import urllib.request


def source(address: str) -> str:
    """Return a page's HTML, whatever its status."""
    try:
        with urllib.request.urlopen(address) as response:
            return str(response.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()


def facts(address: str) -> dict[str, str]:
    """Return the facts that a page sends."""
    found = re.findall(r'<meta name="keepopen:(\w+)" content="([^"]*)">', source(address))
    return {name: html.unescape(content) for name, content in found}
