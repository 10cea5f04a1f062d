"""A page with a title, a sentence and perhaps a link."""

from flask import render_template
from werkzeug.wrappers import Response

#: What a view of these pages returns.
Page = str | Response | tuple[str, int]


def message(title: str, text: str, link: str | None = None, link_text: str = "") -> str:
    """Return the page as HTML."""
    return render_template("message.html", title=title, text=text, link=link, link_text=link_text)


def not_found(text: str, title: str = "Not found") -> tuple[str, int]:
    """Return the page with status 404."""
    return message(title, text), 404
