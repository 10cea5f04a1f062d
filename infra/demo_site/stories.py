"""The stories of the newspaper: text files that start with a few lines of YAML, read once."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import yaml

FOLDER = Path(__file__).with_name("articles")
WORDS_PER_MINUTE = 220


class BlockKind(StrEnum):
    PARAGRAPH = "paragraph"
    CROSSHEAD = "crosshead"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Block:
    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """A story. `slug` is the last part of its address, `picture` the name of a file in static/ or None."""

    slug: str
    title: str
    standfirst: str
    section: str
    tags: tuple[str, ...]
    author: str
    published: datetime
    picture: str | None
    caption: str | None
    is_sensitive: bool
    is_paid_content: bool
    blocks: tuple[Block, ...]

    @property
    def minutes(self) -> int:
        words = sum(len(block.text.split()) for block in self.blocks)
        return max(1, round(words / WORDS_PER_MINUTE))


def load_stories(folder: Path = FOLDER) -> tuple[Story, ...]:
    """Return all stories, newest first."""
    stories = [_read(path) for path in sorted(folder.glob("*.txt"))]
    return tuple(sorted(stories, key=lambda story: story.published, reverse=True))


def _read(path: Path) -> Story:
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    facts = yaml.safe_load(head)
    return Story(
        slug=path.stem,
        title=_curly(facts["title"]),
        standfirst=_curly(facts["standfirst"]),
        section=facts["section"],
        tags=tuple(facts["tags"]),
        author=_curly(facts["author"]),
        published=facts["published"],
        picture=facts.get("picture"),
        caption=facts.get("caption"),
        is_sensitive=facts.get("is_sensitive", False),
        is_paid_content=facts.get("is_paid_content", False),
        blocks=tuple(_block(text) for text in body.strip().split("\n\n")),
    )


def _block(text: str) -> Block:
    flat = _curly(" ".join(text.split()))
    if flat.startswith("## "):
        return Block(BlockKind.CROSSHEAD, flat[3:])
    if flat.startswith("> "):
        return Block(BlockKind.QUOTE, flat[2:])
    return Block(BlockKind.PARAGRAPH, flat)


def _curly(text: str) -> str:
    """Replace straight quotation marks and apostrophes by typographic ones."""
    return re.sub(r'"([^"]*)"', "\u201c\\1\u201d", text).replace("'", "\u2019")
