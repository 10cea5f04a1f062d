"""HTTP endpoints of contributions: checkout, support page, thank-you page, resuming, and the portal."""

from http import HTTPStatus

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from schemas.checkout import CheckoutSchema, CheckoutUrlSchema
from schemas.portal import PortalForm, PortalSchema
from schemas.receipt import ReceiptSchema, ThankedSchema
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions.checkout.form import CheckoutForm, token_digest
from service.contributions.checkout.resume import resume_checkout
from service.contributions.checkout.return_receipt import open_receipt
from service.contributions.checkout.start import origin_of_form, start_checkout
from service.contributions.checkout.support_page import support_page
from service.contributions.checkout.supporter_passport import (
    begun_passport,
    confirmed_contribution,
    knows_contribution,
    reader_key,
    recognised_note,
    recognised_passport,
)
from service.contributions.checkout.thanks import returned_reader
from service.contributions.mail.jobs import defer_portal_link
from service.contributions.portal.portal import PortalPage, link_page, open_portal
from service.errors import InvalidTokenError
from service.readers.api import carried_passport, request_context, with_passport
from service.services import Services, current_services
from service.web.headers import SECRET_PAGE
from service.web.rate_limits import (
    PER_ADDRESS,
    PER_CONTRIBUTION,
    PER_READER,
    PER_SHOWING,
    PER_SITE,
    PORTAL_PER_ADDRESS,
    count_request,
    limited_by_address,
)
from service.web.requests import FORM_TYPE, WIDGET_BODY_BYTES, Blueprint, admit_origin, limited_body, preflight

CHECKOUT_BODY_BYTES = 8192  # enough for a token, a passport, an address and a message together
NO_STORE = {"Cache-Control": "no-store"}

blueprint = Blueprint("contributions", __name__, description="Starting contributions, and managing them")


# Registered before the POST, because the framework adds its own answer to OPTIONS to that.
@blueprint.route("/v1/checkout", methods=["OPTIONS"])
@blueprint.doc(tags=["contributions"])
@blueprint.alt_response(HTTPStatus.NO_CONTENT)
def checkout_preflight() -> ResponseReturnValue:
    """Tell a browser whether a page of a site may post here (CORS preflight)."""
    return _preflight()


@blueprint.post("/v1/checkout")
@limited_by_address(PER_ADDRESS)
@limited_body(CHECKOUT_BODY_BYTES)
@blueprint.arguments(CheckoutSchema, location="json_or_form")
@blueprint.response(200, CheckoutUrlSchema)
def checkout(form: CheckoutForm) -> ResponseReturnValue:
    """Start a contribution and return the address of Stripe's hosted page; a form is redirected there with 303."""
    services = current_services()
    origin = origin_of_form(services, form)
    site = services.part(SnapshotHolder).current().site(origin.site).site
    admit_origin(site.origins, services.settings.public_origin)
    context = request_context(services, site.key)
    carried = carried_passport(services, context, site.key) if form.passport is None else form.passport
    count_request(PER_SHOWING, f"token:{token_digest(form)}")
    count_request(PER_READER, f"reader:{reader_key(services, carried, site.key)}")
    count_request(PER_SITE, f"site:{site.key}")
    attempt = start_checkout(services, site, origin, form, context.edge.country)
    services.metrics.checkouts.add(site.key, "started")
    url = attempt.checkout_url or ""
    passport = begun_passport(services, carried, site.key, form.interval)
    if form.passport is not None:
        return with_passport(jsonify(checkout_url=url, passport=passport or form.passport), services, site.key, None)
    response = make_response(redirect(url, 303) if request.mimetype == FORM_TYPE else jsonify(checkout_url=url))
    return with_passport(response, services, site.key, passport)


@blueprint.get("/support/<site_key>")
@blueprint.alt_response(HTTPStatus.OK, schema={"type": "string"}, content_type="text/html")
def support(site_key: str) -> ResponseReturnValue:
    """Show a site's support page, which works without JavaScript."""
    services = current_services()
    site = services.part(SnapshotHolder).current().site(site_key).site
    country = request_context(services, site.key).edge.country
    page = support_page(services, site, country, request.args.get("language"), request.args.get("return_url"))
    return render_template("support.html", page=page, site=site), NO_STORE


@blueprint.get("/thanks")
@limited_by_address(PER_ADDRESS)
@blueprint.alt_response(HTTPStatus.OK, schema={"type": "string"}, content_type="text/html")
def thanks() -> ResponseReturnValue:
    """Thank a reader who comes back from Stripe's page, once Stripe confirms it, so that they are not asked again."""
    services = current_services()
    page = returned_reader(services, request.args.get("session_id", ""))
    response = make_response(render_template("thanks.html", page=page, site=page.site))
    response.headers["Cache-Control"] = "no-store"
    if page.makes_supporter and page.site is not None:
        site, begun_at = page.site.key, page.begun_at
        cookie = carried_passport(services, request_context(services, site), site) or ""
        is_known = begun_at is not None and knows_contribution(services, cookie, site, page.interval, begun_at)
        if is_known or _allows_another_browser(page.contribution_id):
            contribution = confirmed_contribution(services, page.interval, page.campaign, page.amount)
            passport = recognised_passport(services, cookie, site, contribution)
            return with_passport(
                response, services, site, passport, recognised_note(services, cookie, site, contribution)
            )
    return response


