"""Check the script element: present, once, as it was written, and loaded from this service for the right site."""

from collections.abc import Iterator

from service.addresses import join_address, origin_of, split_address
from service.widget.install.expected import Expected
from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.source import PageSource, WidgetTag

HOLDING_ATTRIBUTES = (
    "data-cookieconsent",
    "data-cookiecategory",
    "data-usercentrics",
    "data-category",
    "data-consent-category",
)


def check_script(source: PageSource, expected: Expected) -> Iterator[Finding]:
    """Yield every finding about the script element in the page as served."""
    yield from _check_presence(source, expected)
    for tag in source.tags[:1]:
        yield from _check_attributes(tag)
        yield from _check_address(source, tag, expected)
        yield from _check_site(tag.get("data-site"), origin_of(source.url), expected)


def _check_presence(source: PageSource, expected: Expected) -> Iterator[Finding]:
    snippet = f'<script async src="{expected.loader}" data-site="…"></script>'
    if not source.tags:
        if source.names_widget_inline:
            yield added_late(f"Put it into the page itself: {snippet}")
        else:
            yield problem(Code.SCRIPT_MISSING, "the page as served has no widget script", f"Add {snippet}")
        return
    if len(source.tags) > 1:
        yield problem(
            Code.SCRIPT_TWICE,
            f"the widget script is in the page {len(source.tags)} times",
            "Keep one. The first script that loads is used, so the attributes of the others count only by chance.",
        )
    yield from (_check_rewritten(tag) for tag in source.tags if not tag.is_live)
    if all(tag.is_live for tag in source.tags) and len(source.tags) == 1:
        yield fine("the widget script is in the page, once")


def added_late(remedy: str) -> Finding:
    """Return the advice about a widget that another script adds to the page."""
    return advice(
        Code.SCRIPT_ADDED_LATE,
        "another script adds the widget, so it starts late, and a blocker of tag managers stops it too",
        remedy,
    )


def _check_rewritten(tag: WidgetTag) -> Finding:
    if tag.get("type").lower() == "text/plain" or any(name in tag.attributes for name in HOLDING_ATTRIBUTES):
        return problem(
            Code.SCRIPT_HELD,
            "a consent tool blocks the widget script until the reader agrees",
            "List the script as necessary: it stores and reads nothing before the reader has answered.",
        )
    return problem(
        Code.SCRIPT_REWRITTEN,
        "an optimiser has rewritten the widget script, so that it starts late or never",
        "Exclude v1/widget.js from delaying, deferring, combining and lazy loading of scripts.",
    )


def _check_attributes(tag: WidgetTag) -> Iterator[Finding]:
    if not {"async", "defer"} & tag.attributes.keys() and tag.get("type").lower() != "module":
        yield advice(Code.SCRIPT_NOT_ASYNC, "the page waits for the widget script", "Add async.")
    if tag.get("integrity") and tag.address.endswith("v1/widget.js"):
        yield problem(
            Code.INTEGRITY,
            "integrity is set on the loader that is always the newest: it stops working at the next release",
            "Remove integrity, or pin the loader under /v1/widget/<version>/loader.js.",
        )
    elif tag.get("integrity") and "crossorigin" not in tag.attributes:
        yield problem(Code.INTEGRITY, "browsers refuse integrity without crossorigin", "Add crossorigin.")
    consent = tag.attributes.get("data-consent")
    if consent is not None and consent not in {"full", "meter", "none"}:
        yield problem(
            Code.CONSENT_UNKNOWN,
            f"data-consent is {consent!r}, which counts as none",
            "Use full, meter or none. Leave the attribute out if a consent tool answers.",
        )


def _check_address(source: PageSource, tag: WidgetTag, expected: Expected) -> Iterator[Finding]:
    address = loader_address(source, tag)
    if split_address(source.url).scheme == "https" and address.startswith("http:"):
        yield problem(
            Code.MIXED_CONTENT,
            "the page is https and the widget script is http: browsers refuse it",
            f"Load it from {expected.loader}",
        )
    elif not address.startswith(f"{expected.service_url}/v1/widget"):
        yield problem(
            Code.WRONG_SERVICE,
            f"the widget script comes from {address}, not from this service",
            f"Load it from {expected.loader}, or set PUBLIC_URL to the address that readers' browsers see.",
        )


def _check_site(key: str, origin: str, expected: Expected) -> Iterator[Finding]:
    if expected.origins is None:
        yield advice(Code.SITE_NOT_COMPARED, "the sites could not be loaded, so data-site was not compared")
        return
    owner = expected.owner(origin)
    if key not in expected.origins:
        known = f"The sites are: {', '.join(sorted(expected.origins))}."
        remedy = f"This page's origin belongs to {owner!r}." if owner else known
        yield problem(Code.WRONG_SITE, f"data-site is {key!r}, and there is no such site", remedy)
    elif origin not in expected.origins[key] and owner:
        yield problem(
            Code.WRONG_SITE, f"data-site is {key!r}, but {origin} belongs to {owner!r}", f'Use data-site="{owner}".'
        )
    elif origin not in expected.origins[key]:
        yield problem(
            Code.ORIGIN_NOT_LISTED,
            f"{origin} is not among the origins of {key!r}, so its requests are refused",
            "Add it to the site's origins and apply the site. Scheme, host, port and www must be equal.",
        )
    else:
        yield fine(f"{origin} belongs to the site {key!r}")
    if key in expected.silenced:
        yield advice(Code.SWITCHED_OFF, f"{key!r} is paused or switched off: nothing will be shown")


def loader_address(source: PageSource, tag: WidgetTag) -> str:
    """Return the loader's absolute address. Return it as written if it cannot be parsed."""
    return join_address(source.url, tag.address) or tag.address
