"""A second person agrees to what the first one wants, never the first one, and only as long as the request is open."""

from collections.abc import Mapping
from dataclasses import replace

import psycopg
import pytest

from service import settings as settings_module
from service.database.transaction import committed
from service.errors import DomainError, NotFoundError
from service.money import Money
from service.services import Services
from service.staff.agreeing import Performer, agree, ask_for_agreement, refuse, waiting_for
from service.staff.agreements import (
    AgreedAct,
    AgreementRequest,
    Need,
    NotYourDecisionError,
    RequestOverError,
    RequestState,
    Wanted,
    is_above,
    needs_of,
    needs_second_person,
)
from service.staff.agreements_store import find_request
from service.staff.people import Person, Role
from service.staff.record_store import all_rows
from service.staff.store import update_person
from tests.conftest import SettableClock, plain_address
from tests.staff.signed_in import add_person

GATE = Wanted(AgreedAct.SWITCH_GATE_ON, "metered-five", {"version": 3}, "courier")


class Doing:
    """A function that does an agreed act. It keeps what it did, and fails once for each name in `failures`."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.fails = False

    def __call__(self, _: Services, request: AgreementRequest, requester: Person) -> str:
        if self.fails:
            raise DomainError("Stripe is away")
        self.done.append((request.wanted.subject, requester.name))
        return f"{request.wanted.subject} is on."


@pytest.fixture
def doing() -> Doing:
    return Doing()


@pytest.fixture
def performers(doing: Doing) -> Mapping[AgreedAct, Performer]:
    return dict.fromkeys(AgreedAct, doing)


@pytest.fixture
def ana(services: Services) -> Person:
    return add_person(services, Role.PUBLISHER)


@pytest.fixture
def bea(services: Services) -> Person:
    return add_person(services, Role.PUBLISHER, name="Bea", sites=frozenset({"courier"}))


def ask(services: Services, person: Person, wanted: Wanted = GATE) -> AgreementRequest:
    request = ask_for_agreement(services, person, wanted)
    assert request is not None
    return request


def test_another_person_agrees_and_the_act_is_done_in_the_name_of_the_first(
    services: Services, ana: Person, bea: Person, doing: Doing, performers: Mapping[AgreedAct, Performer]
) -> None:
    request = ask(services, ana)
    with committed(services.engine) as connection:
        assert waiting_for(connection, bea, services.clock()) == (request,)
        assert waiting_for(connection, ana, services.clock()) == ()
    assert doing.done == []

    _, sentence = agree(services, request.id, bea, performers)

    assert sentence == "metered-five is on."
    assert doing.done == [("metered-five", "Ana")]
    with committed(services.engine) as connection:
        assert waiting_for(connection, bea, services.clock()) == ()
        recorded = [(row.deed.person_name, row.deed.act) for row in all_rows(connection)]
    assert recorded == [("Ana", "ask_for_agreement"), ("Bea", "agree")]


def test_a_person_alone_needs_no_agreement(services: Services, ana: Person) -> None:
    add_person(services, Role.EDITOR, name="an editor")
    add_person(services, Role.PUBLISHER, name="of another site", sites=frozenset({"herald"}))
    gone = add_person(services, Role.PUBLISHER, name="gone")
    with committed(services.engine) as connection:
        update_person(connection, replace(gone, disabled_at=services.clock()))

    assert ask_for_agreement(services, ana, GATE) is None


@pytest.mark.parametrize(
    ("need", "has_other", "is_needed"),
    [
        (Need.IF_POSSIBLE, False, False),
        (Need.IF_POSSIBLE, True, True),
        (Need.ALWAYS, False, True),
        (Need.NEVER, True, False),
    ],
)
def test_the_setting_says_whether_a_second_person_is_needed(need: Need, has_other: bool, is_needed: bool) -> None:
    ana = Person("per_1", "Ana", "ana@courier.example", frozenset({Role.ADMIN}))
    others = [Person("per_2", "Bea", "bea@courier.example", frozenset({Role.ADMIN}))] if has_other else []

    assert needs_second_person(need, GATE, ana, [ana, *others]) is is_needed


def test_the_setting_names_every_act_and_nothing_else(services: Services, ana: Person, bea: Person) -> None:
    assert tuple(AgreedAct) == settings_module.AGREED_ACTS
    needs = needs_of(("refund=always", "switch_gate_on=never"))
    assert (needs[AgreedAct.REFUND], needs[AgreedAct.ADD_ADMIN]) == (Need.ALWAYS, Need.IF_POSSIBLE)

    chosen = replace(services.settings, second_person=("switch_gate_on=never",))

    assert ask_for_agreement(replace(services, settings=chosen), ana, GATE) is None


def test_nobody_agrees_to_an_own_request_or_without_the_role_or_the_site(
    services: Services, ana: Person, bea: Person, doing: Doing, performers: Mapping[AgreedAct, Performer]
) -> None:
    request = ask(services, ana)
    strangers = [
        add_person(services, Role.EDITOR, Role.FINANCE, name="an editor"),
        add_person(services, Role.PUBLISHER, name="of another site", sites=frozenset({"herald"})),
    ]
    with pytest.raises(NotYourDecisionError, match="somebody else must agree"):
        agree(services, request.id, ana, performers)
    for person in strangers:
        with pytest.raises(NotYourDecisionError, match="needs the agreement of a person with the role publisher"):
            agree(services, request.id, person, performers)
        with pytest.raises(NotYourDecisionError):
            refuse(services, request.id, person, "")
    assert doing.done == []


def test_the_database_too_refuses_an_agreement_of_the_same_person(
    services: Services, ana: Person, bea: Person, database_address: str
) -> None:
    request = ask(services, ana)
    statement = "UPDATE staff_agreements SET state = 'agreed', decided_by = requested_by WHERE request_id = %s"

    with (
        psycopg.connect(plain_address(database_address)) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="second_person"),
    ):
        connection.execute(statement, [request.id])


def test_a_request_is_decided_once(
    services: Services, ana: Person, bea: Person, doing: Doing, performers: Mapping[AgreedAct, Performer]
) -> None:
    agreed, refused, withdrawn = (
        ask(services, ana, replace(GATE, subject=name)) for name in ("agreed", "refused", "withdrawn")
    )
    agree(services, agreed.id, bea, performers)
    assert refuse(services, refused.id, bea, " not today ").note == "not today"
    assert refuse(services, withdrawn.id, ana, "").state is RequestState.WITHDRAWN

    for request in (agreed, refused, withdrawn):
        with pytest.raises(RequestOverError, match=f"is {request.wanted.subject}"):
            agree(services, request.id, bea, performers)
        with pytest.raises(RequestOverError, match=f"is {request.wanted.subject}"):
            refuse(services, request.id, bea, "")
    with pytest.raises(NotFoundError):
        agree(services, "agr_unknown", bea, performers)
    assert doing.done == [("agreed", "Ana")]


def test_a_request_expires_after_seven_days(
    services: Services,
    ana: Person,
    bea: Person,
    doing: Doing,
    performers: Mapping[AgreedAct, Performer],
    clock: SettableClock,
) -> None:
    first, second = ask(services, ana), ask(services, ana, replace(GATE, subject="another"))
    clock.advance(days=7, seconds=-1)
    agree(services, first.id, bea, performers)

    clock.advance(seconds=1)

    with pytest.raises(RequestOverError, match="is expired"):
        agree(services, second.id, bea, performers)
    assert len(doing.done) == 1


def test_a_request_of_a_person_who_has_left_does_nothing(
    services: Services, ana: Person, bea: Person, doing: Doing, performers: Mapping[AgreedAct, Performer]
) -> None:
    request = ask(services, ana)
    with committed(services.engine) as connection:
        update_person(connection, replace(ana, disabled_at=services.clock()))

    with pytest.raises(RequestOverError, match="has left"):
        agree(services, request.id, bea, performers)
    assert doing.done == []


def test_an_act_that_failed_can_be_tried_again_after_two_minutes(
    services: Services,
    ana: Person,
    bea: Person,
    doing: Doing,
    performers: Mapping[AgreedAct, Performer],
    clock: SettableClock,
) -> None:
    """In between the act may still be going on, so a second press must not do it twice."""
    request = ask(services, ana)
    doing.fails = True
    with pytest.raises(DomainError, match="Stripe is away"):
        agree(services, request.id, bea, performers)
    doing.fails = False
    clock.advance(minutes=2, seconds=-1)
    with pytest.raises(RequestOverError):
        agree(services, request.id, bea, performers)

    clock.advance(seconds=1)
    agree(services, request.id, bea, performers)

    assert doing.done == [("metered-five", "Ana")]
    with committed(services.engine) as connection:
        found = find_request(connection, request.id)
    assert found is not None
    assert found.performed_at == clock()


def test_the_same_wish_waits_once(services: Services, ana: Person, bea: Person) -> None:
    first = ask(services, ana)

    assert ask(services, ana).id == first.id
    assert ask(services, ana, replace(GATE, details={"version": 4})).id != first.id


@pytest.mark.parametrize(
    ("amount", "is_large"),
    [
        (Money(100_00, "EUR"), False),
        (Money(100_01, "EUR"), True),
        (Money(250_00, "GBP"), False),
        (Money(250_01, "GBP"), True),
        (Money(100, "JPY"), False),
        (Money(101, "JPY"), True),
    ],
)
def test_an_amount_is_compared_with_the_limit_of_its_currency(amount: Money, is_large: bool) -> None:
    assert is_above({"": 100, "GBP": 250}, amount) is is_large
