"""Form bodies with brackets, such as `a[b][0]=c`, decoded to nested values as Stripe does."""

from collections.abc import Iterable
from typing import Any

from infra.stripe_sandbox.errors import BadParameterError

DEPTH_LIMIT = 12


def decode(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nest the pairs: `a[]` appends to a list, `a[0]` sets an index. All values remain text."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        steps = split_name(name)
        _place(root, steps, value, name)
    return {key: _lists(value) for key, value in root.items()}


def split_name(name: str) -> list[str]:
    """Split a name at its brackets: `a[b][]` gives ["a", "b", ""]."""
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [name]
    if not head or not rest.endswith("]"):
        raise BadParameterError(f"Invalid parameter name: {name}", name)
    steps = [head, *rest[:-1].split("][")]
    if len(steps) > DEPTH_LIMIT:
        raise BadParameterError(f"Parameter nested too deeply: {name}", name)
    return steps


def _place(node: dict[str, Any], steps: list[str], value: str, name: str) -> None:
    for step in steps[:-1]:
        node = node.setdefault(step or f"#{len(node)}", {})
        if not isinstance(node, dict):
            raise BadParameterError(f"Invalid parameter: {name}", name)
    node[steps[-1] or f"#{len(node)}"] = value


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(key.lstrip("#").isdigit() for key in node):
        ordered = sorted(node, key=lambda key: int(key.lstrip("#")))
        return [_lists(node[key]) for key in ordered]
    return {key: _lists(value) for key, value in node.items()}
