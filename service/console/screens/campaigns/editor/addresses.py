"""The addresses of the pages of a document: a campaign, or the settings of a site."""

from urllib.parse import urlencode

from service.campaigns.store import DocumentKind

CONSOLE = "/console"


def document_address(kind: DocumentKind, site: str, key: str, leaf: str = "edit", **parameters: object) -> str:
    """Return the address of a page of a document, such as `/console/courier/campaigns/autumn/publish`."""
    place = "settings" if kind is DocumentKind.SITE else f"campaigns/{key}"
    kept = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{CONSOLE}/{site}/{place}/{leaf}" + (f"?{urlencode(kept)}" if kept else "")


def campaigns_address(site: str) -> str:
    """Return the address of the list of a site's campaigns."""
    return f"{CONSOLE}/{site}/campaigns"
