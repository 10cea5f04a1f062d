"""What is wrong with a page, as far as its HTML and headers tell."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from service.campaigns.campaign import Placement
from service.widget.install.expected import Expected
from service.widget.install.facts import PageFacts
from service.widget.install.finding import Code, InstallFinding, advice, fine, problem
from service.widget.install.locality import Locality, is_other_network
from service.widget.install.policy import Passes, allows
from service.widget.install.source import PageSource, WidgetTag

HOLDING_ATTRIBUTES = (
    "data-cookieconsent",
    "data-cookiecategory",
    "data-usercentrics",
    "data-category",
    "data-consent-category",
)


def examine_source(source: PageSource, expected: Expected) -> tuple[InstallFinding, ...]:
    """Every finding about a page's text, the cause before the consequence."""
    return (
        *examine_tags(source, expected),
        *examine_tag_details(source),
        *examine_service(source, expected),
        *examine_site(source, expected),
        *examine_policies(source, expected),
        *examine_places(source, expected),
    )


def examine_tags(source: PageSource, expected: Expected) -> Iterator[InstallFinding]:
    """The script element: there, once, and as it was written."""
    snippet = f'<script async src="{expected.loader}" data-site="…"></script>'
    if not source.tags:
        if source.names_widget_inline:
            yield advice(
                Code.SCRIPT_ADDED_LATE,
                "another script adds the widget",
                f"It starts later, and whatever blocks tag managers blocks it. Better: {snippet}",
            )
        else:
            yield problem(Code.SCRIPT_MISSING, "the page as served has no widget script", f"Add {snippet}")
        return
    if len(source.tags) > 1:
        yield problem(
            Code.SCRIPT_TWICE,
            f"the widget script is in the page {len(source.tags)} times",
            "Keep one: the first that loads wins, so the attributes of the others count only by chance.",
        )
    yield from (_dead_tag(tag) for tag in source.tags if not tag.is_live)
    if all(tag.is_live for tag in source.tags) and len(source.tags) == 1:
        yield fine("the widget script is there, once")


def _dead_tag(tag: WidgetTag) -> InstallFinding:
    if tag.get("type").lower() == "text/plain" or any(name in tag.attributes for name in HOLDING_ATTRIBUTES):
        return problem(
            Code.SCRIPT_HELD,
            "a consent tool holds the widget script back until the reader agrees",
            "List the script as necessary: it keeps and reads nothing before there is an answer.",
        )
    return problem(
        Code.SCRIPT_REWRITTEN,
        "an optimiser has rewritten the widget script, so that it starts late or never",
        "Exclude v1/widget.js from delaying, deferring, combining and lazy loading of scripts.",
    )


def examine_tag_details(source: PageSource) -> Iterator[InstallFinding]:
    """How the browser is told to load it."""
    for tag in source.tags[:1]:
        if not {"async", "defer"} & tag.attributes.keys() and tag.get("type").lower() != "module":
            yield advice(Code.SCRIPT_NOT_ASYNC, "the script holds up the page while it loads", "Add async.")
        if tag.get("integrity") and tag.address.endswith("v1/widget.js"):
            yield problem(
                Code.INTEGRITY,
                "integrity is set on the loader that is always the newest: it stops working at the next release",
                "Drop integrity, or pin the loader under /v1/widget/<version>/loader.js.",
            )
        elif tag.get("integrity") and "crossorigin" not in tag.attributes:
            yield problem(Code.INTEGRITY, "integrity without crossorigin is refused by browsers", "Add crossorigin.")
        consent = tag.attributes.get("data-consent")
        if consent is not None and consent not in {"full", "meter", "none"}:
            yield problem(
                Code.CONSENT_UNKNOWN,
                f"data-consent is {consent!r}, which counts as none",
                "Say full, meter or none; leave it out where a consent tool answers.",
            )


