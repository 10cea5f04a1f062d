"""A publisher's server: whatever page a test writes, under whatever headers."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, abort

LONG_TEXT = "".join(
    f"<p id=p{number}>{'The tide turned, and nobody said a word about it. ' * 6}</p>" for number in range(30)
)


@dataclass
class Document:
    html: str
    headers: dict[str, str]
    status: int = 200


@dataclass
class Press:
    """`publish` puts a page on the server and returns its address."""

    url: str = ""
    service: str = ""
    documents: dict[str, Document] = field(default_factory=dict)

    def script(self, attributes: str = 'data-consent="full"') -> str:
        return f'<script async src="{self.service}/v1/widget.js" data-site="courier" {attributes}></script>'

    def publish(self, body: str, head: str | None = None, path: str = "page", status: int = 200, **headers: str) -> str:
        """A page with this body; `head` defaults to the loader with consent. Headers: `content_security_policy=...`.

        The page at the path `*` is served at every address without a page of its own.
        """
        html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            {self.script() if head is None else head}</head><body>{body}</body></html>"""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.documents[path] = Document(html, named, status)
        return f"{self.url}/{path}"

    def article(self, extra: str = "", **kwargs: Any) -> str:
        """A long article with places at its head and end."""
        body = f"""<main><article><h1>A headline</h1><keep-open placement="article_top"></keep-open>
            <div class="body">{LONG_TEXT}</div><keep-open placement="article_end"></keep-open></article>
            <section id="comments"><h2>Comments</h2><textarea aria-label="Comment"></textarea></section></main>
            {extra}"""
        return self.publish(body, **kwargs)


def create_press(press: Press) -> Flask:
    app = Flask(__name__)

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def page(path: str) -> Response:
        document = press.documents.get(path) or press.documents.get("*") or abort(404)
        kind = "text/html; charset=utf-8"
        return Response(document.html, document.status, headers=document.headers, content_type=kind)

    return app
