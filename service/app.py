"""The composition root: builds the Flask application from all rooms. No other module imports every room."""

import click
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import service.campaigns.api
import service.contributions.api
import service.decisions.api
import service.exports.api
import service.health.api
import service.insights.api
import service.pages.api
import service.readers.api
import service.reconciliation.api
import service.simulation.api
import service.stripe_events.api
import service.widget.api
from service.assembly import build_services
from service.campaigns.snapshot.holder import SnapshotHolder
from service.cli import add_commands
from service.clock import Clock, system_clock
from service.console.api import add_console
from service.database.login import warn_of_powerful_login
from service.decisions.fast_path import FastPath
from service.errors import StoreUnavailableError
from service.insights.flusher import Flusher
from service.logs import configure_logs
from service.operations.keys import note_keys
from service.services import EXTENSION, Services, current_services
from service.settings import Settings, SettingsError, read_settings
from service.stripe_events.fast_path import WebhookFastPath
from service.web.problems import ProblemApi, answer_errors_as_problems
from service.web.public_host import PublicHost
from service.web.rate_limits import count_requests_in
from service.web.request_log import log_requests
from service.web.requests import complete_headers

MAX_BODY_BYTES = 1024 * 1024  # the limit for any body; the routes of the widget have a lower limit
BLUEPRINTS = (
    service.decisions.api.blueprint,
    service.readers.api.blueprint,
    service.simulation.api.blueprint,
    service.campaigns.api.blueprint,
    service.contributions.api.blueprint,
    service.reconciliation.api.blueprint,
    service.stripe_events.api.blueprint,
    service.exports.api.blueprint,
    service.insights.api.blueprint,
    service.widget.api.blueprint,
    service.health.api.blueprint,
)
OPENAPI = {
    "API_TITLE": "Keepopen",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "info": {
            "description": "Decides whether a reader is asked for support, takes contributions, and exports the books."
        },
    },
}


def create_app(settings: Settings, *, clock: Clock = system_clock, has_background: bool = True) -> Flask:
    """Return the application of the whole service. Start the embedded PostgreSQL if the settings have no database.

    With `has_background` False no thread is started, the campaigns are loaded only once, and counts are not shared with
    the other processes of this machine. Tests and commands want that.
    """
    configure_logs(settings.log_level)
    app = Flask("service", static_folder=None)
    app.config.update(OPENAPI, MAX_CONTENT_LENGTH=MAX_BODY_BYTES)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.merge_slashes = False  # otherwise `//support` is redirected, and a cache may keep that
    services = build_services(settings, clock, is_server=has_background)
    app.extensions[EXTENSION] = services
    _wire_requests(app, services)
    add_commands(app)
    if has_background:
        warn_of_powerful_login(services.engine)
        note_keys(services)
        services.part(SnapshotHolder).start()
        services.part(Flusher).start()
    else:
        services.part(SnapshotHolder).refresh()
    return app


def create_app_from_environment() -> Flask:
    """Return the application with the settings from the environment.

    If the settings are not usable, a server exits here with a list of the problems. The `flask` command still gets an
    application with all commands, because `--help` and the demo need no settings. Any other command then exits with
    the list of problems.
    """
    context = click.get_current_context(silent=True)
    is_server = context is None or context.info_name == "run"  # `flask run`
    try:
        return create_app(read_settings(), has_background=is_server)
    except StoreUnavailableError as error:  # the embedded PostgreSQL does not start
        raise SystemExit(str(error)) from None
    except SettingsError as error:
        if context is None:
            raise SystemExit(str(error)) from None
        app = Flask("service", static_folder=None)
        app.extensions[EXTENSION] = error
        add_commands(app)
        app.before_request(exit_without_settings)
        return app


def exit_without_settings() -> None:
    """Exit with a list of the problems if the settings are not usable, so that a server does not answer requests."""
    current_services()


def _wire_requests(app: Flask, services: Services) -> None:
    proxies = services.settings.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0)  # type: ignore[method-assign]
    log_requests(app)
    app.after_request(complete_headers)
    count_requests_in(app, services.settings.ratelimit_storage_uri)
    api = ProblemApi(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(service.pages.api.blueprint)
    service.pages.api.guard_pages(app, services.settings)
    service.pages.api.show_problems(app)
    add_console(app)
    answer_errors_as_problems(app, services.metrics.errors.add)
    fast = FastPath(WebhookFastPath(app.wsgi_app, services), services)
    app.wsgi_app = PublicHost(fast, services.settings)  # type: ignore[method-assign]
