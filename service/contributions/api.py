"""Where readers give, come back, and manage what they give; and where finance gives it back."""

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from schemas.checkout import CheckoutSchema, CheckoutUrlSchema
from schemas.portal import PortalForm, PortalSchema
from schemas.receipt import ReceiptSchema, ThankedSchema
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions.checkout.form import CheckoutForm, token_digest
from service.contributions.checkout.given_token import open_receipt
from service.contributions.checkout.resume import resume_checkout
from service.contributions.checkout.start import origin_of_form, start_checkout
from service.contributions.checkout.support_page import support_page
from service.contributions.checkout.supporter_passport import (
    begun_passport,
    just_given,
    knows_of,
    reader_key,
    recognised_passport,
)
from service.contributions.checkout.thanks import returned_reader
from service.contributions.portal.portal import PortalPage, open_portal, send_portal_link
from service.errors import InvalidTokenError
from service.readers.api import request_context, with_passport
from service.services import Services, current_services
from service.web.rate_limits import (
    PER_ADDRESS,
    PER_CONTRIBUTION,
    PER_READER,
    PER_SHOWING,
    PER_SITE,
    PORTAL_PER_ADDRESS,
    count_request,
    limiter,
)
from service.web.requests import FORM_TYPE, WIDGET_BODY_BYTES, Blueprint, admit_origin, limited_body, preflight

CHECKOUT_BODY_BYTES = 8192  # a token, a passport, an address and a message together
NO_STORE = {"Cache-Control": "no-store"}

blueprint = Blueprint("contributions", __name__, description="Giving, and coming back from it")


# Before the POST, to which the framework adds an answer to OPTIONS of its own.
@blueprint.route("/v1/checkout", methods=["OPTIONS"])
@blueprint.doc(tags=["contributions"])
def checkout_preflight() -> ResponseReturnValue:
    """A browser asking whether a page of a site's may post here."""
    return _preflight()


@blueprint.post("/v1/checkout")
@limiter.limit(PER_ADDRESS)
@limited_body(CHECKOUT_BODY_BYTES)
@blueprint.arguments(CheckoutSchema, location="json_or_form")
@blueprint.response(200, CheckoutUrlSchema)
def checkout(form: CheckoutForm) -> ResponseReturnValue:
    """Start a contribution: the address of Stripe's hosted page; a form is sent straight there."""
    services = current_services()
    origin = origin_of_form(services, form)
    site = services.part(SnapshotHolder).current().site(origin.site).site
    admit_origin(site.origins, services.settings.public_origin)
    context = request_context(services, site.key)
    held = context.cookie if form.passport is None else form.passport
    count_request(PER_SHOWING, f"token:{token_digest(form)}")
    count_request(PER_READER, f"reader:{reader_key(services, held, site.key)}")
    count_request(PER_SITE, f"site:{site.key}")
    attempt = start_checkout(services, site, origin, form, context.edge.country)
    services.metrics.checkouts.labels(site=site.key, result="started").inc()
    url = attempt.checkout_url or ""
    passport = begun_passport(services, held, site.key, form.interval)
    if form.passport is not None:
        return with_passport(jsonify(checkout_url=url, passport=passport or form.passport), services, site.key, None)
    response = make_response(redirect(url, 303) if request.mimetype == FORM_TYPE else jsonify(checkout_url=url))
    return with_passport(response, services, site.key, passport)


@blueprint.get("/support/<site_key>")
def support(site_key: str) -> ResponseReturnValue:
    """The ask as a plain page: works without JavaScript."""
    services = current_services()
    site = services.part(SnapshotHolder).current().site(site_key).site
    country = request_context(services, site.key).edge.country
    page = support_page(services, site, country, request.args.get("language"), request.args.get("return_url"))
    return render_template("support.html", page=page, site=site), NO_STORE


@blueprint.get("/thanks")
@limiter.limit(PER_ADDRESS)
def thanks() -> ResponseReturnValue:
    """The reader's return from Stripe's page: thanked once Stripe confirms it, and not asked again."""
    services = current_services()
    found = returned_reader(services, request.args.get("session_id", ""))
    response = make_response(render_template("thanks.html", page=found, site=found.site))
    response.headers["Cache-Control"] = "no-store"
    if found.makes_supporter and found.site is not None:
        cookie = request_context(services, found.site.key).cookie or ""
        is_back = found.begun_at and knows_of(services, cookie, found.site.key, found.interval, found.begun_at)
        if is_back or _counts_once_more(found.contribution_id):
            gift = just_given(services, found.interval, found.campaign)
            passport = recognised_passport(services, cookie, found.site.key, gift)
            return with_passport(response, services, found.site.key, passport)
    return response


