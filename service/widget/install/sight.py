"""What a browser saw of the widget on a page: values only."""

from dataclasses import dataclass

from service.widget.install.locality import Locality


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """One question to the service. `status` None: no answer that the page was given. The facts are those sent."""

    url: str
    status: int | None
    failure: str = ""
    locality: Locality | None = None
    consent: str = ""
    page_type: str = ""
    section: str = ""
    has_tags: bool = False
    language: str = ""

    @property
    def is_answered(self) -> bool:
        return self.status is not None and self.status < 400


@dataclass(frozen=True, slots=True)
class Sight:
    """- `tag_count`: script elements with the loader's address in the finished page.
    - `is_running`: the page's `keepopen` is the widget's.
    - `blocked`: directives of the page's policies that were broken by the widget.
    - `failure`: why the loader did not come; empty where it came.
    - `reasons`: why nothing was shown, or what went wrong, in the widget's words.
    - `consent_tools`: names of those present; `speaks_consent`: one speaks TCF or GPP, and `spoke_early`: in time.
    """

    tag_count: int = 0
    is_running: bool = False
    asked: tuple[ServiceCall, ...] = ()
    blocked: tuple[str, ...] = ()
    failure: str = ""
    reasons: tuple[str, ...] = ()
    consent_tools: tuple[str, ...] = ()
    speaks_consent: bool = False
    spoke_early: bool = False
