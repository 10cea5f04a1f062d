"""Compiled sites, kept for as long as the snapshot they were made from is the current one."""

from service.campaigns.snapshot import SiteSnapshot
from service.decisions.compile import compile_site
from service.decisions.compiled import CompiledSite


class CompiledSites:
    """Compiles a site when its snapshot has changed; two threads may both do it, to the same result."""

    def __init__(self) -> None:
        self._sites: dict[str, tuple[SiteSnapshot, CompiledSite]] = {}

    def compiled(self, snapshot: SiteSnapshot) -> CompiledSite:
        kept = self._sites.get(snapshot.site.key)
        if kept is None or kept[0] is not snapshot:
            kept = (snapshot, compile_site(snapshot))
            self._sites[snapshot.site.key] = kept
        return kept[1]
