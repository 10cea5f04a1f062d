"""Compare addresses of one site: by path and query, without host, fragment, or a slash at the end."""

from urllib.parse import SplitResult, unquote

from service.addresses import UNREADABLE, join_address, split_address


def resolved_address(base: str, address: str) -> SplitResult:
    """Resolve and split an address. All parts are empty if it is empty or cannot be read."""
    return split_address(join_address(base, address)) if address else UNREADABLE


def address_key(base: str, address: str, with_query: bool = True) -> str:
    """Return what two addresses of the same page have in common. Return an empty text for an unusable address."""
    parts = resolved_address(base, address)
    if parts.scheme not in {"http", "https"}:
        return ""
    path = unquote(parts.path).rstrip("/") or "/"
    return f"{path}?{unquote(parts.query)}" if with_query and parts.query else path


def is_same_host(base: str, address: str) -> bool:
    """Return whether two addresses have the same host, with or without `www.`."""
    hosts = [resolved_address(base, other).hostname or "" for other in (base, address)]
    return hosts[0].removeprefix("www.") == hosts[1].removeprefix("www.")
