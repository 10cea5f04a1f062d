"""Checks objects and requests against the types in Stripe's Python library, which are read at run time.

It shares nothing with the parser of the sandbox. It finds wrong types, unknown fields, unknown enum values and missing
fields that must not be null. Stripe's library does not say which nullable fields must be present; the field lists in
infra/stripe_sandbox/interface do.
"""

import ast
import builtins
import importlib
import inspect
import sys
import types
import typing
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_origin

import typing_extensions
from stripe._list_object import ListObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._request_options import RequestOptions
from stripe._stripe_object import StripeObject, UntypedStripeObject

from infra.stripe_sandbox.interface import SHAPES

Problems = list[str]
REQUEST_OPTIONS = set(RequestOptions.__annotations__)


class FormText(str):
    """A value in a form, in which every value is text."""

    __slots__ = ()

    def reads_as(self, hint: type) -> bool:
        """Return whether the text can be read as this type."""
        if hint is bool:
            return self in ("true", "false")
        if hint in (int, float, Decimal):
            return self.removeprefix("-").replace(".", "", 0 if hint is int else 1).isdigit()
        return hint in (str, object)


def check_object(body: Any, path: str = "") -> Problems:
    """Return the problems of a Stripe object or list."""
    name = body.get("object")
    path = path or str(name)
    if body.get("deleted"):
        return [] if set(body) == {"id", "object", "deleted"} else [f"{path}: a deleted object has no other field"]
    if name == "list":
        return [
            problem for index, item in enumerate(body["data"]) for problem in check_object(item, f"{path}[{index}]")
        ]
    if name not in OBJECT_CLASSES:
        return [f"{path}: no such object"]
    module, class_name = OBJECT_CLASSES[name]
    found = getattr(importlib.import_module(module), class_name)
    required = [key for key, field in SHAPES.get(name, {}).items() if _presence(field) != "o" and key not in body]
    return [f"{path}: {key} must be present" for key in required] + _check_class(body, found, path)


def _presence(field: Any) -> str:
    return str(field if isinstance(field, str) else field["is"])


def check_request(params_class: type, params: dict[str, Any]) -> Problems:
    """Return the problems of request parameters, which are texts or values."""
    return _check_typed_dict(params, params_class, params_class.__name__)


@cache
def _names(module_name: str) -> dict[str, Any]:
    """Return the names of a module, including those it imports only for type checkers."""
    module = sys.modules[module_name]
    known: dict[str, Any] = {**vars(builtins), **vars(typing_extensions), **vars(typing), **vars(module)}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("stripe"):
            for alias in node.names:
                source = importlib.import_module(node.module)
                if hasattr(source, alias.name):
                    known[alias.asname or alias.name] = getattr(source, alias.name)
    return known


def _resolve(hint: Any, module_name: str) -> Any:
    if isinstance(hint, typing.ForwardRef):
        hint = hint.__forward_arg__
    return eval(hint, _names(module_name)) if isinstance(hint, str) else hint


@cache
def _fields(found: type) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for base in reversed(found.__mro__):
        if base in (StripeObject, UntypedStripeObject) or not issubclass(base, StripeObject):
            continue
        fields |= {name: (hint, base.__module__) for name, hint in vars(base).get("__annotations__", {}).items()}
    for python_name, wire_name in getattr(found, "_field_remappings", {}).items():
        fields[wire_name] = fields.pop(python_name)
    hidden = ("OBJECT_NAME", "_inner_class_types", "_inner_class_decimal_fields", "deleted")
    return {name: hint for name, hint in fields.items() if name not in hidden and not name.startswith("_")}


def _check_class(body: Any, found: type, path: str) -> Problems:
    if not isinstance(body, dict):
        return [f"{path}: {type(body).__name__} instead of {found.__name__}"]
    fields = _fields(found)
    problems = [f"{path}: unknown field {name}" for name in body if name not in fields]
    for name, (hint, module_name) in fields.items():
        if name in body:
            problems += _check(body[name], hint, module_name, f"{path}.{name}")
        elif not _may_be_absent(_resolve(hint, module_name)):
            problems.append(f"{path}: {name} is missing")
    return problems


def _may_be_absent(hint: Any) -> bool:
    return type(None) in get_args(hint) or hint is typing.Any


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (typing.Union, types.UnionType)


