"""Read what a file imports, and say which sentence of the house an import breaks."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import PurePosixPath

from tests.rules.rooms import (
    BASICS,
    COMPOSITION,
    FILE_KINDS,
    NOT_VALUES,
    RESERVED,
    ROOMS,
    ROOT,
    SCHEMA_READERS,
    FileKind,
)

ROOMS_BY_NAME = {room.name: room for room in ROOMS}
OWN = ("service", "schemas")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: the module, the member (if the import names one), and the line."""

    module: str
    member: str | None
    line: int

    @property
    def target(self) -> str:
        """The module that is really imported: `from service.ledger import store` imports `service.ledger.store`."""
        full = f"{self.module}.{self.member}" if self.member else self.module
        return full if is_module(full) else self.module


@cache
def is_module(dotted: str) -> bool:
    """Whether a dotted name is a module or package of this repository."""
    path = ROOT / dotted.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def sources() -> list[str]:
    """Every Python file of `service/` and `schemas/`, as a path below the repository."""
    found = [path for folder in OWN for path in (ROOT / folder).rglob("*.py")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def source_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a file, which several rules walk."""
    return ast.parse(source)


def imports_in(source: str) -> Iterator[Import]:
    """Every import in a file, inside functions and for type checking too."""
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, None, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (Import(node.module, alias.name, node.lineno) for alias in node.names)


def room_of(module: str) -> str:
    """The room of a module of ours: the folder or module below `service`, or `schemas`."""
    first, _, rest = module.partition(".")
    return rest.partition(".")[0] if first == "service" else first


def module_of(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def violations(path: str, source: str) -> list[str]:
    """Every import and reserved name in a file that breaks a rule, each as `path:line: sentence`."""
    found = [(used.line, broken) for used in imports_in(source) if (broken := _broken_by(path, used))]
    found += list(_reserved_names(path, source))
    return [f"{path}:{line}: {sentence}" for line, sentence in sorted(set(found))]


def _broken_by(path: str, used: Import) -> str | None:
    top = used.module.partition(".")[0]
    if top in OWN:
        return _broken_direction(path, used.target)
    if top in sys.stdlib_module_names or _allows_library(path, used):
        return None
    return f"a file with this name may not import {used.module}" + (f".{used.member}" if used.member else "")


def _allows_library(path: str, used: Import) -> bool:
    names = {used.module.partition(".")[0], used.module, f"{used.module}.{used.member}"}
    return any(names & set(kind.libraries) for kind in FILE_KINDS if _is_of_kind(path, kind))


def _is_of_kind(path: str, kind: FileKind) -> bool:
    return any(matches(path, pattern) for pattern in kind.paths)


def matches(path: str, pattern: str) -> bool:
    """Whether a path matches a pattern in which `*` stands for one part and `**` for any number of folders."""
    parts, wanted = PurePosixPath(path).parts, PurePosixPath(pattern).parts
    return _parts_match(parts, wanted)


def _parts_match(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    if not wanted:
        return not parts
    if wanted[0] == "**":
        return _parts_match(parts, wanted[1:]) or (bool(parts) and _parts_match(parts[1:], wanted))
    return bool(parts) and fnmatchcase(parts[0], wanted[0]) and _parts_match(parts[1:], wanted[1:])


def _broken_direction(path: str, target: str) -> str | None:
    here, there = room_of(module_of(path)), room_of(target)
    if there == "schemas":
        allowed = here == "schemas" or here in COMPOSITION or any(matches(path, name) for name in SCHEMA_READERS)
        return None if allowed else f"{target}: only the edges import schemas"
    if here == "schemas":
        return None if _is_value(target) else f"a schema imports values only, not {target}"
    if here in (there, "") or here in COMPOSITION or there in (*BASICS, ""):
        return None if here not in BASICS or there in (*BASICS, "") else f"a basic module may not import {target}"
    if here in BASICS:
        return f"a basic module may not import {target}"
    return _broken_room(here, there, target)


def _broken_room(here: str, there: str, target: str) -> str | None:
    room = ROOMS_BY_NAME.get(here)
    if room is None:
        return f"the room {here} is not in the table of rooms"
    return None if there in room.imports else f"the room {here} may not import the room {there} ({target})"


def _is_value(target: str) -> bool:
    name = target.rpartition(".")[2]
    return name not in NOT_VALUES and not name.endswith("_store")


def _reserved_names(path: str, source: str) -> Iterator[tuple[int, str]]:
    tree = parsed(source)
    bound = _bindings(tree)
    for node in ast.walk(tree):
        dotted = _dotted(node, bound)
        for rule in RESERVED:
            if dotted in rule.names and not any(matches(path, pattern) for pattern in rule.paths):
                yield getattr(node, "lineno", 0), f"only {', '.join(rule.paths)} {rule.about} ({dotted})"


def _bindings(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for: `from os import environ as e` binds `e` to `os.environ`."""
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                bound[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module:
            bound |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return bound


def _dotted(node: ast.AST, bound: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return bound.get(node.id)
    if isinstance(node, ast.Attribute):
        base = _dotted(node.value, bound)
        return f"{base}.{node.attr}" if base else None
    return None


def room_graph() -> dict[str, set[str]]:
    """The rooms that each room really imports, basics and composition left out."""
    graph: dict[str, set[str]] = {room.name: set() for room in ROOMS}
    for path in sources():
        here = room_of(module_of(path))
        for used in imports_in(source_of(path)):
            there = room_of(used.target) if used.module.partition(".")[0] == "service" else ""
            if here in graph and there in graph and here != there:
                graph[here].add(there)
    return graph


def file_graph() -> dict[str, set[str]]:
    """The modules of ours that each module imports; a package is imported only for what it defines itself."""
    graph: dict[str, set[str]] = {}
    for path in sources():
        here = module_of(path)
        used = {found.target for found in imports_in(source_of(path)) if found.module.partition(".")[0] in OWN}
        graph[here] = used - {here}
    return graph
