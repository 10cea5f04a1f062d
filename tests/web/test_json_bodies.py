"""A body that strict JSON refuses is answered with the reason, by field."""

import pytest
from werkzeug.exceptions import BadRequest

from service.web.requests import read_json


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (b"", "body", "is not JSON"),
        (b'{"name": "a",}', "body", "is not JSON"),
        (b"\xff\xfe", "body", "is not UTF-8 text"),
        (b"[" * 5000, "body", "nested"),
        (b'{"name": NaN}', "name", "finite"),
        (b'{"name": "a", "list": [1, -Infinity]}', "list", "finite"),
        (b'{"times": 1e999}', "times", "finite"),
        (b'{"name": "a", "name": "b"}', "name", "twice"),
        (b'{"name": "\\ud800"}', "name", "invalid surrogate pair"),
        (b'{"na\\udfffme": 1}', "na\udfffme", "invalid surrogate pair"),
        (b'["\\ud800"]', "body", "cannot be read"),
    ],
)
def test_a_refused_body_is_answered_with_the_reason_by_field(body: bytes, field: str, words: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_json(body)

    reasons = refused.value.data["messages"]["json"]  # type: ignore[attr-defined]
    assert list(reasons) == [field]
    assert words in reasons[field][0]