def _check(value: Any, hint: Any, module_name: str, path: str) -> Problems:  # noqa: C901 - one case per kind
    hint = _resolve(hint, module_name)
    if hint is typing.Any:
        return []
    if get_origin(hint) in (typing_extensions.NotRequired, typing_extensions.Required):
        return _check(value, get_args(hint)[0], module_name, path)
    if _is_union(hint):
        return _check_union(value, hint, module_name, path)
    if get_origin(hint) is typing.Literal:
        return [] if value in get_args(hint) else [f"{path}: {value!r} is not one of {get_args(hint)}"]
    if get_origin(hint) in (list, typing.List):  # noqa: UP006 - what the library writes
        if not isinstance(value, list):
            return [f"{path}: {type(value).__name__} instead of a list"]
        return _check_items(value, get_args(hint)[0], module_name, path)
    if get_origin(hint) in (dict, UntypedStripeObject, typing.Mapping) or hint is UntypedStripeObject:
        return [] if isinstance(value, dict) else [f"{path}: {type(value).__name__} instead of a map"]
    if get_origin(hint) is ListObject:
        return _check_list(value, get_args(hint)[0], module_name, path)
    if typing_extensions.is_typeddict(hint):
        return _check_typed_dict(value, hint, path)
    if isinstance(hint, type) and issubclass(hint, StripeObject):
        return _check_nested(value, hint, path)
    return _check_scalar(value, hint, path)


def _check_nested(value: Any, hint: type, path: str) -> Problems:
    if isinstance(value, dict) and hasattr(hint, "OBJECT_NAME") and value.get("object") in OBJECT_CLASSES:
        return check_object(value, path)
    return _check_class(value, hint, path)


def _check_scalar(value: Any, hint: Any, path: str) -> Problems:
    if hint is type(None):
        return [] if value is None else [f"{path}: not null"]
    if isinstance(value, FormText):
        return [] if value.reads_as(hint) else [f"{path}: {str(value)!r} is not {hint.__name__}"]
    wanted = {float: (int, float), Decimal: (str,), int: (int,), str: (str,), bool: (bool,), object: (object,)}[hint]
    is_right = isinstance(value, wanted) and (hint in (bool, object) or not isinstance(value, bool))
    return [] if is_right else [f"{path}: {value!r} instead of {hint.__name__}"]


def _check_union(value: Any, hint: Any, module_name: str, path: str) -> Problems:
    choices = [_resolve(choice, module_name) for choice in get_args(hint)]
    closed = [choice for choice in choices if get_origin(choice) is typing.Literal and get_args(choice) != ("",)]
    if closed and isinstance(value, str):
        choices = [choice for choice in choices if choice is not str]
    found = [_check(value, choice, module_name, path) for choice in choices]
    return min(found, key=len) if all(found) else []


def _check_list(value: Any, item: Any, module_name: str, path: str) -> Problems:
    if not isinstance(value, dict) or set(value) != {"object", "data", "has_more", "url"}:
        return [f"{path}: not a list object"]
    return _check_items(value["data"], item, module_name, f"{path}.data")


def _check_items(values: list[Any], hint: Any, module_name: str, path: str) -> Problems:
    return [
        problem
        for index, value in enumerate(values)
        for problem in _check(value, hint, module_name, f"{path}[{index}]")
    ]


def _check_typed_dict(value: Any, hint: Any, path: str) -> Problems:
    if not isinstance(value, dict):
        return [f"{path}: {type(value).__name__} instead of parameters"]
    fields: dict[str, Any] = {}
    for base in reversed([hint, *hint.__orig_bases__]):
        fields |= {name: (type_, base.__module__) for name, type_ in vars(base).get("__annotations__", {}).items()}
    fields = {name: field for name, field in fields.items() if name not in REQUEST_OPTIONS}
    problems = [f"{path}: unknown parameter {name}" for name in value if name not in fields]
    for name, (type_, module_name) in fields.items():
        if name in value:
            problems += _check(value[name], type_, module_name, f"{path}.{name}")
        elif get_origin(_resolve(type_, module_name)) is not typing_extensions.NotRequired:
            problems.append(f"{path}: {name} is missing")
    return problems
