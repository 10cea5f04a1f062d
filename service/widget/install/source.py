"""A page as its server sends it: what of its HTML and headers concerns the widget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import MappingProxyType

OURS = "v1/widget"  # how the loader finds its own element, too
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
    """A script element that names the loader, in `src` or in an attribute some tool moved it to."""

    attributes: Mapping[str, str]

    @property
    def address(self) -> str:
        """The loader's address, wherever it stands."""
        return next(value for value in (self.get("src"), *self.attributes.values()) if OURS in value)

    @property
    def is_live(self) -> bool:
        """Whether a browser runs it as it stands."""
        return OURS in self.get("src") and self.get("type").lower() in SCRIPT_TYPES

    def get(self, name: str) -> str:
        return self.attributes.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class PageSource:
    """- `policies`: texts of enforced Content-Security-Policies, from headers and meta tags.
    - `metas`: contents by `name` or `property`, in order of appearance.
    - `structured`: texts of JSON-LD. `places`: placements of `<keep-open>`. `place_links`: addresses within them.
    - `names_widget_inline`: an inline script mentions the loader, so it may add the element itself.
    - `network`: the address that answered, as text; empty where unknown.
    """

    url: str
    policies: tuple[str, ...] = ()
    tags: tuple[WidgetTag, ...] = ()
    metas: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    structured: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    place_links: tuple[str, ...] = ()
    consent_tools: tuple[str, ...] = ()
    language: str = ""
    names_widget_inline: bool = False
    network: str = ""

    def meta(self, name: str) -> str:
        """The first content under this name, or nothing."""
        return self.metas.get(name, ("",))[0]


def read_source(url: str, html: str, policies: Sequence[str] = (), network: str = "") -> PageSource:
    """What a page's text says. Takes any text; what is broken is read as a browser would roughly read it."""
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
        elif tag == "keep-open":
            self._place_depth += 1
            self.places.append(attributes.get("placement", ""))
        elif tag == "a" and attributes.get("href"):
            (self.place_links if self._place_depth else self.links).append(attributes["href"])
        elif tag == "html":
            self.language = attributes.get("lang", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script_type = None
        elif tag == "keep-open":
            self._place_depth = max(0, self._place_depth - 1)

    def handle_data(self, data: str) -> None:
        if self._script_type == "application/ld+json":
            self.structured.append(data)
        elif self._script_type is not None and OURS in data:
            self.names_widget_inline = True

    def _script(self, attributes: dict[str, str]) -> None:
        self._script_type = attributes.get("type", "").lower()
        tag = WidgetTag(MappingProxyType(attributes))
        if any(OURS in value for value in attributes.values()):
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
