"""What every screen of the console uses of a request: the page around it, the chosen days, and tables as files."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Response, abort, render_template, request, url_for

from service.campaigns.campaign import Campaign
from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.console.assets import assets_version, console_assets
from service.console.days import ChosenDays, days_of
from service.console.navigation import screens_of
from service.console.tables import ROWS_PER_PAGE, Table, TableShape
from service.services import current_services
from service.staff.api import current_person, find_signed_in

PREFIX = "/console"
MIMETYPES = {TableShape.CSV: "text/csv", TableShape.JSON: "application/json"}


def screen(template: str, key: str, title: str, site: Site | None = None, **values: object) -> str:
    """Return a screen of the console as HTML.

    `key` is that of the entry in the navigation, `title` the question that the screen answers, and `site` the site it
    is about. The template extends `console/base.html` and gets `values` and `site`.
    """
    sites = own_sites()
    chosen = site or (sites[0] if sites else None)
    return render_template(
        template,
        key=key,
        title=title,
        site=site,
        sites=sites,
        chosen_site=chosen,
        screens=screens_of(current_person(), chosen is not None),
        person=current_person(),
        **values,
    )


def own_sites() -> list[Site]:
    """Return the sites that the signed-in person may see, by name."""
    person = current_person()
    found = (snapshot.site for snapshot in current_services().part(SnapshotHolder).current().sites.values())
    return sorted((site for site in found if person.may_see(site.key)), key=lambda site: site.name.casefold())


def own_campaigns() -> list[Campaign]:
    """Return the published campaigns of the sites that the signed-in person may see, by name."""
    sites = current_services().part(SnapshotHolder).current().sites
    found = (campaign for site in own_sites() for campaign in sites[site.key].campaigns)
    return sorted(found, key=lambda campaign: campaign.name.casefold())


def own_site(key: str) -> Site:
    """Return the site with this key. Answer 404 if there is none, or if the signed-in person may not see it."""
    return next((site for site in own_sites() if site.key == key), None) or abort(HTTPStatus.NOT_FOUND)


def chosen_days(zone: ZoneInfo) -> ChosenDays:
    """Return the days, campaign and currency in the address of this request."""
    return days_of(request.args, current_services().clock().astimezone(zone).date(), zone)


def chosen_shape() -> TableShape:
    """Return whether the address of this request asks for a page, or with `format=` for CSV or JSON."""
    text = request.args.get("format", TableShape.PAGE)
    return TableShape(text) if text in set(TableShape) else abort(HTTPStatus.NOT_FOUND)


def row_limit() -> int | None:
    """Return how many rows this request may show: as many as fit on a page, or all (None) in a file."""
    return ROWS_PER_PAGE if chosen_shape() is TableShape.PAGE else None


def table_file(table: Table) -> Response:
    """Answer with a table as the file that the address of this request asks for."""
    shape = chosen_shape()
    text = table.csv() if shape is TableShape.CSV else table.json()
    response = Response(text, mimetype=MIMETYPES[shape])
    response.headers["Content-Disposition"] = f'attachment; filename="{table.name}.{shape.value}"'
    return response


def file_of(*tables: Table) -> Response | None:
    """Answer with one of the tables of a page, if the address of this request asks for a file, or else return None.

    `table=` in the address names it; without a name it is the first. Answer 404 if there is no such table.
    """
    if chosen_shape() is TableShape.PAGE:
        return None
    name = request.args.get("table", tables[0].name)
    return table_file(next((table for table in tables if table.name == name), None) or abort(HTTPStatus.NOT_FOUND))


def same_address(**changes: str | None) -> str:
    """Return the address of this request with other parameters. A parameter that is None is left out."""
    parameters: dict[str, object] = {**request.args, **changes}
    kept = {name: value for name, value in parameters.items() if value not in (None, "")}
    return url_for(str(request.endpoint), **{**(request.view_args or {}), **kept})


def asset_address(name: str) -> str:
    """Return the address of a style or script of the console."""
    return url_for("console.asset", version=assets_version(), name=name)


def problem_page(status: int, title: str, text: str) -> str:
    """Return a page that says why a request of the console was refused, and what to do."""
    person = find_signed_in()
    values = {"title": title, "text": text, "status": status, "person": person}
    if person is None:
        return render_template("console/problem.html", key="", sites=[], screens=(), **values)
    sites = own_sites()
    chosen = sites[0] if sites else None
    screens = screens_of(person, chosen is not None)
    return render_template("console/problem.html", key="", sites=sites, chosen_site=chosen, screens=screens, **values)


def signed_out_page(sign_in: str) -> str:
    """Return a page that keeps the fields of a form whose session has ended, and can send them again.

    `sign_in` is the address at which the person proves who they are.
    """
    is_again = "again=1" in sign_in
    return render_template(
        "console/signed_out.html",
        title="Is it still you?" if is_again else "You are signed out",
        key="",
        sites=[],
        screens=(),
        person=None,
        fields=list(request.form.items(multi=True)),
        address=request.full_path.rstrip("?"),
        sign_in=f"{PREFIX}/sign-in?next={PREFIX}/me" + ("&again=1" if is_again else ""),
    )


def integrity(name: str) -> str:
    """Return the Subresource Integrity value of a style or script of the console."""
    return console_assets()[name].integrity
