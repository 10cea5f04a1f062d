"""The fields of a form as values: what a template needs to draw a part of a document, with its errors."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.campaigns.words.differences import MISSING
from service.campaigns.words.labels import has_label, label_of, plain_path, value_label
from service.campaigns.words.phrases import language_name
from service.campaigns.words.shape import Path, Shape, ShapeKind
from service.console.screens.campaigns.editor.form_values import part_at, switch_text
from service.console.screens.campaigns.editor.typed import SWITCH, Inputs, input_name, shown

_NO_CHOICE = ("", "No rule")
_FLAG_WORDS = {"true": "Yes", "false": "No"}
_NAMED_FIELDS = 4  # of a closed section
_SET_BY_PUBLISHING = frozenset({"status"})


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form.

    - `kind`: how it is drawn: a kind of shape, or `ticks`, `lines`.
    - `inputs`: the texts of its inputs by what follows `name`. `options`: the values to choose from, with their words.
    - `most`: the most characters, which are counted while a person types.
    - `parts`: the fields of a group, of an item of a list, or of a value of a mapping.
    - `is_open`: something within is set, or wrong. `is_one_line`: its numbers stand on one line.
    """

    name: str
    kind: str
    label: str
    help: str = ""
    inputs: Inputs = field(default_factory=dict)
    options: tuple[tuple[str, str], ...] = ()
    error: str = ""
    most: int | None = None
    parts: tuple["FormField", ...] = ()
    is_open: bool = False
    is_required: bool = False
    is_switch: bool = False
    is_one_line: bool = False

    @property
    def text(self) -> str:
        """The text of the first input."""
        return self.input("")

    def input(self, suffix: str) -> str:
        """Return the text of an input by what follows the field's name."""
        return next(iter(self.inputs.get(suffix, [])), "")

    def leaves(self) -> Iterator[str]:
        """Yield the names of all fields with inputs, for the form to send along."""
        if self.is_switch:
            yield f"{self.name}.{SWITCH}"
        if not self.parts and self.kind not in {"group", "list", "mapping", "item"}:
            yield self.name
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True)
class ShownSection:
    """Fields under a heading. A folded section is closed until a person opens it."""

    heading: str
    fields: tuple[FormField, ...]
    is_folded: bool

    @property
    def is_open(self) -> bool:
        """Whether something in the section is set or wrong, so that it must be seen."""
        told = (field for field in self.fields if field.name not in _SET_BY_PUBLISHING)
        return not self.is_folded or any(field.is_open or field.error for field in told)

    @property
    def contents(self) -> str:
        """What stands in a closed section: the names of its first fields."""
        names = [field.label for field in self.fields]
        return ", ".join(names[:_NAMED_FIELDS]) + (" …" if len(names) > _NAMED_FIELDS else "")


@dataclass(frozen=True, slots=True)
class Source:
    """What a form is made from: a document, its shape, and what is wrong with it, as sentences by path."""

    shape: Shape
    document: Any
    errors: Mapping[Path, str]

    def field(self, path: Path) -> FormField:
        """Return the field at a path of the document. Raise KeyError if documents have no such field."""
        shape = self.shape.at(path)
        if shape is None:
            raise KeyError(path)
        return self._drawn(shape, path, part_at(self.shape, self.document, path))

    def fields(self, paths: Iterable[Path]) -> tuple[FormField, ...]:
        """Return the fields at several paths."""
        return tuple(self.field(path) for path in paths)

    def error_at(self, path: Path) -> str:
        """Return what is wrong at exactly this path, or an empty text."""
        return self.errors.get(path, "")

    def _drawn(self, shape: Shape, path: Path, value: Any) -> FormField:
        if shape.kind is ShapeKind.GROUP:
            return self._group(shape, path, value)
        if shape.kind is ShapeKind.LIST:
            return self._list(shape, path, value)
        if shape.kind is ShapeKind.MAPPING:
            return self._mapping(shape, path, value)
        return self._leaf(shape, path, value)

    def _leaf(self, shape: Shape, path: Path, value: Any) -> FormField:
        return replace(
            self._named(path),
            kind=_kind(shape),
            inputs=shown(shape, value),
            options=tuple(_options(shape, self._plain(path))),
            error=self._error_within(path),
            most=_most(shape),
            is_open=value is not MISSING and value != shape.default,
            is_required=shape.is_required,
            is_one_line=shape.inner is not None and shape.inner.kind in {ShapeKind.WHOLE, ShapeKind.AMOUNT},
        )

    def _group(self, shape: Shape, path: Path, value: Any) -> FormField:
        own = value if isinstance(value, dict) else {}
        parts = tuple(self._drawn(part, (*path, name), own.get(name, MISSING)) for name, part in _parts(shape, own))
        is_set = value is not MISSING and value != {}
        return replace(
            self._named(path),
            kind="group",
            parts=parts,
            inputs={f".{SWITCH}": [switch_text(value)]},
            is_open=is_set or bool(self._error_within(path)),
            error=self.error_at(path),
            is_switch=shape.is_switch,
        )

    def _list(self, shape: Shape, path: Path, value: Any) -> FormField:
        items = value if isinstance(value, list) else []
        inner = shape.inner or shape
        parts = tuple(
            replace(
                self._drawn(inner, (*path, at), item), kind="item", label=f"{label_of(self._plain(path)).text} {at + 1}"
            )
            for at, item in enumerate(items)
        )
        return replace(self._named(path), kind="list", parts=parts, error=self.error_at(path), is_open=bool(items))

    def _mapping(self, shape: Shape, path: Path, value: Any) -> FormField:
        items = value if isinstance(value, dict) else {}
        inner = shape.inner or shape
        parts = tuple(
            replace(self._drawn(inner, (*path, key), item), label=key_label(shape, str(key)))
            for key, item in items.items()
        )
        options = tuple((word, value_label(word)) for word in shape.keys.words) if shape.keys else ()
        return replace(
            self._named(path),
            kind="mapping",
            parts=parts,
            options=options,
            error=self.error_at(path),
            is_open=bool(items),
        )

    def _named(self, path: Path) -> FormField:
        label = label_of(self._plain(path))
        return FormField(input_name(path), "", label.text, label.help)

    def _plain(self, path: Path) -> str:
        return plain_path(self.shape, path)

    def _error_within(self, path: Path) -> str:
        """Return the first thing that is wrong at a path or below it."""
        return next((words for place, words in self.errors.items() if place[: len(path)] == path), "")


