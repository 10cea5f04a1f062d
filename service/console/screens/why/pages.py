"""The screen Why?: /console/<site>/why."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.console.frame import chosen_shape, own_site, screen, table_file
from service.console.navigation import READ_ROLES
from service.console.screens.campaigns.document_pages import document_leaf, site_snapshot
from service.console.screens.campaigns.editor.addresses import document_address
from service.console.screens.why.asking import Asked, Asking, answered
from service.console.screens.why.form import CHOICES, MORE_ABOUT_READER, campaign_choices, kept, written
from service.console.screens.why.not_live import not_live
from service.console.screens.why.trace_table import trace_table
from service.console.tables import TableShape
from service.decisions.compile import CompiledSites
from service.readers.passports.reader_code import CODE_DAYS
from service.services import current_services
from service.staff.api import requires_person

TITLE = "Why did this reader see this, or not?"

blueprint = Blueprint("console_why", __name__, url_prefix="/console", template_folder="templates")
_sites = CompiledSites()


@blueprint.get("/<site>/why")
@requires_person(*READ_ROLES)
def why(site: str) -> AnyResponse | str:
    """Show the form and, if the address holds a question, its answer: as a page, or every rule as a file."""
    asking, fields = _asking(site), written(request.args.getlist)
    asked = answered(asking, fields) if request.args else Asked(fields)
    if chosen_shape() is not TableShape.PAGE and asked.found is not None:
        return table_file(trace_table(asked.found, asking.now, asking.site.zone))
    return _page(asking, asked)


@blueprint.post("/<site>/why")
@requires_person(*READ_ROLES)
def ask(site: str) -> AnyResponse | tuple[str, HTTPStatus]:
    """Lead to the address of a described question. The answer to a reader's code has no address: it is about a person.

    A code that cannot be used is an error of the form.
    """
    asking, fields = _asking(site), written(request.form.getlist)
    code = request.form.get("code", "").strip()
    if not code:
        parameters: dict[str, Any] = {**(kept(fields) or {"articles": fields["articles"]})}
        address = url_for("console_why.why", site=site, _anchor="answer", **parameters)
        return redirect(address, HTTPStatus.SEE_OTHER)
    asked = answered(asking, fields, code)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if asked.errors else HTTPStatus.OK
    return _page(asking, asked, code), status


def _asking(site: str) -> Asking:
    own_site(site)
    services = current_services()
    compiled = _sites.compiled(services.part(SnapshotHolder).current(), site)
    return Asking(compiled, services.keys, services.settings.public_url, services.clock())


def _campaign_address(site: str, key: str) -> str:
    """Return where this person sees a campaign."""
    return document_address(DocumentKind.CAMPAIGN, site, key, document_leaf())


def _page(asking: Asking, asked: Asked, code: str = "") -> str:
    return screen(
        "why/why.html",
        "why",
        TITLE,
        asking.site.site,
        asked=asked,
        code=code,
        code_days=CODE_DAYS,
        choices=CHOICES,
        more_is_open=bool((set(kept(asked.fields)) | set(asked.errors)) & MORE_ABOUT_READER),
        campaign_choices=campaign_choices(asking.campaigns),
        not_live=not_live(site_snapshot(asking.site.site.key), asking.campaigns) if asked.found else (),
        campaign_address=_campaign_address,
        zone=asking.site.zone.key,
    )
