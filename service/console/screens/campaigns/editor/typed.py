"""What a form shows of a field, and the value that a person typed. Text that is no such value is kept as it is."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from service.campaigns.words.differences import MISSING
from service.campaigns.words.shape import Path, Shape, ShapeKind, long_form

Inputs: TypeAlias = dict[str, list[str]]  # the values of a field's inputs, by what follows the field's name
Posted: TypeAlias = Mapping[str, Sequence[str]]

SWITCH = "is"
_WHOLE = re.compile(r"^-?\d{1,15}\Z")
_DECIMAL = re.compile(r"^-?\d{0,15}[.,]?\d{1,9}\Z")
_WALL = re.compile(r"^(\S+)(?:[T ](\d{1,2}:\d{2})(?::00)?)?\Z")


def input_name(path: Path) -> str:
    """Return the name of a field's input: `variants.0.copy.en.heading`."""
    return ".".join(map(str, path))


def path_of(name: str) -> Path:
    """Return the path of an input's name. Positions are numbers."""
    return tuple(int(part) if part.isdecimal() and len(part) < 6 else part for part in name.split("."))


def shown(shape: Shape, value: Any) -> Inputs:
    """Return what the inputs of a field show. A field that is left out shows its default."""
    value = shape.default if value is MISSING or value is None else value
    match shape.kind:
        case ShapeKind.WALL:
            return _shown_wall(value)
        case ShapeKind.SHARE:
            parts = value if isinstance(value, dict) else {"share": value}
            return {f".{name}": _texts(parts.get(name)) for name in ("share", "offset", "seed")}
        case ShapeKind.SIDES:
            sides = long_form(shape, value) if value is not None else {}
            inner = shape.inner or shape
            return {f".{side}": shown(inner, sides.get(side))[""] for side in ("any", "none")}
        case ShapeKind.MEMBERS:
            items = value if isinstance(value, list) else [] if value is None else [value]
            return {"": list(map(_text, items)) if shape.words else _texts(_joint(shape).join(map(_text, items)))}
        case _:
            return {"": _texts(value)}


def typed(shape: Shape, inputs: Inputs) -> Any:
    """Return the value that was typed into the inputs of a field, or MISSING if they are empty."""
    text = (inputs.get("") or [""])[0].replace("\r\n", "\n")
    read = _READERS.get(shape.kind)
    if read is not None:
        return read(shape, inputs)
    return text if text.strip() else MISSING


def posted_inputs(shape: Shape, name: str, posted: Posted) -> Inputs:
    """Return the inputs of a field from a form that was sent."""
    return {suffix: list(posted.get(name + suffix, ())) for suffix in shown(shape, None)}


def _shown_wall(value: Any) -> Inputs:
    match = _WALL.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        return {".day": _texts(value), ".time": []}
    return {".day": [match[1]], ".time": _texts(match[2])}


def _texts(value: Any) -> list[str]:
    text = _text(value)
    return [text] if text else []


def _text(value: Any) -> str:
    if value is None or value is MISSING:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)


def _joint(shape: Shape) -> str:
    """Return what separates the members of a set in one input: paragraphs an empty line, amounts a space."""
    kind = shape.inner.kind if shape.inner else ShapeKind.LINE
    return {ShapeKind.TEXT: "\n\n", ShapeKind.AMOUNT: " ", ShapeKind.WHOLE: " "}.get(kind, "\n")


def _read_number(_: Shape, inputs: Inputs) -> Any:
    return _number((inputs.get("") or [""])[0].strip())


def _number(text: str) -> Any:
    if not text:
        return MISSING
    if _WHOLE.match(text):
        return int(text)
    return float(text.replace(",", ".")) if _DECIMAL.match(text) else text


def _read_amount(_: Shape, inputs: Inputs) -> Any:
    return _amount((inputs.get("") or [""])[0].strip())


def _amount(text: str) -> Any:
    """Return an amount: whole ones as numbers, others as text, so that their digits stay as they were typed."""
    return MISSING if not text else int(text) if _WHOLE.match(text) else text.replace(",", ".")


def _read_flag(_: Shape, inputs: Inputs) -> Any:
    text = (inputs.get("") or [""])[0]
    return {"true": True, "false": False, "": MISSING}.get(text, text)


def _read_wall(_: Shape, inputs: Inputs) -> Any:
    day, time = ((inputs.get(part) or [""])[0].strip() for part in (".day", ".time"))
    return f"{day} {time}".strip() or MISSING


def _read_share(_: Shape, inputs: Inputs) -> Any:
    share, offset = (_number((inputs.get(part) or [""])[0].strip()) for part in (".share", ".offset"))
    seed = (inputs.get(".seed") or [""])[0].strip()
    if offset is MISSING and not seed:
        return share
    parts = {"share": share, "offset": offset, "seed": seed or MISSING}
    return {name: value for name, value in parts.items() if value is not MISSING}


def _read_sides(shape: Shape, inputs: Inputs) -> Any:
    inner = shape.inner or shape
    sides = {side: typed(inner, {"": inputs.get(f".{side}", [])}) for side in ("any", "none")}
    return {side: members for side, members in sides.items() if members is not MISSING} or MISSING


def _read_members(shape: Shape, inputs: Inputs) -> Any:
    if shape.words:
        return [word for word in inputs.get("", []) if word] or MISSING
    text = (inputs.get("") or [""])[0].replace("\r\n", "\n")
    joint = _joint(shape)
    pieces = re.split(r"\n\s*\n", text) if joint == "\n\n" else re.split(r"[\s;]+" if joint == " " else r"\n", text)
    plain = [piece.strip() for piece in pieces if piece.strip()]
    kind = shape.inner.kind if shape.inner else ShapeKind.LINE
    read: Callable[[str], Any] = {ShapeKind.WHOLE: _number, ShapeKind.AMOUNT: _amount}.get(kind, str)
    return [read(piece) for piece in plain] or MISSING


_READERS: Mapping[ShapeKind, Callable[[Shape, Inputs], Any]] = {
    ShapeKind.WHOLE: _read_number,
    ShapeKind.NUMBER: _read_number,
    ShapeKind.AMOUNT: _read_amount,
    ShapeKind.FLAG: _read_flag,
    ShapeKind.WALL: _read_wall,
    ShapeKind.SHARE: _read_share,
    ShapeKind.SIDES: _read_sides,
    ShapeKind.MEMBERS: _read_members,
}
