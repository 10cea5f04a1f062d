"""What each version of a document changed against the version before."""

from collections.abc import Sequence
from itertools import pairwise

from service.campaigns.drafts.drafting import shape_of
from service.campaigns.store import DocumentKind, DocumentVersion
from service.campaigns.words.in_words import DifferenceInWords, differences_in_words


def differences_of_versions(
    kind: DocumentKind, versions: Sequence[DocumentVersion]
) -> dict[int, tuple[DifferenceInWords, ...]]:
    """Return, by version, what each version changed against the one before. `versions`: newest first, without gaps."""
    shape = shape_of(kind)
    return {
        newer.version: differences_in_words(shape, older.content, newer.content) for newer, older in pairwise(versions)
    }
