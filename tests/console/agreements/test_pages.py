"""A second admin agrees on the screen, and then a person becomes an admin."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.console.agreed_acts import PERFORMERS
from service.database.transaction import committed
from service.services import Services
from service.staff.agreeing import ask_for_agreement
from service.staff.agreements import AgreedAct, Wanted
from service.staff.agreements_store import waiting_requests
from service.staff.people import Person, Role
from service.staff.record_store import all_rows
from service.staff.store import find_person_by_email
from tests.conftest import SettableClock
from tests.staff.signed_in import add_person, client_of

WISH = {"name": "Eve", "email": "eve@courier.example", "roles": ["admin"], "reach": "all"}


@pytest.fixture
def ana(app_services: Services) -> Person:
    return add_person(app_services, Role.ADMIN)


@pytest.fixture
def bea(app_services: Services) -> Person:
    return add_person(app_services, Role.ADMIN, name="Bea")


def eve(services: Services) -> Person | None:
    with committed(services.engine) as connection:
        return find_person_by_email(connection, WISH["email"])  # type: ignore[arg-type]


def path_of(page: str, act: str) -> str:
    found = re.search(rf'action="(/console/agreements/agr_\w+/{act})"', page)
    assert found is not None
    return found[1]


def ask(client: FlaskClient) -> None:
    answer = client.post("/console/people/invite", data=WISH)
    assert answer.location == "/console/agreements"


def test_a_new_admin_needs_another_admin(app: Flask, app_services: Services, ana: Person, bea: Person) -> None:
    first, second = client_of(app, ana), client_of(app, bea)
    ask(first)
    own = first.get("/console/agreements").text
    assert eve(app_services) is None
    assert "Another admin must agree before Eve becomes an admin." in own
    assert "somebody else must agree" in own
    page = second.get("/console/agreements").text
    assert "Ana wants to make a person an admin: Eve" in page
    refused = first.post(path_of(page, "agree"), headers={"Accept": "text/html"})
    assert refused.status_code == 403
    assert "You asked for this yourself, so somebody else must agree." in refused.text
    with committed(app_services.engine) as connection:
        assert list(all_rows(connection))[-1].deed.details == {"method": "POST", "why": "not_your_decision"}

    done = second.post(path_of(page, "agree"))

    added = eve(app_services)
    assert added is not None
    assert added.roles == {Role.ADMIN}
    assert "Eve is an admin now, and still needs a one-time link" in second.get(done.location).text
    assert "<b>agreed</b> by Bea" in first.get("/console/agreements").text


def test_a_person_who_is_known_becomes_an_admin_the_same_way(
    app: Flask, app_services: Services, ana: Person, bea: Person
) -> None:
    carl = add_person(app_services, Role.EDITOR, name="Carl")
    fields = {"name": "Carl", "roles": ["admin", "finance"], "reach": "all"}

    client_of(app, ana).post(f"/console/people/{carl.id}", data=fields)
    with committed(app_services.engine) as connection:
        before = find_person_by_email(connection, carl.email)
    second = client_of(app, bea)
    second.post(path_of(second.get("/console/agreements").text, "agree"))

    assert before == carl
    with committed(app_services.engine) as connection:
        after = find_person_by_email(connection, carl.email)
    assert after is not None
    assert after.roles == {Role.ADMIN, Role.FINANCE}


def test_an_admin_alone_makes_an_admin_at_once(app: Flask, app_services: Services, ana: Person) -> None:
    answer = client_of(app, ana).post("/console/people/invite", data=WISH)

    assert "/console/sign-in/" in answer.text
    assert eve(app_services) is not None


def test_a_refusal_is_shown_with_its_reason(app: Flask, app_services: Services, ana: Person, bea: Person) -> None:
    first, second = client_of(app, ana), client_of(app, bea)
    ask(first)

    second.post(path_of(second.get("/console/agreements").text, "refuse"), data={"note": "Who is <Eve>?"})

    assert "<b>refused</b> by Bea" in first.get("/console/agreements").text
    assert "“Who is &lt;Eve&gt;?”" in first.get("/console/agreements").text
    assert eve(app_services) is None


def test_an_own_request_is_withdrawn(app: Flask, app_services: Services, ana: Person, bea: Person) -> None:
    first = client_of(app, ana)
    ask(first)

    first.post(path_of(first.get("/console/agreements").text, "refuse"))

    assert "<b>withdrawn</b>" in first.get("/console/agreements").text
    with committed(app_services.engine) as connection:
        assert waiting_requests(connection, app_services.clock()) == ()


def test_requests_are_shown_only_to_those_who_may_decide(app: Flask, app_services: Services) -> None:
    fay, gus = add_person(app_services, Role.FINANCE, name="Fay"), add_person(app_services, Role.FINANCE, name="Gus")
    wanted = Wanted(AgreedAct.REFUND, "€500 to Mary Kelly", {"charge": "ch_1"})
    request = ask_for_agreement(app_services, fay, wanted)
    assert request is not None
    editor = client_of(app, add_person(app_services, Role.PUBLISHER, name="Pat"))

    assert "Mary Kelly" in client_of(app, gus).get("/console/agreements").text
    assert "Mary Kelly" not in editor.get("/console/agreements").text
    for act in ("agree", "refuse"):
        assert editor.post(f"/console/agreements/{request.id}/{act}").status_code == 403


def test_agreeing_needs_a_fresh_proof(
    app: Flask, app_services: Services, ana: Person, bea: Person, clock: SettableClock
) -> None:
    ask(client_of(app, ana))
    second = client_of(app, bea)
    path = path_of(second.get("/console/agreements").text, "agree")
    clock.advance(minutes=30)

    assert "again=1" in second.post(path).location
    assert eve(app_services) is None


@pytest.mark.parametrize("act", ["agree", "refuse"])
def test_an_unknown_request_is_not_found(app: Flask, ana: Person, act: str) -> None:
    assert client_of(app, ana).post(f"/console/agreements/agr_unknown/{act}").status_code == 404


def test_every_act_that_can_wait_can_also_be_done() -> None:
    assert set(PERFORMERS) == set(AgreedAct)


def test_a_version_that_needs_agreement_is_said_in_words_and_linked(app: Flask, app_services: Services) -> None:
    asker, other = (add_person(app_services, Role.PUBLISHER, name=name) for name in ("Una", "Tom"))
    details = {"key": "autumn", "version": 2, "from_version": None, "at": None, "reasons": ["It switches a gate on."]}
    ask_for_agreement(app_services, asker, Wanted(AgreedAct.SWITCH_GATE_ON, "“Autumn”, version 2", details, "courier"))

    page = client_of(app, other).get("/console/agreements").text

    assert "Una wants to switch a gate on: “Autumn”, version 2" in page
    assert "as soon as you agree" in page
    assert "no version yet" in page
    assert 'href="/console/courier/campaigns/autumn/versions/2"' in page
    assert "from version" not in page


def test_a_page_shows_some_requests_and_files_have_all(
    app: Flask, app_services: Services, ana: Person, bea: Person
) -> None:
    for number in range(25):
        wanted = Wanted(AgreedAct.ADD_ADMIN, f"Eve {number}", {**WISH, "email": f"eve{number}@courier.example"})
        assert ask_for_agreement(app_services, ana, wanted) is not None
    client = client_of(app, bea)

    page = client.get("/console/agreements").get_data(as_text=True)
    rows = client.get("/console/agreements?format=json").get_json()["rows"]

    assert page.count("wants to make a person an admin") == 20
    assert "5 more wait." in page
    assert len(rows) == 25
    assert {(row["requester"], row["state"]) for row in rows} == {("Ana", "open")}
    assert "email: eve" in rows[0]["details"]
