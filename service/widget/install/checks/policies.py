"""Check the page's Content-Security-Policies: they must allow the loader, its modules and the decision request."""

from collections.abc import Iterator

from service.addresses import origin_of
from service.widget.install.checks.script import loader_address
from service.widget.install.expected import Expected
from service.widget.install.finding import Code, Finding, fine, problem
from service.widget.install.page.content_security_policy import Passes, allows
from service.widget.install.page.source import PageSource, WidgetTag


def check_policies(source: PageSource, expected: Expected, blocked: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Yield the findings about policies. `blocked`: directives that stopped the widget in a browser."""
    tag = source.tags[0] if source.tags else WidgetTag({"src": expected.loader})
    loader = loader_address(source, tag)
    base = loader.partition("v1/widget")[0]
    passes = Passes(tag.get("nonce"), tag.get("integrity"))
    wanted = {
        "script-src": (loader, f"{base}v1/widget/0/modules/prompts.js"),
        "connect-src": (f"{base}v1/decide",),
    }
    predicted = [
        directive
        for directive, addresses in wanted.items()
        if not all(allows(source.policies, directive, source.url, address, passes) for address in addresses)
    ]
    directives = predicted or list(blocked)
    if directives:
        host = origin_of(base or expected.service_url) or "the service"
        yield problem(
            Code.BLOCKED_BY_CSP,
            f"the page's Content-Security-Policy blocks the widget ({', '.join(directives)})",
            "Add " + "; ".join(f"{name} {host}" for name in directives) + ", or a nonce on the script.",
        )
    elif source.policies:
        yield fine("the page's Content-Security-Policy allows the widget")
