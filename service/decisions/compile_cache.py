"""Compiled sites, kept for as long as the snapshot they were made from is the current one."""

from service.campaigns.snapshot.snapshot import SiteSnapshot, Snapshot
from service.decisions.compile import compile_site
from service.decisions.compiled import CompiledSite


class CompiledSites:
    """Compiles a site when its snapshot has changed; two threads may both do it, to the same result."""

    def __init__(self) -> None:
        self._sites: dict[str, tuple[Snapshot, SiteSnapshot, CompiledSite]] = {}

    def compiled(self, snapshot: Snapshot, key: str) -> CompiledSite:
        """The site of this key. Raises what `Snapshot.site` raises."""
        kept = self._sites.get(key)
        if kept is not None and kept[0] is snapshot:
            return kept[2]
        site = snapshot.site(key)
        compiled = compile_site(site) if kept is None or kept[1] is not site else kept[2]
        self._sites[key] = (snapshot, site, compiled)
        return compiled
