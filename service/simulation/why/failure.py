"""A rule that failed, and the words for it: why the campaign is not shown, and what would have to change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from service.campaigns.campaign import Campaign
from service.campaigns.site import Site
from service.decisions.rules.verdict import Verdict
from service.readers.site_time import SiteTime
from service.simulation.why.phrases import moment


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule's verdict that keeps a campaign from the page. The values of the verdict are plain, as in a trace."""

    rule: str
    verdict: Verdict
    campaign: Campaign
    site: Site
    now: SiteTime

    @property
    def until(self) -> str:
        """The instant from which the rule passes: `, until 14 December at 18:20`. Empty if waiting does not help."""
        return f", until {self.passes}" if self.passes else ""

    @property
    def passes(self) -> str:
        """The instant from which the rule passes, on the site's clock. Empty if waiting does not help."""
        return moment(self.verdict.passes_at, self.now) if self.verdict.passes_at is not None else ""

    def ago(self, seconds: object) -> str:
        """Return the instant that lies this many seconds before now, on the site's clock."""
        return moment(self.now.instant - int(str(seconds)), self.now)


class Words(NamedTuple):
    """`reason` follows "not shown:". `change` is a sentence: what would have to be different."""

    reason: str
    change: str


Writer = Callable[[Failure], Words]
Writers = Mapping[str, Writer]
