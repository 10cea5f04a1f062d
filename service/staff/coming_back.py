"""The page to which a browser returns after signing in. Only pages of the console are accepted, never another site."""

from service.addresses import split_address

HOME = "/console"
MAX_CHARACTERS = 2000


def page_to_return_to(text: str | None) -> str:
    """Return the path and query of a page of the console, or `/console` if the text is anything else.

    Browsers read a backslash as a slash and drop tabs and newlines, so a text with one of these is never accepted.
    """
    if text is None or len(text) > MAX_CHARACTERS or "\\" in text or not text.isprintable():
        return HOME
    parts = split_address(text)
    if parts.scheme or parts.netloc or not (parts.path == HOME or parts.path.startswith(f"{HOME}/")):
        return HOME
    if not text.startswith(HOME) or parts.path.startswith(f"{HOME}/sign-") or ".." in parts.path.split("/"):
        return HOME
    return text
