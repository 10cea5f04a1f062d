"""Everything that is stored about a contributor, section by section, with the reason why it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class HeldSection:
    """Rows of one kind. `why` says what they are for, `after_erasing` what is left of them when the person is erased.

    `personal` names the columns that erasing empties.
    """

    name: str
    why: str
    after_erasing: str
    rows: Sequence[Mapping[str, Any]]
    personal: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HeldData:
    """What is stored about a contributor. `address` is None if it is unknown or was erased."""

    address: str | None
    names: tuple[str, ...]
    contribution_ids: tuple[str, ...]
    running_ids: tuple[str, ...]
    sections: tuple[HeldSection, ...]
    is_forgotten: bool

    def section(self, name: str) -> HeldSection:
        """Return the section with this name."""
        return next(section for section in self.sections if section.name == name)
