"""The reader pages with sample content, in a small application without a database."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import Flask, render_template

from service.contributions.checkout.support_page import SuggestedAmount, SupportInterval, SupportPage
from service.contributions.checkout.thanks import Finish
from service.contributions.contribution import ContributionState
from service.money import Interval, Money
from service.pages.api import blueprint

SITE = SimpleNamespace(
    key="courier",
    name="The Carrowmere Courier",
    home_url="https://courier.example/",
    default_language="en",
    privacy_url="https://courier.example/privacy",
    contact_url=None,
)


@dataclass(frozen=True)
class DataPage:
    """The content of the page about stored data."""

    language: str
    items: tuple[tuple[str, str | int | date], ...]
    download_url: str = "/my-data?download=1"
    erase_url: str = "/my-data/erase"
    is_erased: bool = False


def support(language: str) -> str:
    intervals = tuple(
        SupportInterval(
            interval=interval,
            amounts=tuple(SuggestedAmount(minor, f"{minor / 100:.2f}", is_default=False) for minor in amounts),
            minimum_minor=100,
            maximum_minor=200_000,
            is_default=interval is Interval.ONE_OFF,
        )
        for interval, amounts in (
            (Interval.ONE_OFF, (500, 1000, 2500)),
            (Interval.MONTH, (300, 550, 1000)),
            (Interval.YEAR, (3000, 5000, 10_000)),
        )
    )
    page = SupportPage(
        "token", "EUR", intervals, True, True, True, True, language, "https://courier.example/articles/a"
    )
    return render_template("support.html", page=page, site=SITE)


def thanks(
    language: str, finish: Finish = Finish.PAID, continue_url: str = "https://courier.example/articles/a"
) -> str:
    page: Any = SimpleNamespace(
        finish=finish,
        site=SITE,
        interval=Interval.MONTH,
        amount=Money(550, "EUR"),
        language=language,
        continue_url=continue_url,
        receipt="sealed" if finish in {Finish.PAID, Finish.PENDING} else None,
    )
    return render_template("thanks.html", page=page, site=SITE if finish is not Finish.UNCONFIRMED else None)


def my_data(language: str, *, is_empty: bool = False) -> str:
    items = (
        ()
        if is_empty
        else (
            ("held_first_seen", date(2026, 11, 20)),
            ("held_articles", 1204),
            ("held_recurring", "held_recurring_active"),
        )
    )
    return render_template("my_data.html", page=DataPage(language, items, is_erased=is_empty), site=SITE)


def portal(language: str, *, is_sent: bool = False) -> str:
    page = {"language": language, "action_url": "/v1/portal", "is_sent": is_sent}
    return render_template("portal.html", page=page, site=SITE)


def portal_link(language: str) -> str:
    """Show the page behind a mailed link of a contributor with two running contributions."""
    choices = [
        SimpleNamespace(
            id=f"ctb_{interval}",
            interval=interval,
            attempt=SimpleNamespace(amount=Money(500, "EUR"), created_at=date(2026, 11, 20)),
            lifecycle=SimpleNamespace(recurring=Money(700, "EUR"), state=state),
        )
        for interval, state in (
            (Interval.MONTH, ContributionState.PAST_DUE),
            (Interval.YEAR, ContributionState.ACTIVE),
        )
    ]
    page = {"language": language, "action_url": "/v1/portal", "choices": choices}
    return render_template("portal_link.html", token="token", page=page)


def message(language: str) -> str:
    page = {
        "language": language,
        "heading": "This link has expired",
        "text": "Ask for a new one.",
        "link_url": "/portal",
        "link_text": "Ask again",
    }
    return render_template("message.html", page=page, site=SITE)


def create_pages() -> Flask:
    """Return an application that serves every reader page in every language at `/<page>/<language>`."""
    app = Flask(__name__)
    app.register_blueprint(blueprint)
    app.add_url_rule("/v1/checkout", "contributions.checkout", lambda: "", methods=["POST"])
    app.add_url_rule("/support/<language>", "support", support)
    app.add_url_rule("/thanks/<language>", "thanks", thanks)
    for finish in Finish:
        app.add_url_rule(
            f"/{finish.value}/<language>", finish.value, lambda language, finish=finish: thanks(language, finish)
        )
    app.add_url_rule("/my-data/<language>", "my_data", my_data)
    app.add_url_rule("/my-data-empty/<language>", "my_data_empty", lambda language: my_data(language, is_empty=True))
    app.add_url_rule("/portal/<language>", "portal", portal)
    app.add_url_rule("/portal-sent/<language>", "portal_sent", lambda language: portal(language, is_sent=True))
    app.add_url_rule("/portal-link/<language>", "portal_link", portal_link)
    app.add_url_rule("/message/<language>", "message", message)
    return app


PAGES = (
    "support",
    "paid",
    "pending",
    "open",
    "expired",
    "unconfirmed",
    "my-data",
    "my-data-empty",
    "portal",
    "portal-sent",
    "portal-link",
    "message",
)
