"""Templates, style and words of the reader-facing pages; which page shows what is its capability's business."""

from flask import Blueprint, Flask, Response

from service.pages.language import language
from service.requests import origin_of
from service.settings import Settings

STRIPE_PAGES = "https://checkout.stripe.com https://billing.stripe.com"

blueprint = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/pages")
blueprint.add_app_template_global(language, "language")


def guard_pages(app: Flask, settings: Settings) -> None:
    """Pages run no script, are framed by nobody, and send forms only here and on to Stripe.

    Browsers hold the redirect of a form to `form-action` as well, so Stripe's pages, or the sandbox's, are named.
    """
    stripe = origin_of(settings.stripe_api_base) if settings.stripe_api_base else STRIPE_PAGES
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {stripe}"
    )

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", policy)
            response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        return response
