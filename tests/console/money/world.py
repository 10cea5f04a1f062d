"""Finance at work: a browser that is signed in, in front of a newsroom with contributions."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.contributions.world import Newsroom


@dataclass(frozen=True)
class Desk:
    """A newsroom, the browser of a person, and the id of a contribution."""

    newsroom: Newsroom
    browser: FlaskClient
    contribution_id: str

    @property
    def address(self) -> str:
        """The address of the contribution's page."""
        return f"/console/money/contributions/{self.contribution_id}"

    def text(self, address: str, **parameters: str) -> str:
        """Return a page as the words on it. Fail if it is not shown."""
        answer = self.browser.get(address, query_string=parameters)
        assert answer.status_code == 200, answer.text
        return words_on(answer)

    def json(self, address: str, **parameters: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        answer = self.browser.get(address, query_string={"format": "json", **parameters})
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.get_json()["rows"]
        return rows

    def acts(self) -> list[tuple[str, str]]:
        """Return what the record says, as (act, subject), in order."""
        rows = self.newsroom.rows("SELECT act, subject FROM staff_record ORDER BY number")
        return [(act, subject) for act, subject in rows]


def words_on(answer: TestResponse) -> str:
    """Return the words of a page, without its markup."""
    main = answer.text.partition('<main id="main"')[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def hidden(answer: TestResponse, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, answer.text
    return unescape(found[1])


def paid_contribution(newsroom: Newsroom, **fields: Any) -> str:
    """Let Mary contribute 25 euros once, and return the id of the contribution."""
    newsroom.give(**{"amount": "25", **fields})
    newsroom.settle_after(minutes=1)
    return str(newsroom.rows("SELECT id FROM contributions ORDER BY created_at DESC LIMIT 1")[0][0])
