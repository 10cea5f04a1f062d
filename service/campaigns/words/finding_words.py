"""A finding of lint as the console says it: with the labels of fields in the place of their names in files."""

import re
from functools import cache

from service.campaigns.words.labels import VALUES, has_label, label_of, labelled_names, value_label

# A field as lint names it: `privacy_url`, `schedule, ends` or `reader, supporter: everyone`.
_FIELD = re.compile(
    r"\b(?=[a-z]+[_,])(?P<path>[a-z]+(?:_[a-z]+)*(?:, [a-z]+(?:_[a-z]+)*)*)(?:: (?P<value>[a-z]+(?:_[a-z]+)*))?"
)


def finding_in_words(words: str) -> str:
    """Return the words of a finding with `“Address of the privacy notice” is missing` for `privacy_url is missing`."""
    return _FIELD.sub(_labelled, words)


def _labelled(found: re.Match[str]) -> str:
    path = found["path"].replace(", ", ".")
    name = path if "." in path and has_label(path) else _name_that_ends_with(path) if "_" in path else ""
    if not name:
        return f"“{VALUES[found[0]]}”" if "_" in found[0] and found[0] in VALUES else found[0]
    value = f" to “{value_label(found['value'], name)}”" if found["value"] else ""
    return f"“{label_of(name).text}”{value}"


@cache
def _name_that_ends_with(last: str) -> str:
    """Return the shortest path that ends with a field's own name, or an empty text."""
    return min((name for name in labelled_names() if f".{name}".endswith(f".{last}")), key=len, default="")
