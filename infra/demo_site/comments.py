"""Readers' comments on stories, kept in memory until the newspaper stops."""

from collections import deque
from dataclasses import dataclass

MAX_COMMENTS_PER_STORY = 50
MAX_NAME_CHARACTERS = 60
MAX_TEXT_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class Comment:
    name: str
    text: str


FIRST_COMMENTS = (
    Comment("M. Kinsella", "Read this twice on the train. More of the how, please; we get enough of the who."),
    Comment("Gráinne", "My mother was there, and says the flask was hers."),
    Comment("A reader in Inishdall", "Good to see somebody going through the papers. The page number helps."),
)


class CommentBook:
    """The comments on each story. If a story has the most comments allowed, a new comment replaces the oldest."""

    def __init__(self) -> None:
        self._by_slug: dict[str, deque[Comment]] = {}

    def of(self, slug: str) -> tuple[Comment, ...]:
        """Return the comments on a story, oldest first."""
        return tuple(self._by_slug.get(slug, FIRST_COMMENTS))

    def add(self, slug: str, name: str, text: str) -> None:
        """Add a comment. A blank comment is ignored, and a long one is cut."""
        text = text.strip()[:MAX_TEXT_CHARACTERS]
        if not text:
            return
        book = self._by_slug.setdefault(slug, deque(FIRST_COMMENTS, maxlen=MAX_COMMENTS_PER_STORY))
        book.append(Comment(name.strip()[:MAX_NAME_CHARACTERS] or "A reader", text))