def examine_service(source: PageSource, expected: Expected) -> Iterator[InstallFinding]:
    """Where the script comes from."""
    for tag in source.tags[:1]:
        address = loader_address(source, tag)
        if urlsplit(source.url).scheme == "https" and address.startswith("http:"):
            yield problem(
                Code.MIXED_CONTENT,
                "the page is https and the script http: browsers refuse it",
                f"Take it from {expected.loader}",
            )
        elif not address.startswith(f"{expected.service_url}/v1/widget"):
            yield problem(
                Code.WRONG_SERVICE,
                f"the script comes from {address}, not from this service",
                f"Take it from {expected.loader}, or set PUBLIC_URL to the address that readers' browsers see.",
            )


def examine_site(source: PageSource, expected: Expected) -> Iterator[InstallFinding]:
    """The site's key, and whether it knows this page's origin."""
    for tag in source.tags[:1]:
        yield from _examine_key(tag.get("data-site"), origin_of(source.url), expected)


def _examine_key(key: str, origin: str, expected: Expected) -> Iterator[InstallFinding]:
    if expected.origins is None:
        yield advice(Code.SITE_NOT_COMPARED, "the sites could not be loaded, so the key was not compared", "")
        return
    owner = expected.owner(origin)
    if key not in expected.origins:
        known = f"This page's origin belongs to {owner!r}." if owner else f"Known: {_listed(sorted(expected.origins))}."
        yield problem(Code.WRONG_SITE, f"data-site is {key!r}, and there is no such site", known)
    elif origin not in expected.origins[key] and owner:
        yield problem(
            Code.WRONG_SITE, f"data-site is {key!r}, but {origin} belongs to {owner!r}", f'Say data-site="{owner}".'
        )
    elif origin not in expected.origins[key]:
        yield problem(
            Code.ORIGIN_NOT_LISTED,
            f"{origin} is not among the origins of {key!r}, so its requests are refused",
            "Add it to the site's origins and apply the site: scheme, host and port, www or not, to the letter.",
        )
    else:
        yield fine(f"{origin} belongs to the site {key!r}")
    if key in expected.silenced:
        yield advice(Code.SWITCHED_OFF, f"{key!r} is paused or switched off: nothing will be shown", "")


def examine_policies(source: PageSource, expected: Expected) -> Iterator[InstallFinding]:
    """Content-Security-Policy: the loader, its modules, and the question to the service."""
    tag = source.tags[0] if source.tags else WidgetTag({"src": expected.loader})
    loader = loader_address(source, tag)
    base = loader.partition("v1/widget")[0]
    passes = Passes(tag.get("nonce"), tag.get("integrity"))
    wanted = {
        "script-src": (loader, f"{base}v1/widget/0/modules/prompts.js"),
        "connect-src": (f"{base}v1/decide",),
    }
    blocked = [
        directive
        for directive, addresses in wanted.items()
        if not all(allows(source.policies, directive, source.url, address, passes) for address in addresses)
    ]
    if blocked:
        yield blocked_by_csp(blocked, base or f"{expected.service_url}/")
    elif source.policies:
        yield fine("the page's Content-Security-Policy lets the widget in")


def blocked_by_csp(directives: list[str], base: str) -> InstallFinding:
    """The one finding about policies, wherever it was seen."""
    host = origin_of(base) or "the service"
    return problem(
        Code.BLOCKED_BY_CSP,
        f"the page's Content-Security-Policy blocks the widget ({_listed(directives)})",
        "Add "
        + "; ".join(f"{directive} {host}" for directive in directives)
        + ". A nonce on the script serves as well.",
    )


