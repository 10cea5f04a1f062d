"""The screen Today: what readers are asked now, whether anything needs a person, and the pause of all asks."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.campaigns.editing import PauseTerms
from service.campaigns.site import Site
from service.console.frame import own_site, own_sites, screen
from service.console.screens.today.moments import end_words, moment_words
from service.console.screens.today.pause_form import EMPTY_FORM, PauseForm, end_choices, end_of, form_of
from service.console.screens.today.pausing import end_pause_of_all_asks, pause_all_asks, switch_of
from service.console.screens.today.reading import all_asks_paused, today_of
from service.console.screens.today.words import rate_words, so_far_words
from service.database.transaction import committed
from service.pages.language import language
from service.services import current_services
from service.staff.api import current_person, requires_person
from service.staff.people import Role

blueprint = Blueprint("console_today", __name__, url_prefix="/console", template_folder="templates")
TITLE = "What are readers asked now, and does anything need me?"


@blueprint.get("/<site>/today")
@requires_person(Role.VIEWER)
def show(site: str) -> str:
    """Show the first screen of a site."""
    return _page(own_site(site), EMPTY_FORM, {})


@blueprint.get("/<site>/today/in-force")
@requires_person(Role.VIEWER)
def in_force(site: str) -> str:
    """Return in how many processes each pause of the site is in force, as the part of the screen that says so."""
    services = current_services()
    with committed(services.engine) as connection:
        pauses = all_asks_paused(connection, own_site(site).key, services.clock())
    return render_template("today/in_force.html", pauses=pauses, site_key=site)


@blueprint.post("/<site>/today/pause")
@requires_person(Role.PUBLISHER)
def pause(site: str) -> ResponseReturnValue:
    """Pause all asks of a site, or of all sites, as the form says."""
    services, known, form = current_services(), own_site(site), form_of(request.form)
    now, zone = services.clock(), _zone(known)
    if form.everywhere:
        _require_all_sites()
    ends_at, errors = end_of(form, now, zone)
    if errors:
        return _page(known, form, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    terms = PauseTerms(form.reason, ends_at, form.opens_gates)
    pause_all_asks(services, switch_of(site, everywhere=form.everywhere), current_person(), terms)
    until = f"until {moment_words(ends_at, now, zone)}" if ends_at else "until a person ends the pause"
    flash(f"All asks of {'all sites' if form.everywhere else known.name} are paused {until}.")
    return redirect(url_for("console_today.show", site=site), HTTPStatus.SEE_OTHER)


@blueprint.post("/<site>/today/end-pause")
@requires_person(Role.PUBLISHER)
def end_pause(site: str) -> ResponseReturnValue:
    """End the pause of all asks of a site, or with `everywhere` that of all sites."""
    known, everywhere = own_site(site), "everywhere" in request.form
    if everywhere:
        _require_all_sites()
    end_pause_of_all_asks(current_services(), switch_of(site, everywhere=everywhere), current_person())
    flash(f"The pause of {'all sites' if everywhere else known.name} has ended. Readers are asked again.")
    return redirect(url_for("console_today.show", site=site), HTTPStatus.SEE_OTHER)


def _page(site: Site, form: PauseForm, errors: dict[str, str]) -> str:
    services, person = current_services(), current_person()
    today, zone = today_of(services, site.key, person), _zone(site)
    return screen(
        "today/today.html",
        "today",
        TITLE,
        site,
        today=today,
        zone=zone,
        form=form,
        errors=errors,
        ends=end_choices(today.now, zone),
        may_pause=person.may(Role.PUBLISHER),
        may_pause_everywhere=person.sites is None and len(own_sites()) > 1,
        amount=language("en").amount,
        moment=lambda at: moment_words(at, today.now, zone),
        end=lambda at: end_words(at, today.now, zone),
        rate=rate_words,
        compared=lambda figure: so_far_words(figure, today.now.astimezone(zone)),
    )


def _zone(site: Site) -> ZoneInfo:
    return ZoneInfo(site.timezone)


def _require_all_sites() -> None:
    """Answer 403 to a person who works only for some sites, and may therefore not pause all."""
    if current_person().sites is not None:
        abort(HTTPStatus.FORBIDDEN)
