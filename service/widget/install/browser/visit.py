"""The values a visit with a browser returns: what the widget requested, and how its places look on the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.errors import DomainError
from service.widget.install.page.site_relation import SiteRelation
from service.widget.install.page.source import PageSource


class BrowserMissingError(DomainError):
    """No browser was found, or it does not start."""

    code = "no_browser"


@dataclass(frozen=True, slots=True)
class DecideRequest:
    """A request for a decision.

    - `status`: None if no response reached the page; then `failure` says why.
    - `facts`: the facts about the page that were sent, as text. The reader's assertion is left out.
    """

    url: str
    status: int | None
    failure: str = ""
    relation: SiteRelation | None = None
    consent: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        """Whether the service answered with success."""
        return self.status is not None and self.status < 400


@dataclass(frozen=True, slots=True)
class SeenPlace:
    """A `<keep-open>` element of the page, measured in the browser in CSS pixels.

    - `paragraph_width`: the middle width of the paragraphs nearest to the place. None if there are none.
    - `is_visible`: whether a reader could see what is drawn there.
    - `is_drawn`: whether an appeal was drawn in it. `width` and `height` are then those of the appeal.
    """

    placement: str
    width: int
    height: int = 0
    paragraph_width: int | None = None
    is_visible: bool = True
    is_drawn: bool = False


@dataclass(frozen=True, slots=True)
class PageLayout:
    """The measured parts of the finished page.

    - `undrawn`: the widget's reason for not drawing a sample appeal, by placement.
    - `gated_count`: how many elements the selector of the gated part matches. None: no selector, or an invalid one.
    - `keep_clear_count`: the same count for `data-keep-clear`.
    - `body_candidates`: known selectors of an article's text that match on this page.
    - `covered`: known selectors of comments that a banner covers, with the covered height in pixels.
    - `screen_height`: the height of the window.
    - `hidden_on_phones`: placements whose places are all hidden in a window 390 pixels wide.
    """

    places: tuple[SeenPlace, ...] = ()
    undrawn: Mapping[str, str] = field(default_factory=dict)
    gated_count: int | None = None
    keep_clear_count: int | None = None
    body_candidates: tuple[str, ...] = ()
    covered: Mapping[str, int] = field(default_factory=dict)
    screen_height: int = 900
    hidden_on_phones: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BrowserVisit:
    """- `finished`: the page's HTML after all scripts ran. None if the page could not be read.
    - `script_count`: script elements with the loader's address in the finished page.
    - `frames`: addresses of frames inside the page that load the widget.
    - `is_running`: whether the page's `keepopen` is the widget's.
    - `blocked`: directives of the page's policies that stopped the widget.
    - `failure`: why the loader could not be loaded. Empty if it was loaded.
    - `reasons`: why nothing was shown, or what went wrong, in the widget's words.
    - `consent_tools`: names of the consent tools. `has_consent_api`: a tool offers TCF or GPP, and
      `had_consent_api_early`: it did so before the widget started.
    """

    finished: PageSource | None = None
    script_count: int = 0
    frames: tuple[str, ...] = ()
    is_running: bool = False
    requests: tuple[DecideRequest, ...] = ()
    blocked: tuple[str, ...] = ()
    failure: str = ""
    reasons: tuple[str, ...] = ()
    consent_tools: tuple[str, ...] = ()
    has_consent_api: bool = False
    had_consent_api_early: bool = False
    layout: PageLayout = field(default_factory=PageLayout)
