"""Request parameters: checked against the types Stripe publishes for the route, and converted from text."""

from typing import Any

from infra.stripe_sandbox.errors import BadParameterError, missing
from infra.stripe_sandbox.http.metadata import check_metadata
from infra.stripe_sandbox.interface import PARAMETERS

Params = dict[str, Any]

RETIRED = {"payment_method_types"}


def check(route: str, given: dict[str, Any], *, is_pinned: bool) -> Params:
    """Return the parameters of `route` with integers and booleans converted.

    Raise BadParameterError for an unknown, missing or malformed parameter. If the request names no API version
    (`is_pinned` is false), the retired `payment_method_types` is accepted, as in an account with an older version.
    """
    older = {name: given[name] for name in RETIRED & given.keys()} if not is_pinned else {}
    if route not in PARAMETERS:
        return given
    node = PARAMETERS[route]
    read = _hash(node, {name: value for name, value in given.items() if name not in older}, "")
    return {**read, **older}


def _read(node: Any, value: Any, path: str) -> Any:
    if isinstance(node, str):
        return _READERS[node](value, path)
    if value == "":
        return _empty(node, path)
    if "any" in node:
        return _any(node["any"], value, path)
    if "enum" in node:
        return _enum(node["enum"], value, path)
    if "array" in node:
        return _array(node["array"], value, path)
    return _hash(node, value, path)


def _empty(node: dict[str, Any], path: str) -> Any:
    if node.get("empty"):
        return ""
    raise BadParameterError(
        f"'{path}' must not be empty, because it cannot be unset.",
        path,
        "parameter_invalid_empty",
    )


def _any(choices: list[Any], value: Any, path: str) -> Any:
    failure: BadParameterError | None = None
    for choice in choices:
        try:
            return _read(choice, value, path)
        except BadParameterError as error:
            failure = failure or error
    raise failure or BadParameterError(f"Invalid {path}", path)


def _enum(values: list[str], value: Any, path: str) -> str:
    if isinstance(value, str) and value in values:
        return value
    raise BadParameterError(f"Invalid {path}: must be one of {', '.join(sorted(values)[:40])}", path)


def _array(node: Any, value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadParameterError(f"Invalid array: {path}", path)
    return [_read(node, item, f"{path}[{index}]") for index, item in enumerate(value)]


def _hash(node: dict[str, Any], value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadParameterError(f"Invalid object: {path}", path)
    fields = node["hash"]
    for name in value:
        if name not in fields:
            full = _join(path, name)
            raise BadParameterError(f"Received unknown parameter: {full}", full, "parameter_unknown")
    for name in node.get("required", ()):
        if name not in value:
            raise missing(_join(path, name))
    return {name: _read(fields[name], item, _join(path, name)) for name, item in value.items()}


def _string(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise BadParameterError(f"Invalid string: {path}", path)
    return value


def _integer(value: Any, path: str) -> int | float:
    try:
        return int(value)
    except (TypeError, ValueError):
        if "percent" in path:
            return float(value)
    raise BadParameterError(f"Invalid integer: {value}", path, "parameter_invalid_integer")


def _boolean(value: Any, path: str) -> bool:
    if value in ("true", "false"):
        return bool(value == "true")
    raise BadParameterError(f"Invalid boolean: {value}", path)


def _map(value: Any, path: str) -> dict[str, str]:
    pairs = dict(enumerate(value)) if isinstance(value, list) else value
    if not isinstance(pairs, dict):
        raise BadParameterError(f"Invalid object: {path}", path)
    texts = {str(key): _string(item, f"{path}[{key}]") for key, item in pairs.items()}
    if path.endswith(("metadata", "metadata]")):
        check_metadata(texts, path)
    return texts


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


_READERS = {"string": _string, "integer": _integer, "boolean": _boolean, "map": _map}
