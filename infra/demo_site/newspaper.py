"""The demo newspaper, a small Flask application. It uses nothing of Keepopen but the address of the widget's script."""

import json
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from babel.dates import format_date
from flask import Flask, Response, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from infra.demo_site.comments import CommentBook
from infra.demo_site.stories import Story, load_stories

NAME = "The Carrowmere Courier"
SECTIONS = ("News", "Politics", "Environment", "Culture", "Sport", "Business")


@dataclass(frozen=True, slots=True)
class Widget:
    """The address of the service for readers' browsers, and the key of the site in the service."""

    service: str
    site: str


def create_newspaper(widget: Widget) -> Flask:
    """Return the application with its front page, sections, stories and comments."""
    app = Flask(__name__)
    app.jinja_env.globals.update(paper=NAME, sections=SECTIONS, widget=widget, structured=_structured_data)
    app.jinja_env.filters["day"] = _day
    app.jinja_env.filters["emphasis"] = _emphasis
    stories = {story.slug: story for story in load_stories()}
    _add_lists(app, stories)
    _add_stories(app, stories)

    @app.after_request
    def add_headers(response: Response) -> Response:
        """Add a strict Content-Security-Policy, to prove that the widget works under it."""
        response.headers["Content-Security-Policy"] = _policy(widget.service)
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return app


def _add_lists(app: Flask, stories: dict[str, Story]) -> None:
    @app.get("/")
    def front() -> str:
        return render_template("front.html", stories=list(stories.values()))

    @app.get("/<section>")
    def section(section: str) -> str:
        name = section.capitalize()
        if name not in SECTIONS:
            abort(HTTPStatus.NOT_FOUND)
        chosen = [story for story in stories.values() if story.section == name]
        return render_template("section.html", name=name, stories=chosen)


def _add_stories(app: Flask, stories: dict[str, Story]) -> None:
    comments = CommentBook()

    @app.get("/articles/<slug>")
    def article(slug: str) -> str:
        story = stories.get(slug) or abort(HTTPStatus.NOT_FOUND)
        related = [other for other in stories.values() if other != story and not other.is_paid_content][:3]
        return render_template("article.html", story=story, related=related, comments=comments.of(slug))

    @app.post("/articles/<slug>/comments")
    def comment(slug: str) -> AnyResponse:
        if slug not in stories:
            abort(HTTPStatus.NOT_FOUND)
        comments.add(slug, request.form.get("name", ""), request.form.get("text", ""))
        return redirect(url_for("article", slug=slug) + "#comments", HTTPStatus.SEE_OTHER)


def _policy(service: str) -> str:
    parts = urlsplit(service)
    origin = f"{parts.scheme}://{parts.netloc}"
    return (
        f"default-src 'none'; script-src {origin}; connect-src {origin}; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )


def _day(moment: datetime) -> str:
    return format_date(moment, "d MMMM y", locale="en_IE")


def _emphasis(text: str) -> Markup:
    """Return HTML with `*words*` as emphasis and everything else escaped."""
    parts = text.split("*")
    pieces = (
        Markup("<em>{}</em>").format(part) if index % 2 else Markup("{}").format(part)
        for index, part in enumerate(parts)
    )
    return Markup("").join(pieces)


def _structured_data(story: Story, url: str) -> Markup:
    """Return the story as JSON-LD, in which no text can end the script element."""
    facts = {
        "@context": "https://schema.org",
        "@type": "AdvertiserContentArticle" if story.is_paid_content else "NewsArticle",
        "headline": story.title,
        "description": story.standfirst,
        "articleSection": story.section,
        "keywords": list(story.tags),
        "datePublished": story.published.isoformat(),
        "author": {"@type": "Person", "name": story.author},
        "publisher": {"@type": "NewsMediaOrganization", "name": NAME},
        "mainEntityOfPage": url,
        "inLanguage": "en",
        "isAccessibleForFree": True,
    }
    return Markup(json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - `<` is escaped here
