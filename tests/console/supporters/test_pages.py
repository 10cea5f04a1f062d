"""Finance finds a supporter, sees and downloads all that is held, and erases it; the books stay."""

import json

from service.staff.people import Role
from tests.console.money.world import Desk, paid_contribution, words_on
from tests.contributions.world import MARY
from tests.staff.signed_in import signed_in

MARYS = "/console/supporters"


def held(desk: Desk) -> str:
    return f"{MARYS}/{desk.contribution_id}"


def test_a_supporter_is_found_by_address_and_by_name(desk: Desk) -> None:
    paid_contribution(desk.newsroom, amount="7")

    for typed in (MARY, "byrne"):
        page = desk.text(MARYS, q=typed)
        assert "Mary Byrne" in page
        assert "2 contributions" in page
    assert "No person was found." in desk.text(MARYS, q="nobody@reader.example")


def test_all_that_is_held_is_shown_with_the_reason(desk: Desk) -> None:
    page = desk.text(held(desk))

    assert "What is held about Mary Byrne, and why?" in page
    assert f"and why? {MARY}" in page
    assert "contributor email (personal) mary.byrne@reader.example" in page
    assert "They are the books." in page
    assert "After erasing: Every text that names the person is emptied at once." in page.replace("  ", " ")


def test_everything_is_handed_over(desk: Desk) -> None:
    document = json.loads(desk.browser.get(f"{held(desk)}/data.json").data)

    assert document["address"] == MARY
    [contribution] = document["sections"]["Contributions"]["rows"]
    assert (contribution["contributor_name"], contribution["paid_minor"]) == ("Mary Byrne", 2500)
    assert [payment["amount_minor"] for payment in document["sections"]["Payments"]["rows"]] == [2500]
    assert MARY in json.dumps(document["event_texts"])
    assert desk.acts()[-1] == ("download_supporter_data", desk.contribution_id)


def test_erasing_empties_the_person_and_keeps_the_books(desk: Desk) -> None:
    books = desk.json("/console/money")

    answer = desk.browser.post(f"{held(desk)}/erase", data={"address": f" {MARY.upper()} "})

    assert answer.status_code == 303
    after = desk.text(held(desk))
    assert "Erased: 1 contribution," in after
    assert "This supporter was erased." in after
    assert MARY not in after
    assert MARY not in desk.browser.get(f"{held(desk)}/data.json").text
    assert desk.json("/console/money") == books
    assert ("erase_supporter", desk.contribution_id) in desk.acts()
    assert "This address was erased on" in desk.text(MARYS, q=MARY)
    assert MARY not in str(desk.newsroom.rows("SELECT * FROM staff_record"))


def test_erasing_needs_the_address(desk: Desk) -> None:
    answer = desk.browser.post(f"{held(desk)}/erase", data={"address": "someone@else.example"})

    assert answer.status_code == 422
    assert "Write the address of the supporter as it is shown above." in words_on(answer)
    assert desk.newsroom.rows("SELECT contributor_email FROM contributions") == [(MARY,)]


def test_a_supporter_whose_contribution_runs_is_not_erased(desk: Desk) -> None:
    monthly = paid_contribution(desk.newsroom, interval="month", amount="10")

    page = desk.text(held(desk))
    answer = desk.browser.post(f"{held(desk)}/erase", data={"address": MARY})

    assert f"A contribution still runs. It must end first: cancel {monthly[:11]}…" in page
    assert answer.status_code == 409
    assert "is still running" in words_on(answer)


def test_a_signed_in_reader_is_erased(desk: Desk) -> None:
    answer = desk.browser.post(f"{MARYS}/readers", data={"site": "courier", "reader_id": "reader-1"})
    unknown = desk.browser.post(f"{MARYS}/readers", data={"site": "herald", "reader_id": "reader-1"})

    assert answer.status_code == 303
    assert ("erase_reader", "a reader of courier") in desk.acts()
    assert unknown.status_code == 422


def test_only_finance_sees_personal_data(desk: Desk) -> None:
    app = desk.newsroom.client.application
    other = signed_in(app, Role.FINANCE, name="Otto", sites=frozenset({"herald"}))

    for role in (Role.VIEWER, Role.EDITOR, Role.PUBLISHER):
        assert signed_in(app, role, name=f"A {role}").get(held(desk)).status_code == 403
    assert other.get(held(desk)).status_code == 404
