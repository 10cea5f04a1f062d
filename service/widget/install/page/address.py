"""Compare addresses of one site: by path and query, without host, fragment, or a slash at the end."""

from urllib.parse import SplitResult, unquote, urljoin, urlsplit


def split_address(base: str, address: str) -> SplitResult | None:
    """Resolve and split an address. Return None if it is empty or cannot be parsed."""
    try:
        return urlsplit(urljoin(base, address)) if address else None
    except ValueError:
        return None


def address_key(base: str, address: str, with_query: bool = True) -> str:
    """Return what two addresses of the same page have in common. Return an empty text for an unusable address."""
    parts = split_address(base, address)
    if parts is None or parts.scheme not in {"http", "https"}:
        return ""
    path = unquote(parts.path).rstrip("/") or "/"
    return f"{path}?{unquote(parts.query)}" if with_query and parts.query else path


def is_same_host(base: str, address: str) -> bool:
    """Return whether two addresses have the same host, with or without `www.`."""
    hosts = [
        parts.hostname or "" if parts else "" for parts in (split_address(base, base), split_address(base, address))
    ]
    return hosts[0].removeprefix("www.") == hosts[1].removeprefix("www.")