def key_label(shape: Shape, key: str) -> str:
    """Return what an entry of a mapping is called: an interval, a language or the key itself."""
    if shape.keys is not None and key in shape.keys.words:
        return value_label(key)
    is_language = shape.inner is not None and "heading" in shape.inner.parts
    return language_name(key) if is_language else key


def _parts(shape: Shape, own: Mapping[str, Any]) -> Iterator[tuple[str, Shape]]:
    """Yield the fields of a group that a form shows. Of two ways to write amounts it shows the one that is used."""
    for name, part in shape.parts.items():
        is_minor = name.endswith("_minor") and name.removesuffix("_minor") in shape.parts
        if is_minor and name not in own:
            continue
        if f"{name}_minor" in own:
            continue
        yield name, part


def _kind(shape: Shape) -> str:
    if shape.kind is ShapeKind.MEMBERS:
        return "ticks" if shape.words else "lines"
    return shape.kind.value


def _most(shape: Shape) -> int | None:
    counted = {ShapeKind.LINE, ShapeKind.TEXT}
    return int(shape.most) if shape.kind in counted and shape.most else None


def _options(shape: Shape, name: str) -> Iterator[tuple[str, str]]:
    is_choice = shape.kind in {ShapeKind.FLAG, ShapeKind.WORD}
    if is_choice and shape.default is None and not shape.is_required:
        yield _NO_CHOICE
    if shape.kind is ShapeKind.FLAG:
        yield from _FLAG_WORDS.items()
    yield from ((word, value_label(word, name)) for word in shape.words)


def errors_by_path(shape: Shape, document: Any, problems: Iterable[tuple[Path, str]]) -> dict[Path, str]:
    """Return what is wrong by path, as sentences that begin with the name of the field: `Headline is missing.`

    If there are several variants or languages, the sentence names them: `Headline (Irish) is missing.`
    """
    found: dict[Path, str] = {}
    for path, words in problems:
        label = _label(shape, path) + _variant_and_language(shape, document, path) if path else "The document"
        said = "is missing" if part_at(shape, document, path) == "" else words
        found.setdefault(path, f"{label} {said}." if not said.endswith((".", "?")) else f"{label} {said}")
    return found


def _label(shape: Shape, path: Path) -> str:
    """Return the label of a field, or, for a member of a set, that of the set: `Countries`."""
    lengths = range(len(path), 0, -1)
    names = [plain_path(shape, path[:length]) for length in lengths]
    return label_of(next(filter(has_label, names), names[0])).text


def _variant_and_language(shape: Shape, document: Any, path: Path) -> str:
    """Return the variant and the language that a path is about, in brackets, if there are several of them."""
    if path[0] != "variants" or len(path) < 3:
        return ""
    variants = part_at(shape, document, path[:1])
    names = []
    if isinstance(variants, list) and len(variants) > 1:
        key = part_at(shape, document, (*path[:2], "key"))
        names.append(key if isinstance(key, str) and key else f"variant {int(path[1]) + 1}")
    copies = part_at(shape, document, path[:3]) if path[2] == "copy" and len(path) > 3 else None
    if isinstance(copies, dict) and len(copies) > 1:
        names.append(language_name(str(path[3]).lower()))
    return f" ({', '.join(names)})" if names else ""