def examine_places(source: PageSource, expected: Expected) -> Iterator[InstallFinding]:
    """Where appeals go, and what readers without JavaScript have."""
    known = {placement.value for placement in Placement}
    unknown = sorted({place for place in source.places if place not in known})
    if unknown:
        yield problem(
            Code.PLACE_UNKNOWN, f"no such placement: {_listed(unknown)}", f"There are {_listed(sorted(known))}."
        )
    if not source.places:
        yield advice(
            Code.PLACE_MISSING,
            "the page as served has no <keep-open> element: only banners and gates can be shown",
            'Put <keep-open placement="article_end"></keep-open> where an appeal may stand.',
        )
    if not source.place_links and not any("/support/" in link for link in source.links):
        yield advice(
            Code.LINK_MISSING,
            "readers without JavaScript find no way to give",
            f"Put a link to {expected.service_url}/support/<site> into <keep-open>, in <noscript> if need be.",
        )


def examine_facts(facts: PageFacts) -> Iterator[InstallFinding]:
    """What campaigns can aim at, and what a gate may hide."""
    if facts.unreadable_count:
        yield advice(
            Code.FACTS_UNREADABLE,
            f"{facts.unreadable_count} JSON-LD scripts are not JSON and say nothing",
            "Repair them.",
        )
    if facts.page_type == "other" and not facts.is_type_told:
        yield problem(
            Code.FACTS_MISSING,
            "the page does not say that it is an article: it is not counted, and campaigns for articles pass it by",
            'Add JSON-LD of type NewsArticle, or data-page-type="article" to the script.',
        )
    elif facts.page_type in {"article", "liveblog"}:
        yield from _examine_article(facts)
    if facts.is_withheld and not facts.gated_part:
        yield advice(
            Code.GATED_PART_MISSING,
            "structured data call the page paid for without naming the part: a gate has nothing to hide",
            "Add hasPart with a cssSelector, or data-gated to the script.",
        )


def _examine_article(facts: PageFacts) -> Iterator[InstallFinding]:
    facts_told = {"section": facts.section, "tags": facts.has_tags, "language": facts.language}
    missing = [name for name, value in facts_told.items() if not value]
    if missing:
        yield advice(
            Code.FACTS_MISSING,
            f"the article does not tell its {_listed(missing)}: campaigns cannot aim at them",
            "Add them as JSON-LD, meta tags or attributes of the script.",
        )
    else:
        yield fine("the article tells its section, tags and language")


def examine_locality(locality: Locality, is_local: bool, networks: tuple[str, str]) -> InstallFinding:
    """Whether the cookie travels, and what the deployment costs in Safari. `networks`: of the page, of the service."""
    if locality is Locality.CROSS_SITE and not is_local:
        return problem(
            Code.THIRD_PARTY_COOKIE,
            "the service is on another domain: its cookie never travels, so every reader is new and nothing is counted",
            'Serve it under a path of your own domain; or, where that is impossible, say data-passport="local". '
            "Then Safari still forgets a reader after 7 days without a visit.",
        )
    if locality is Locality.CROSS_SITE:
        return advice(
            Code.THIRD_PARTY_STORAGE,
            "history lies in local storage: Safari erases it after 7 days without a visit, so monthly readers stay new",
            "A path of your own domain keeps it for 400 days.",
        )
    if is_local:
        return advice(
            Code.LOCAL_NEEDLESS,
            'data-passport="local" is not needed on the same site, and costs the history after 7 days in Safari',
            "Drop the attribute: the cookie lasts 400 days.",
        )
    if locality is Locality.SAME_SITE and is_other_network(*networks):
        return advice(
            Code.SAFARI_SEVEN_DAYS,
            "the service's network is not the page's: Safari keeps its cookie for 7 days only",
            "Let the same proxy or CDN answer for both, best under a path.",
        )
    return fine(f"first-party ({locality}): the cookie lasts 400 days, in Safari too")


def loader_address(source: PageSource, tag: WidgetTag) -> str:
    """The loader's whole address; as written where none can be made of it."""
    try:
        return urljoin(source.url, tag.address)
    except ValueError:
        return tag.address


def origin_of(url: str) -> str:
    """Scheme, host and port; empty for what has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def _listed(words: list[str]) -> str:
    return ", ".join(words)
