"""POST /v1/checkout, GET /support/<site> and GET /thanks: where readers give and come back."""

from flask import jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from schemas.checkout import CheckoutSchema, CheckoutUrlSchema
from service.contributions.checkout import origin_of_form, start_checkout
from service.contributions.choice import CheckoutForm
from service.contributions.recognition import begun_passport, recognised_passport
from service.contributions.support_page import support_page
from service.contributions.thanks import returned_reader
from service.decisions.api import carried, carrier_of
from service.requests import FORM_TYPE, WIDGET_BODY_BYTES, Blueprint, admit_origin, limited_body, preflight
from service.services import current_services

blueprint = Blueprint("contributions", __name__, description="Giving, and coming back from it")


@blueprint.post("/v1/checkout")
@limited_body(WIDGET_BODY_BYTES)
@blueprint.arguments(CheckoutSchema, location="json_or_form")
@blueprint.response(200, CheckoutUrlSchema)
def checkout(form: CheckoutForm) -> ResponseReturnValue:
    """Start a contribution: the address of Stripe's hosted page; a form is sent straight there."""
    services = current_services()
    origin = origin_of_form(services, form)
    site = services.campaigns.current().site(origin.site).site
    admit_origin(site.origins, services.settings.public_origin)
    carrier = carrier_of(services, site.key)
    attempt = start_checkout(services, site, origin, form, carrier.country)
    services.metrics.checkouts.labels(site=site.key, result="started").inc()
    url = attempt.checkout_url or ""
    response = make_response(redirect(url, 303) if request.mimetype == FORM_TYPE else jsonify(checkout_url=url))
    return carried(response, services, site.key, begun_passport(services, carrier.cookie, site.key))


@blueprint.route("/v1/checkout", methods=["OPTIONS"])
@blueprint.doc(tags=["contributions"])
def checkout_preflight() -> ResponseReturnValue:
    """A browser asking whether a page of a site's may post here."""
    sites = current_services().campaigns.current().sites.values()
    return preflight({origin for one in sites for origin in one.site.origins})


@blueprint.get("/support/<site_key>")
def support(site_key: str) -> ResponseReturnValue:
    """The ask as a plain page: works without JavaScript."""
    services = current_services()
    site = services.campaigns.current().site(site_key).site
    country = carrier_of(services, site.key).country
    page = support_page(services, site, country, request.args.get("language"), request.args.get("return_url"))
    return render_template("support.html", page=page, site=site), {"Cache-Control": "no-store"}


@blueprint.get("/thanks")
def thanks() -> ResponseReturnValue:
    """The reader's return from Stripe's page: thanked once Stripe confirms it, and not asked again."""
    services = current_services()
    found = returned_reader(services, request.args.get("session_id", ""))
    response = make_response(render_template("thanks.html", page=found, site=found.site))
    response.headers["Cache-Control"] = "no-store"
    if found.makes_supporter and found.site is not None:
        carrier = carrier_of(services, found.site.key)
        passport = recognised_passport(services, carrier.cookie or "", found.site.key, found.interval)
        return carried(response, services, found.site.key, passport)
    return response
