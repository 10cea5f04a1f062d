"""Work out whether a page's Content-Security-Policies allow an address. https://www.w3.org/TR/CSP3/"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
FALLBACKS = {
    "script-src": ("script-src-elem", "script-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
}


@dataclass(frozen=True, slots=True)
class Passes:
    """The nonce and the integrity values of a script, which a policy may accept instead of its address."""

    nonce: str = ""
    integrity: str = ""


def allows(policies: Sequence[str], directive: str, page: str, address: str, passes: Passes = Passes()) -> bool:
    """Return whether every policy of the page at `page` allows `address` under `script-src` or `connect-src`."""
    single = [part for text in policies for part in text.split(",")]
    return all(_policy_allows(_directives(text), directive, page, address, passes) for text in single)


def _directives(text: str) -> Mapping[str, tuple[str, ...]]:
    """Parse the directives of a policy. If a directive is repeated, the first counts."""
    found: dict[str, tuple[str, ...]] = {}
    for part in text.split(";"):
        words = part.split()
        if words:
            found.setdefault(words[0].lower(), tuple(words[1:]))
    return found


def _policy_allows(
    directives: Mapping[str, tuple[str, ...]], directive: str, page: str, address: str, passes: Passes
) -> bool:
    name = next((name for name in FALLBACKS[directive] if name in directives), None)
    if name is None:
        return True
    sources = directives[name]
    if directive == "script-src":
        if _has_pass(sources, passes):
            return True
        if "'strict-dynamic'" in [source.lower() for source in sources]:
            return False
    return any(_matches_safely(source, page, address) for source in sources)


def _has_pass(sources: Sequence[str], passes: Passes) -> bool:
    if passes.nonce and f"'nonce-{passes.nonce}'" in sources:
        return True
    hashes = passes.integrity.split()
    return bool(hashes) and all(f"'{value}'" in sources for value in hashes)


def _matches_safely(source: str, page: str, address: str) -> bool:
    """Match a source expression. An expression that cannot be parsed matches nothing, as in browsers."""
    try:
        return _matches(source, urlsplit(page), urlsplit(address))
    except ValueError:
        return False


def _matches(source: str, page: SplitResult, address: SplitResult) -> bool:
    """Return whether a source expression matches an address."""
    if source.lower() == "'self'":
        return _matches(f"{page.scheme}://{page.netloc}", page, address)
    if source.startswith("'"):
        return False
    if source == "*":
        return address.scheme in {*DEFAULT_PORTS, page.scheme}
    if source.endswith(":"):
        return _scheme_matches(source[:-1].lower(), address.scheme)
    expression = urlsplit(source if "://" in source else f"{page.scheme}://{source}")
    return (
        _scheme_matches(expression.scheme, address.scheme)
        and _host_matches(expression.netloc.rpartition("@")[2], address)
        and _path_matches(expression.path, address.path)
    )


def _scheme_matches(wanted: str, actual: str) -> bool:
    return actual == wanted or (wanted, actual) == ("http", "https")


def _host_matches(wanted: str, address: SplitResult) -> bool:
    host, _, port = wanted.lower().partition(":") if not wanted.startswith("[") else wanted.lower().partition("]:")
    actual = address.hostname or ""
    is_host = actual.endswith(host[1:]) if host.startswith("*.") else actual == host.strip("[]")
    actual_port = address.port or DEFAULT_PORTS.get(address.scheme)
    if port == "*":
        return is_host
    return is_host and actual_port == (int(port) if port.isdigit() else DEFAULT_PORTS.get(address.scheme))


def _path_matches(wanted: str, actual: str) -> bool:
    """Match a path. A path that ends in a slash matches every path that starts with it; any other must be equal."""
    if wanted in {"", "/"}:
        return True
    return actual.startswith(wanted) if wanted.endswith("/") else actual == wanted
