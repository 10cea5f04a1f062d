"""A difference between two documents as a sentence: `asks from 3 articles instead of 5`, `adds Irish`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from service.campaigns.words.differences import MISSING, Difference, differences
from service.campaigns.words.labels import label_of, plain_path, value_label
from service.campaigns.words.phrases import all_of, any_of, country_name, language_name, number_of, percent
from service.campaigns.words.shape import Path, Shape, ShapeKind
from service.campaigns.words.word_difference import Piece, word_difference

_TEXTS = frozenset({ShapeKind.TEXT, ShapeKind.LINE})
_SIDE_ACTS = {"any": ("adds", "removes"), "none": ("excludes", "no longer excludes")}
_PLAIN_GROUPS = frozenset({"", "schedule", "variants", "variants.copy", "variants.copy.small", "variants.ask"})
_LONGEST_PLAIN = 24  # shorter texts are said whole; longer ones are compared word by word


@dataclass(frozen=True, slots=True)
class DifferenceInWords:
    """A difference as a sentence. `pieces`: the words of a longer text that were kept, removed and added."""

    path: Path
    text: str
    pieces: tuple[Piece, ...] = ()


def differences_in_words(shape: Shape, before: Any, after: Any) -> tuple[DifferenceInWords, ...]:
    """Return everything that differs between two documents, as sentences."""
    return tuple(in_words(shape, difference) for difference in differences(shape, before, after))


def in_words(shape: Shape, difference: Difference) -> DifferenceInWords:
    """Return a difference between two documents of a shape as a sentence."""
    path, old, new = difference.path, difference.before, difference.after
    name = plain_path(shape, path)
    written = _added_or_removed(name, difference) or _articles(name, old, new)
    if written:
        return DifferenceInWords(path, written + _place(path, name, is_named=name == "variants.copy"))
    label = _full_label(name) + _place(path, name)
    texts = _as_text(difference.shape, old), _as_text(difference.shape, new)
    if texts[0] is not None and texts[1] is not None and max(map(len, texts)) > _LONGEST_PLAIN:  # type: ignore[arg-type]
        return DifferenceInWords(path, label, word_difference(*texts))  # type: ignore[arg-type]
    return DifferenceInWords(path, _sentence(label, name, difference))


def _sentence(label: str, name: str, difference: Difference) -> str:
    old, new, shape = difference.before, difference.after, difference.shape
    if shape.kind is ShapeKind.FLAG and shape.default is not None:
        return f"turns {'on' if new is True else 'off'}: {label}"
    if shape.kind is ShapeKind.SIDES:
        return f"{label}: " + "; ".join(_sides(name, old, new))
    if shape.kind is ShapeKind.MEMBERS and isinstance(old, list) and isinstance(new, list) and _is_set(shape):
        return f"{label}: " + _members(name, old, new)
    if old is MISSING:
        return f"{label}: {value_in_words(name, shape, new)}"
    if new is MISSING:
        return f"{label}: no longer {value_in_words(name, shape, old)}"
    return f"{label}: {value_in_words(name, shape, new)} instead of {value_in_words(name, shape, old)}"


def _full_label(name: str) -> str:
    """Return the label of a field, after that of the group that it is part of, if the group helps to understand it."""
    group = name.rpartition(".")[0]
    own = label_of(name).text
    if ("." not in group and group not in {"schedule", "consent", "holdout", "supporters"}) or group in _PLAIN_GROUPS:
        return own
    return f"{label_of(group).text}, {own[:1].lower()}{own[1:]}"


def value_in_words(name: str, shape: Shape, value: Any) -> str:
    """Return a value of a document as people say it."""
    if value is MISSING or value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value_in_words(name, shape.inner or shape, item) for item in value) or "nothing"
    if isinstance(value, dict):
        parts = ((part, shape.parts.get(part) or shape.inner or shape, item) for part, item in value.items())
        return ", ".join(
            f"{label_of(f'{name}.{part}').text} {value_in_words(name, of, item)}" for part, of, item in parts
        )
    is_share = shape.kind is ShapeKind.SHARE or (shape.kind is ShapeKind.NUMBER and shape.most == 1)
    if is_share and isinstance(value, int | float):
        return percent(value)
    return _word(name, shape, str(value))


def _word(name: str, shape: Shape, text: str) -> str:
    if shape.words:
        return value_label(text, name)
    if "countries" in name:
        return country_name(text.upper() if len(text) == 2 else text)
    return language_name(text.lower()) if name.endswith("languages") or name == "default_language" else text


def _added_or_removed(name: str, difference: Difference) -> str:
    """Return a sentence for a variant, a language or a group that came or went as a whole, or an empty text."""
    old, new, last = difference.before, difference.after, str(difference.path[-1]) if difference.path else ""
    if (old is MISSING) == (new is MISSING) or difference.shape.kind is not ShapeKind.GROUP:
        return ""
    act = "adds" if old is MISSING else "removes"
    if name == "variants.copy":
        return f"{act} {language_name(last)}"
    if name == "variants":
        return f"{act} the variant {last}"
    return f"{act} {label_of(name).text} {'' if last in name else last}".rstrip()


def _articles(name: str, old: Any, new: Any) -> str:
    if name == "reader.article_count.min" and isinstance(old, int) and isinstance(new, int):
        return f"asks from {number_of(new, 'article')} instead of {old}"
    if name == "reader.article_count" and old in (MISSING, []) and isinstance(new, list):
        return "Articles read: " + all_of(filter(None, map(_count_in_words, new)))
    return ""


def _count_in_words(rule: Any) -> str:
    """Return a rule about articles as it is written: `at least 3 articles in 4 weeks`."""
    if not isinstance(rule, dict):
        return str(rule)
    sizes = [f"{word} {rule[end]} articles" for end, word in (("min", "at least"), ("max", "at most")) if end in rule]
    times = [f"in {number_of(rule[unit], unit[:-1])}" for unit in ("weeks", "days") if isinstance(rule.get(unit), int)]
    topics = rule.get("topics")
    about = [f"about {any_of(map(str, topics if isinstance(topics, list) else [topics]))}"] if topics else []
    return " ".join([" and ".join(sizes), *about, *times])


def _place(path: Path, name: str, *, is_named: bool = False) -> str:
    """Return the variant and the language that a path is in: ` in Irish (variant blue)`."""
    place = ""
    if name.startswith("variants.copy") and len(path) > 3 and not is_named:
        place += f" in {language_name(str(path[3]))}"
    if ".intervals." in name and "intervals" in path:
        interval, *currency = path[path.index("intervals") + 1 :]
        place += f" ({value_label(str(interval)).lower()}{''.join(f', {code}' for code in currency[:1])})"
    if name.startswith("variants.") and len(path) > 2 and path[1] != "control":
        place += f" (variant {path[1]})"
    return place


def _as_text(shape: Shape, value: Any) -> str | None:
    """Return a text, or paragraphs as one text. Return None for anything else."""
    if value is MISSING:
        return "" if _is_prose(shape) else None
    if shape.kind is ShapeKind.MEMBERS and _is_prose(shape) and isinstance(value, list):
        return "\n\n".join(map(str, value))
    return value if shape.kind in _TEXTS and isinstance(value, str) else None


def _is_prose(shape: Shape) -> bool:
    return shape.kind is ShapeKind.TEXT or (shape.inner is not None and shape.inner.kind is ShapeKind.TEXT)


def _is_set(shape: Shape) -> bool:
    return shape.inner is not None and shape.inner.kind in {ShapeKind.LINE, ShapeKind.WORD}


def _members(name: str, old: Iterable[Any], new: Iterable[Any], acts: tuple[str, str] = ("adds", "removes")) -> str:
    before, after = list(map(str, old)), list(map(str, new))
    line = Shape(ShapeKind.LINE) if _is_free(name) else Shape(ShapeKind.WORD, words=(*before, *after))
    told = [f"{acts[0]} {_word(name, line, item)}" for item in after if item not in before]
    told += [f"{acts[1]} {_word(name, line, item)}" for item in before if item not in after]
    return ", ".join(told) or "another order"


def _is_free(name: str) -> bool:
    return any(word in name for word in ("countries", "languages", "sections", "tags", "pages", "paths", "topics"))


def _sides(name: str, old: Any, new: Any) -> Iterable[str]:
    before, after = (value if isinstance(value, dict) else {} for value in (old, new))
    for side, acts in _SIDE_ACTS.items():
        if before.get(side) != after.get(side):
            yield _members(name, before.get(side) or [], after.get(side) or [], acts)