@blueprint.route("/v1/receipt", methods=["OPTIONS"])
@blueprint.doc(tags=["contributions"])
@blueprint.alt_response(HTTPStatus.NO_CONTENT)
def receipt_preflight() -> ResponseReturnValue:
    """Tell a browser whether a page of a site may post here (CORS preflight)."""
    return _preflight()


@blueprint.post("/v1/receipt")
@limited_by_address(PER_ADDRESS)
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(ReceiptSchema)
@blueprint.response(200, ThankedSchema)
def receipt(body: dict[str, str]) -> dict[str, str]:
    """Add the contribution named by a receipt to a passport in the browser's local storage."""
    services = current_services()
    site = services.part(SnapshotHolder).current().site(body["site"]).site
    admit_origin(site.origins, services.settings.public_origin)
    instant = int(services.clock().timestamp())
    opened = open_receipt(services.keys, site.key, body["receipt"], instant)
    if not _allows_another_browser(opened.contribution_id):
        raise InvalidTokenError("this receipt was used in too many browsers")
    contribution = confirmed_contribution(services, opened.interval, opened.campaign, opened.amount)
    return {"passport": recognised_passport(services, body["passport"], site.key, contribution)}


@blueprint.get("/resume/<token>")
@limited_by_address(PER_ADDRESS)
@blueprint.alt_response(HTTPStatus.SEE_OTHER)
def resume(token: str) -> ResponseReturnValue:
    """Redirect to the hosted page of an unfinished attempt."""
    return redirect(resume_checkout(current_services(), token).checkout_url or "", 303)


@blueprint.post("/v1/portal")
@limited_by_address(PORTAL_PER_ADDRESS)
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(PortalSchema, location="json_or_form")
@blueprint.alt_response(HTTPStatus.OK, schema={"type": "object"})
def portal(form: PortalForm) -> ResponseReturnValue:
    """Mail a one-time link to the portal, or use one. The answer does not reveal whether an address is known."""
    services = current_services()
    if form.token is not None:
        return _opened_portal(services, form.token, form.contribution)
    site = services.part(SnapshotHolder).current().site(form.site or "").site
    admit_origin(site.origins, services.settings.public_origin)
    defer_portal_link(services, site.key, form.email or "")
    if request.mimetype == FORM_TYPE:
        return render_template("portal.html", site=site, page=_portal_page(is_sent=True)), NO_STORE
    return jsonify(status="sent")


@blueprint.get("/portal")
@blueprint.alt_response(HTTPStatus.OK, schema={"type": "string"}, content_type="text/html")
def portal_page() -> ResponseReturnValue:
    """Show the form that asks for a link to the portal."""
    site = current_services().part(SnapshotHolder).current().site(request.args.get("site", "")).site
    return render_template("portal.html", site=site, page=_portal_page(is_sent=False)), NO_STORE


@blueprint.get("/portal/<token>")
@blueprint.alt_response(HTTPStatus.OK, schema={"type": "string"}, content_type="text/html")
def portal_link(token: str) -> ResponseReturnValue:
    """Show a button that opens the portal, or a button for each of several running contributions.

    A link alone would not do: programs that scan mail open links too.
    """
    page = link_page(current_services(), token, request.args.get("language"), url_for("contributions.portal"))
    return render_template("portal_link.html", token=token, page=page), SECRET_PAGE


def _allows_another_browser(contribution_id: str) -> bool:
    """Count another browser that this contribution makes a supporter's. Return False if there are too many."""
    try:
        count_request(PER_CONTRIBUTION, f"contribution:{contribution_id}")
    except TooManyRequests:
        return False
    return True


def _preflight() -> Response:
    sites = current_services().part(SnapshotHolder).current().sites.values()
    return preflight({origin for snapshot in sites for origin in snapshot.site.origins})


def _portal_page(*, is_sent: bool) -> PortalPage:
    return PortalPage(request.args.get("language"), url_for("contributions.portal"), is_sent)


def _opened_portal(services: Services, token: str, contribution_id: str | None) -> ResponseReturnValue:
    opened = open_portal(services, token, contribution_id)
    site = opened.site
    url = opened.portal_url or site.home_url
    response = make_response(redirect(url, 303) if request.mimetype == FORM_TYPE else jsonify(portal_url=url))
    cookie = carried_passport(services, request_context(services, site.key), site.key) or ""
    contribution = opened.contribution
    if contribution is None:
        return with_passport(response, services, site.key, None)
    passport = recognised_passport(services, cookie, site.key, contribution)
    note = recognised_note(services, cookie, site.key, contribution)
    return with_passport(response, services, site.key, passport, note)
