"""Check a page of a publication: fetch it, look at it, say what is wrong."""

from dataclasses import replace

from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.snapshot.snapshot import Snapshot
from service.services import Services
from service.settings import Settings
from service.widget.install.diagnosis import NO_BROWSER, diagnose
from service.widget.install.expected import Expected
from service.widget.install.fetch import PageUnreachableError, fetch_source, network_of
from service.widget.install.finding import Code, InstallFinding, problem
from service.widget.install.observer import BrowserMissingError, Observer
from service.widget.install.sight import Sight


def check_page(url: str, expected: Expected, observe: Observer | None) -> tuple[InstallFinding, ...]:
    """Findings about the page at `url`, problems first; `observe` None: without a browser."""
    sight: Sight | None = None
    browser_words = ""
    try:
        source = fetch_source(url)
        if observe:
            sight = observe(url)
    except PageUnreachableError as error:
        remedy = "Give the address of an article that anybody may open."
        return (problem(Code.PAGE_UNREACHABLE, f"the page cannot be read: {error}", remedy),)
    except BrowserMissingError as error:
        browser_words = str(error)
    found = diagnose(source, expected, sight)
    if not browser_words:
        return found
    return tuple(
        replace(finding, what=f"{browser_words}; {NO_BROWSER.what}") if finding.code is Code.NO_BROWSER else finding
        for finding in found
    )


def expected_installation(services: Services) -> Expected:
    """This service and the sites it knows now."""
    services.part(SnapshotHolder).refresh()
    is_loaded = services.part(SnapshotHolder).is_loaded
    return expected_of(
        services.settings,
        services.part(SnapshotHolder).current() if is_loaded else None,
        network_of(services.settings.public_url),
    )


def expected_of(settings: Settings, snapshot: Snapshot | None, network: str = "") -> Expected:
    """What settings and snapshot promise. `snapshot` None: nothing could be loaded."""
    if snapshot is None:
        return Expected(settings.public_url, None, frozenset(settings.widget_off), network)
    sites = {key: found.site for key, found in snapshot.sites.items()}
    silenced = {
        key
        for key, site in sites.items()
        if snapshot.is_paused or site.switches.is_paused or {key, "*"} & set(settings.widget_off)
    }
    return Expected(
        settings.public_url, {key: site.origins for key, site in sites.items()}, frozenset(silenced), network
    )
