"""Serve the style of the pages for readers, protect the pages, and show errors as pages. Their routes are elsewhere."""

from typing import Any

from flask import Blueprint, Flask, Response, json, render_template, request, url_for

from service.addresses import origin_of
from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.pages.language import LANGUAGES, Language, language
from service.services import current_services
from service.settings import Settings
from service.web.headers import PAGE_REFERRER_POLICY
from service.web.requests import FORM_TYPE

STRIPE_PAGES = "https://checkout.stripe.com https://billing.stripe.com"
READER_PATHS = ("/support/", "/thanks", "/resume/", "/portal", "/my-data")
PROBLEM_TEXTS = {
    "invalid_amount": "problem_amount",
    "not_offered": "problem_amount",
    "invalid_request": "problem_amount",
    "invalid_token": "problem_expired",
    "proof_needed": "problem_paused",
    "not_found": "problem_missing",
    "unknown_site": "problem_missing",
}

blueprint = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/pages")
blueprint.add_app_template_global(language, "language")


@blueprint.get("/")
def start() -> str:
    """Say what this address is for, with links to the pages of every site."""
    return sites_page(is_about_data=False)


def sites_page(*, is_about_data: bool) -> str:
    """Return the page that lists the sites, with the links to all their pages or only to what is stored."""
    found = (snapshot.site for snapshot in current_services().part(SnapshotHolder).current().sites.values())
    sites = sorted(found, key=lambda site: site.name.casefold())
    say = language(request.accept_languages.best_match(LANGUAGES))
    return render_template("sites.html", say=say, sites=sites, is_about_data=is_about_data)


def guard_pages(app: Flask, settings: Settings) -> None:
    """Forbid scripts, framing, and forms that go elsewhere than to this service and Stripe, on all pages.

    Browsers apply `form-action` to the redirect after a form too, so Stripe's (or the sandbox's) pages are in it.
    """
    stripe = origin_of(settings.stripe_api_base) if settings.stripe_api_base else STRIPE_PAGES
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {stripe}"
    )

    @app.after_request
    def guard(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", policy)
            response.headers.setdefault("Referrer-Policy", PAGE_REFERRER_POLICY)
        return response


def show_problems(app: Flask) -> None:
    """Show errors to readers in a browser as a page with the same status. Programs get a problem document."""

    @app.after_request
    def show(response: Response) -> Response:
        is_for_readers = request.mimetype == FORM_TYPE or request.path.startswith(READER_PATHS)
        is_browser = any(mimetype == "text/html" for mimetype, _ in request.accept_mimetypes)
        if response.mimetype == "application/problem+json" and is_for_readers and is_browser:
            response.set_data(_problem_page(json.loads(response.get_data())))
            response.mimetype = "text/html"
        return response


def _problem_page(problem: dict[str, Any]) -> str:
    """Return the page for a problem document. After a failed contribution it links to the support page."""
    sites = current_services().part(SnapshotHolder).current().sites
    key = request.form.get("site") or request.args.get("site") or ""
    site: Site | None = sites[key].site if key in sites else None
    tag = request.form.get("language") or request.accept_languages.best_match(LANGUAGES)
    say = language(tag or (site.default_language if site else None))
    is_contribution = "amount" in request.form
    texts = [say.text("problem_uncharged")] * is_contribution + _what_to_do(problem, say)
    page = {
        "language": say.tag,
        "heading": say.text("problem_heading"),
        "text": " ".join(texts),
        "link_url": url_for("contributions.support", site_key=key, language=say.tag)
        if site and is_contribution
        else None,
        "link_text": say.text("problem_again"),
    }
    return render_template("message.html", page=page, site=site)


def _what_to_do(problem: dict[str, Any], say: Language) -> list[str]:
    """Return texts that say what the problem means and what to do, with the limits if an amount was refused."""
    is_unreadable = problem.get("is_readable") is False
    key = "unreadable_amount" if is_unreadable else PROBLEM_TEXTS.get(problem["code"], "problem_later")
    texts = [say.text(key)]
    if "minimum_minor" in problem:
        minimum, maximum = (
            say.money(problem[bound], problem["currency"]) for bound in ("minimum_minor", "maximum_minor")
        )
        texts.append(say.text("range", min=minimum, max=maximum))
    return texts
