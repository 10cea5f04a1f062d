"""The buttons within a form: add and remove an item of a list, an entry of a mapping, a variant."""

import re
import unicodedata
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from service.campaigns.documents import is_key
from service.campaigns.words.differences import MISSING
from service.campaigns.words.shape import Shape, ShapeKind
from service.console.screens.campaigns.editor.form_values import part_at, with_part
from service.console.screens.campaigns.editor.typed import path_of

MAX_KEY_LENGTH = 63
# What a new item of a list starts with, so that it is right before anything is typed into it.
FIRST_ITEMS: Mapping[str, Mapping[str, Any]] = {
    "reader.article_count": {"min": 5, "weeks": 4},
    "frequency.caps": {"impressions": 4, "days": 30},
}
_KEY = re.compile(r"^[\w-]{1,63}\Z")


def with_act(shape: Shape, document: Any, act: str, new_keys: Mapping[str, str]) -> Any:
    """Return a document after a button was pressed. `new_keys`: what was typed beside the buttons, by field.

    `act` is `add:reader.article_count`, `remove:variants.0.copy.ga` or `variant:0`, which adds a copy of a variant.
    A button that no form shows changes nothing.
    """
    word, _, name = act.partition(":")
    path = path_of(name)
    if word == "variant":
        return with_variant_copied(document, int(name)) if name.isdecimal() else document
    field = shape.at(path)
    if field is None:
        return document
    if word == "remove":
        return with_part(shape, document, path, MISSING)
    if word != "add":
        return document
    before = part_at(shape, document, path)
    if field.kind is ShapeKind.MAPPING:
        return _with_key(shape, document, name, new_keys.get(name, "").strip())
    items = before if isinstance(before, list) else []
    first = dict(FIRST_ITEMS.get(name, {}))
    return with_part(shape, document, path, [*items, first]) if field.kind is ShapeKind.LIST else document


def _with_key(shape: Shape, document: Any, name: str, key: str) -> Any:
    path = path_of(name)
    field = shape.at(path)
    if field is None or not _KEY.match(key) or part_at(shape, document, (*path, key)) is not MISSING:
        return document
    inner = field.inner
    empty: Any = {ShapeKind.GROUP: {}, ShapeKind.MAPPING: {}, ShapeKind.MEMBERS: []}.get(
        inner.kind if inner else ShapeKind.LINE, ""
    )
    return with_part(shape, document, (*path, key), empty)


def with_variant_copied(document: Any, position: int) -> Any:
    """Return a campaign with a copy of a variant at its end, under a key of its own, that is not the control."""
    variants = document.get("variants", []) if isinstance(document, dict) else []
    variants = variants if isinstance(variants, list) else [variants]
    if not position < len(variants) or not isinstance(variants[position], dict):
        return document
    keys = {variant.get("key") for variant in variants if isinstance(variant, dict)}
    number = next(number for number in range(2, len(keys) + 3) if f"variant-{number}" not in keys)
    copied = {**deepcopy(variants[position]), "key": f"variant-{number}"}
    copied.pop("is_control", None)
    return {**document, "variants": [*variants, copied]}


def key_from_name(name: str) -> str:
    """Return a key made of a name: `Open für alle` becomes `open-fur-alle`. Empty if nothing usable is left."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    key = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:MAX_KEY_LENGTH].strip("-")
    return key if is_key(key) else ""
