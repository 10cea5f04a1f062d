"""The parts of a page's HTML and headers that concern the widget, as served or as finished by a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import MappingProxyType

LOADER_PATH = "v1/widget"  # the loader finds its own element by this text
SERVICE_RELATIONS = frozenset({"privacy-policy", "terms-of-service"})
SCRIPT_TYPES = frozenset({"", "text/javascript", "application/javascript", "module"})

CONSENT_TOOLS: Mapping[str, str] = MappingProxyType(
    {
        "cookielaw.org": "OneTrust",
        "cookiebot.com": "Cookiebot",
        "privacy-center.org": "Didomi",
        "usercentrics.eu": "Usercentrics",
        "privacy-mgmt.com": "Sourcepoint",
        "iubenda.com": "iubenda",
        "cookieyes.com": "CookieYes",
        "trustarc.com": "TrustArc",
        "consentmanager.net": "consentmanager",
        "cmp.inmobi.com": "InMobi Choice",
        "complianz": "Complianz",
        "klaro": "Klaro",
    }
)


@dataclass(frozen=True, slots=True)
class WidgetTag:
    """A script element with the loader's address, in `src` or in an attribute to which a tool moved it."""

    attributes: Mapping[str, str]

    @property
    def address(self) -> str:
        """The loader's address, from the first attribute that has it."""
        return next(value for value in (self.get("src"), *self.attributes.values()) if LOADER_PATH in value)

    @property
    def is_live(self) -> bool:
        """Whether a browser runs the element as it is written."""
        return LOADER_PATH in self.get("src") and self.get("type").lower() in SCRIPT_TYPES

    def get(self, name: str) -> str:
        """Return the attribute's value, or an empty text."""
        return self.attributes.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class PageSource:
    """- `policies`: texts of enforced Content-Security-Policies, from headers and meta tags.
    - `metas`: contents by `name` or `property`, in order of appearance.
    - `structured`: texts of JSON-LD. `places`: placements of `<keep-open>`. `place_links`: addresses within them.
    - `canonical`, `shortlink`: addresses from `<link rel>` as written. Empty if there is no such link.
    - `service_links`: addresses with `rel="privacy-policy"` or `rel="terms-of-service"`. `body_class`: as written.
    - `names_widget_inline`: an inline script contains the loader's address, so it may add the element itself.
    - `network`: the numeric address that answered, as text. Empty if unknown.
    """

    url: str
    policies: tuple[str, ...] = ()
    tags: tuple[WidgetTag, ...] = ()
    metas: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    structured: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    place_links: tuple[str, ...] = ()
    service_links: tuple[str, ...] = ()
    body_class: str = ""
    canonical: str = ""
    shortlink: str = ""
    consent_tools: tuple[str, ...] = ()
    language: str = ""
    names_widget_inline: bool = False
    network: str = ""

    def meta(self, name: str) -> str:
        """Return the first content with this name, or an empty text."""
        return self.metas.get(name, ("",))[0]

    def attribute(self, name: str) -> str:
        """Return a `data-…` attribute of the widget's script, or an empty text."""
        return self.tags[0].get("data-" + name.replace("_", "-")) if self.tags else ""


def read_source(url: str, html: str, policies: Sequence[str] = (), network: str = "") -> PageSource:
    """Parse a page. Any text is accepted; broken HTML is read roughly as a browser would read it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return PageSource(
        url=url,
        policies=(*policies, *reader.policies),
        tags=tuple(reader.tags),
        metas=MappingProxyType({name: tuple(values) for name, values in reader.metas.items()}),
        structured=tuple(reader.structured),
        places=tuple(reader.places),
        links=tuple(reader.links),
        place_links=tuple(reader.place_links),
        service_links=tuple(reader.service_links),
        body_class=reader.body_class,
        canonical=reader.related.get("canonical", ""),
        shortlink=reader.related.get("shortlink", ""),
        consent_tools=tuple(dict.fromkeys(reader.consent_tools)),
        language=reader.language,
        names_widget_inline=reader.names_widget_inline,
        network=network,
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.policies: list[str] = []
        self.tags: list[WidgetTag] = []
        self.metas: dict[str, list[str]] = {}
        self.structured: list[str] = []
        self.places: list[str] = []
        self.links: list[str] = []
        self.place_links: list[str] = []
        self.service_links: list[str] = []
        self.body_class = ""
        self.related: dict[str, str] = {}
        self.consent_tools: list[str] = []
        self.language = ""
        self.names_widget_inline = False
        self._place_depth = 0
        self._script_type: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in reversed(attrs)}
        if tag == "script":
            self._script(attributes)
        elif tag == "meta":
            self._meta(attributes)
        elif tag in {"a", "link"}:
            self._link(tag, attributes)
        elif tag == "keep-open":
            self._place_depth += 1
            self.places.append(attributes.get("placement", ""))
        elif tag == "body":
            self.body_class = attributes.get("class", "")
        elif tag == "html":
            self.language = attributes.get("lang", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script_type = None
        elif tag == "keep-open":
            self._place_depth = max(0, self._place_depth - 1)

    def handle_data(self, data: str) -> None:
        if "ld+json" in (self._script_type or ""):
            self.structured.append(data)
        elif self._script_type is not None and LOADER_PATH in data:
            self.names_widget_inline = True

    def _link(self, tag: str, attributes: dict[str, str]) -> None:
        address = attributes.get("href", "").strip()
        relations = attributes.get("rel", "").lower().split()
        if SERVICE_RELATIONS.intersection(relations):
            self.service_links.append(address)
        if tag == "link":
            for relation in relations:
                self.related.setdefault(relation, address)
        elif address:
            (self.place_links if self._place_depth else self.links).append(address)

    def _script(self, attributes: dict[str, str]) -> None:
        self._script_type = attributes.get("type", "").lower()
        tag = WidgetTag(MappingProxyType(attributes))
        if any(LOADER_PATH in value for value in attributes.values()):
            self.tags.append(tag)
        source = tag.get("src").lower()
        self.consent_tools += [name for part, name in CONSENT_TOOLS.items() if part in source]

    def _meta(self, attributes: dict[str, str]) -> None:
        content = attributes.get("content", "")
        if attributes.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(content)
        for key in ("name", "property"):
            if attributes.get(key):
                self.metas.setdefault(attributes[key], []).append(content)