@blueprint.route("/v1/receipt", methods=["OPTIONS"])
@blueprint.doc(tags=["contributions"])
def receipt_preflight() -> ResponseReturnValue:
    """A browser asking whether a page of a site's may post here."""
    return _preflight()


@blueprint.post("/v1/receipt")
@limiter.limit(PER_ADDRESS)
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(ReceiptSchema)
@blueprint.response(200, ThankedSchema)
def receipt(handed_in: dict[str, str]) -> dict[str, str]:
    """Write a gift into a passport that lies in the browser's own storage: the link back carried its receipt."""
    services = current_services()
    site = services.part(SnapshotHolder).current().site(handed_in["site"]).site
    admit_origin(site.origins, services.settings.public_origin)
    instant = int(services.clock().timestamp())
    found = open_receipt(services.keys, site.key, handed_in["receipt"], instant)
    if not _counts_once_more(found.contribution_id):
        raise InvalidTokenError("this receipt has been used too often")
    gift = just_given(services, found.interval, found.campaign)
    return {"passport": recognised_passport(services, handed_in["passport"], site.key, gift)}


@blueprint.get("/resume/<token>")
@limiter.limit(PER_ADDRESS)
def resume(token: str) -> ResponseReturnValue:
    """Take up an attempt that was left."""
    return redirect(resume_checkout(current_services(), token).checkout_url or "", 303)


@blueprint.post("/v1/portal")
@limiter.limit(PORTAL_PER_ADDRESS)
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(PortalSchema, location="json_or_form")
def portal(form: PortalForm) -> ResponseReturnValue:
    """Mail a one-time link, or use one. Whether an address is known is not told."""
    services = current_services()
    if form.token is not None:
        return _opened_portal(services, form.token)
    site = services.part(SnapshotHolder).current().site(form.site or "").site
    admit_origin(site.origins, services.settings.public_origin)
    send_portal_link(services, site, form.email or "")
    if request.mimetype == FORM_TYPE:
        return render_template("portal.html", site=site, page=_portal_page(is_sent=True)), NO_STORE
    return jsonify(status="sent")


@blueprint.get("/portal")
def portal_page() -> ResponseReturnValue:
    """Where a contributor asks for a link."""
    site = current_services().part(SnapshotHolder).current().site(request.args.get("site", "")).site
    return render_template("portal.html", site=site, page=_portal_page(is_sent=False)), NO_STORE


@blueprint.get("/portal/<token>")
def portal_link(token: str) -> ResponseReturnValue:
    """What a mailed link opens: a button, since programs that look at mail open links too."""
    page = render_template("portal_link.html", token=token, page=_portal_page(is_sent=False))
    return page, {**NO_STORE, "Referrer-Policy": "no-referrer"}


def _counts_once_more(contribution_id: str) -> bool:
    """Whether a gift may make another browser a supporter: the giver's few, not all that a link is shared with."""
    try:
        count_request(PER_CONTRIBUTION, f"gift:{contribution_id}")
    except TooManyRequests:
        return False
    return True


def _preflight() -> Response:
    sites = current_services().part(SnapshotHolder).current().sites.values()
    return preflight({origin for one in sites for origin in one.site.origins})


def _portal_page(*, is_sent: bool) -> PortalPage:
    return PortalPage(request.args.get("language"), url_for("contributions.portal"), is_sent)


def _opened_portal(services: Services, token: str) -> ResponseReturnValue:
    visit = open_portal(services, token)
    site = visit.site
    url = visit.portal_url or site.home_url
    response = make_response(redirect(url, 303) if request.mimetype == FORM_TYPE else jsonify(portal_url=url))
    cookie = request_context(services, site.key).cookie or ""
    passport = recognised_passport(services, cookie, site.key, visit.gift) if visit.gift else None
    return with_passport(response, services, site.key, passport)
