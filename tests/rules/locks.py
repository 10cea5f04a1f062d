"""Read a lock file and walk the requirements of the packages it names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {
    "Linux x86-64": {"platform_machine": "x86_64", "platform_system": "Linux", "sys_platform": "linux"},
    "Linux ARM": {"platform_machine": "aarch64", "platform_system": "Linux", "sys_platform": "linux"},
    "macOS ARM": {"platform_machine": "arm64", "platform_system": "Darwin", "sys_platform": "darwin"},
}

Environment = Mapping[str, str]
Requires = Callable[[str, str], Iterable[Requirement]]


@dataclass(frozen=True, slots=True)
class Pin:
    """A line of a lock file: a package at one version, and the hashes of its files."""

    requirement: Requirement
    hashes: frozenset[str]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """Return the locked version, or an empty string if the line does not fix one."""
        specifiers = list(self.requirement.specifier)
        is_exact = len(specifiers) == 1 and specifiers[0].operator == "==" and "*" not in specifiers[0].version
        return specifiers[0].version if is_exact else ""


def lines(lock: str) -> Iterator[str]:
    """Yield the lines that pip reads, with continued lines joined and comments left out."""
    for line in lock.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip()


def pins(lock: str) -> list[Pin]:
    """Return the packages of a lock file. Options of pip, such as the address of an index, are left out."""
    parts = [line.split(" --hash=") for line in lines(lock) if not line.startswith("-")]
    return [Pin(Requirement(first), frozenset(digest.strip() for digest in digests)) for first, *digests in parts]


def environments() -> dict[str, Environment]:
    """Return the marker environments of the supported platforms and Python versions, and of the running Python."""
    here = {name: str(value) for name, value in default_environment().items()}
    found: dict[str, Environment] = {"here": here}
    for platform, names in PLATFORMS.items():
        for python in PYTHONS:
            versions = {"python_version": python, "python_full_version": f"{python}.0"}
            found[f"Python {python} on {platform}"] = {**here, **names, **versions}
    return found


@cache
def installed_requirements(name: str, version: str) -> Iterable[Requirement]:
    """Return what a package asks for, or nothing if another version or no version of it is installed here."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return []
    return [Requirement(line) for line in found.requires or []] if found.version == version else []


def applies(requirement: Requirement, environment: Environment, extra: str = "") -> bool:
    """Tell whether a requirement counts in an environment, for a package that was requested with this extra."""
    return requirement.marker is None or requirement.marker.evaluate({**environment, "extra": extra})


def unmet(
    locked: Iterable[Pin], roots: Iterable[Requirement], environment: Environment, requires: Requires
) -> list[str]:
    """Walk the requirements from the roots and return a sentence for each that the lock does not meet."""
    active = [pin for pin in locked if applies(pin.requirement, environment)]
    by_name = {pin.name: pin for pin in active}
    faults = [f"{name} is locked twice" for name in by_name if sum(pin.name == name for pin in active) > 1]
    waiting = [("pyproject.toml", requirement) for requirement in roots if applies(requirement, environment)]
    seen = set()
    while waiting:
        asker, requirement = waiting.pop()
        pin = by_name.get(canonicalize_name(requirement.name))
        if fault := _fault(pin, requirement):
            faults.append(f"{asker} needs {requirement}: {fault}")
        if pin is None:
            continue
        for extra in {"", *requirement.extras}:
            if (pin.name, extra) not in seen:
                seen.add((pin.name, extra))
                needed = requires(pin.name, pin.version)
                waiting += [(pin.name, need) for need in needed if applies(need, environment, extra)]
    return faults


def _fault(pin: Pin | None, requirement: Requirement) -> str:
    if pin is None:
        return "the lock does not name it"
    if not requirement.specifier.contains(pin.version, prereleases=True):
        return f"the lock has {pin.version}"
    missing = requirement.extras - pin.requirement.extras
    return f"the lock has it without [{', '.join(sorted(missing))}]" if missing else ""
