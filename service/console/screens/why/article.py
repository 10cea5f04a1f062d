"""Read the facts of an article from its page, as the widget would send them.

Only pages of the site are fetched, a few at a time, from public addresses; see `fetch.py` of the installation check.
"""

import threading

from service.addresses import is_loopback, origin_of, split_address
from service.campaigns.campaign import Placement
from service.campaigns.site import Site
from service.simulation.why.described import FLAGS
from service.waiting_limits import seconds_left
from service.widget.install.page.fact_origins import expect_facts
from service.widget.install.page.fetch import PageUnreachableError, fetch_source
from service.widget.install.page.source import PageSource
from service.widget.install.page.structured_data import read_structured_data

SECONDS = 5.0
FETCHES = 2  # at the same time, in a process
OVERLAYS = (Placement.PAGE_BOTTOM, Placement.OVER_ARTICLE)  # the widget makes these places itself
_free_fetches = threading.BoundedSemaphore(FETCHES)


def full_address(text: str, site: Site) -> str:
    """Return the address that a person pasted, also if it is a path of the site, or has no `https://`."""
    if not text or "://" in text:
        return text
    return f"{origin_of(site.home_url)}{text}" if text.startswith("/") else f"https://{text}"


def article_fields(address: str, site: Site, public_url: str) -> dict[str, str]:
    """Return the facts of a page as fields of a description.

    Raise PageUnreachableError if the page is not of the site or cannot be read. A page on this machine is read only if
    the service itself runs for this machine alone, as in the demo.
    """
    host = split_address(address).hostname or ""
    origins = (*site.origins, origin_of(site.home_url))
    if origin_of(address).lower() not in origins:
        raise PageUnreachableError(f"it is not a page of {site.name}, whose pages begin with {origins[0]}")
    if is_loopback(host) and not is_loopback(split_address(public_url).hostname or ""):
        raise PageUnreachableError("pages on the machine of the service are not read")
    if not _free_fetches.acquire(blocking=False):
        raise PageUnreachableError("other pages are being read; try again in a few seconds")
    try:
        return fields_of(fetch_source(address, seconds_left(SECONDS)))
    finally:
        _free_fetches.release()


def fields_of(source: PageSource) -> dict[str, str]:
    """Return the facts of a page as fields of a description. Facts that the page does not state are left out."""
    facts = expect_facts(source, read_structured_data(source))
    names = ("page_id", "page_type", "section", "tags", "access")
    found = {name: facts.value(name) for name in names if facts.value(name)}
    places = [place for place in source.places if place in set(Placement)]
    if places:
        found["placements"] = ",".join(dict.fromkeys([*places, *OVERLAYS]))
    return found | {"flags": ",".join(flag for flag in FLAGS if facts.value(flag) == "true")}
