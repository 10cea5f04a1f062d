"""Finance closes a month: the checklist says what is missing, and two persons close it; then the files are there."""

import hashlib
import io
import zipfile
from typing import Any

import pytest

from service.console.agreed_acts import PERFORMERS
from service.reconciliation.refresh import drain
from service.staff.agreeing import agree
from service.staff.people import Role
from service.staff.store import find_person
from tests.console.money.world import Desk, words_on
from tests.staff.signed_in import add_person, signed_in

CLOSE = "/console/close"

MONTH = "2026-11-30"


@pytest.fixture
def december(desk: Desk) -> Desk:
    """The desk in December, signed in again, with November not pulled to its end."""
    desk.newsroom.clock.advance(days=14)
    app = desk.newsroom.client.application
    return Desk(desk.newsroom, signed_in(app, Role.FINANCE, name="Nora Again"), desk.contribution_id)


def pull(desk: Desk) -> Any:
    """Press Pull now, and let the worker pull and check."""
    answer = desk.browser.post(f"{CLOSE}/pull", data={"through": MONTH})
    drain(desk.newsroom.services)
    return answer


def agree_to_all(desk: Desk) -> str:
    """Let Maria agree to the request that waits, and return the sentence about what was done."""
    [(request_id,)] = desk.newsroom.rows("SELECT request_id FROM staff_agreements WHERE state = 'open'")
    [(maria_id,)] = desk.newsroom.rows("SELECT person_id FROM staff_people WHERE name = 'Maria'")
    with desk.newsroom.services.engine.connect() as connection:
        maria = find_person(connection, maria_id)
    assert maria is not None
    return agree(desk.newsroom.services, request_id, maria, PERFORMERS)[1]


def test_the_checklist_says_what_is_missing(december: Desk) -> None:
    page = december.text(CLOSE)

    assert "Is November 2026 complete, and can I prove it?" in page
    assert "No complete pull began after 01 December 2026 00:00" in page
    assert "Pull now." in page
    assert "November 2026 can be closed when every step above is ticked." in page
    assert "EUR €25.00 €0.00 −€0.63 €24.37" in page


def test_a_pull_ticks_the_steps(december: Desk) -> None:
    answer = pull(december)
    page = december.text(CLOSE)

    assert answer.status_code == 303
    assert "The last complete pull began 02 December 2026" in page
    assert "Close November 2026" in page
    assert page.count(": not done") == 0
    assert ("pull_now", "Stripe") in december.acts()


def test_a_person_alone_closes_alone(december: Desk) -> None:
    with december.newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE staff_people SET disabled_at = now() WHERE name = 'Nora'")
    pull(december)

    answer = december.browser.post(CLOSE, data={"through": MONTH})

    assert answer.status_code == 303
    assert december.newsroom.rows("SELECT closed_by FROM ledger_closings") == [("Nora Again",)]


def test_two_persons_close_and_the_files_are_provable(december: Desk) -> None:
    add_person(december.newsroom.services, Role.FINANCE, name="Maria")
    pull(december)

    december.browser.post(CLOSE, data={"through": MONTH})
    assert december.newsroom.rows("SELECT count(*) FROM ledger_closings") == [(0,)]
    assert "It closes when a second person agrees" in december.text(CLOSE)
    told = agree_to_all(december)
    drain(december.newsroom.services)

    assert told.startswith("Closed through 30 November 2026: 3 entries, by Nora Again and Maria.")
    page = december.text(f"{CLOSE}/closings/{MONTH}")
    archive = zipfile.ZipFile(io.BytesIO(december.browser.get(f"{CLOSE}/files/{MONTH}.zip").data))
    names = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert len(names) == 10
    assert all(sha256 in page for sha256 in names.values())
    assert "contributions.csv 1 EUR: fee 0.63, gross 25.00, net 24.37" in page
    assert ("close_period", "through 2026-11-30") in december.acts()


def test_the_files_can_be_written_again(december: Desk) -> None:
    with december.newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE staff_people SET disabled_at = now() WHERE name = 'Nora'")
    pull(december)
    december.browser.post(CLOSE, data={"through": MONTH})

    december.browser.post(f"{CLOSE}/closings/{MONTH}/files")
    drain(december.newsroom.services)

    assert december.newsroom.rows("SELECT count(*), count(DISTINCT sha256) FROM export_preparations") == [(20, 10)]


def test_an_unfinished_month_is_not_closed(december: Desk) -> None:
    answer = december.browser.post(CLOSE, data={"through": MONTH})

    assert answer.status_code == 409
    assert "Not closed: No complete pull began after" in words_on(answer)


def test_a_closed_month_is_reopened_by_two(december: Desk) -> None:
    add_person(december.newsroom.services, Role.FINANCE, name="Maria")
    pull(december)
    december.browser.post(CLOSE, data={"through": MONTH})
    agree_to_all(december)

    without = december.browser.post(f"{CLOSE}/closings/{MONTH}/reopen", data={"why": ""})
    december.browser.post(f"{CLOSE}/closings/{MONTH}/reopen", data={"why": "A payout was missing"})
    told = agree_to_all(december)

    assert without.status_code == 409
    assert told == "18 November 2026 and every later day are open again."
    page = december.text(CLOSE)
    assert "18 November 2026 reopened" in page
    assert "by Nora Again and Maria: A payout was missing" in page
    assert december.browser.get(f"{CLOSE}/closings/{MONTH}").status_code == 404


def test_money_of_nobody_is_booked_or_accepted(december: Desk) -> None:
    newsroom = december.newsroom
    paid = newsroom.stripe.post(
        "/v1/payment_intents",
        amount="5000",
        currency="eur",
        confirm="true",
        payment_method="pm_card_visa",
        **{"payment_method_types[0]": "card"},
    )
    assert paid.status_code == 200
    newsroom.settle_after(minutes=1)
    pull(december)
    through = {"through": newsroom.clock().date().isoformat()}
    page = december.text(CLOSE, **through)
    query = "SELECT source_id, balance_transaction_id FROM ledger_entries WHERE reason = 'charge_not_ours'"
    [(subject, transaction)] = newsroom.rows(query)
    exception = f"unmatched_bt {subject} {transaction}"

    note = {**through, "subject": exception, "note": "A sale of the shop"}
    december.browser.post(f"{CLOSE}/notes", data=note)
    accepted = december.text(CLOSE, **through)
    december.browser.post(f"{CLOSE}/notes", data={**note, "note": ""})
    items = december.text(f"{CLOSE}/items")
    form = {"subject": subject, "account": "4900", "kind": "reclassify", "to": "5110", "why": "A sale"}
    wrong = december.browser.post(f"{CLOSE}/items", data={**form, "why": ""})
    aimless = december.browser.post(f"{CLOSE}/items", data={**form, "to": ""})
    misspelt = december.browser.post(f"{CLOSE}/items", data={**form, "amount": "1 000"})
    too_much = december.browser.post(f"{CLOSE}/items", data={**form, "amount": "60"})
    booked = december.browser.post(f"{CLOSE}/items", data=form)

    assert 'id="item-1-amount-error"' in misspelt.text
    assert 'value="1 000"' in misspelt.text
    assert "Only 50.00 EUR is open." in words_on(too_much)
    assert "1 exception without a decision." in page
    assert "Money at Stripe that no contribution explains, €50.00" in page
    assert "Accepted by Nora Again: A sale of the shop" in accepted
    assert "€50.00 on 4900 Stripe receipts not from this service" in items
    assert wrong.status_code == 422
    assert "The reason must be a single line" in words_on(wrong)
    assert "Choose the account that takes the amount." in words_on(aimless)
    assert booked.status_code == 303
    assert "No amount waits for a decision." in december.text(f"{CLOSE}/items")
    assert "without a decision" not in december.text(CLOSE, **through)


def test_a_mapping_is_put_in_force_or_its_mistakes_are_named(december: Desk) -> None:
    wrong = december.browser.post(f"{CLOSE}/mappings", data={"document": "layout: xero\naccounts: {}\ntea: 1"})
    right = "layout: xero\ntax: No VAT\naccounts:\n  '1100': {code: '090'}\n"
    put = december.browser.post(f"{CLOSE}/mappings", data={"document": right})

    assert wrong.status_code == 422
    assert "tea" in words_on(wrong)
    assert put.status_code == 303
    assert "xero, version 1" in december.text(f"{CLOSE}/mappings")


def test_a_viewer_sees_the_checklist_without_acts(december: Desk) -> None:
    viewer = signed_in(december.newsroom.client.application, Role.VIEWER, name="Vic")

    page = words_on(viewer.get(CLOSE))

    assert "Is November 2026 complete" in page
    assert "Close November 2026" not in page
    assert viewer.post(CLOSE, data={"through": MONTH}).status_code == 403
    assert viewer.get(f"{CLOSE}/items").status_code == 403


def test_asking_to_close_is_shown_to_both_until_the_other_agrees(december: Desk) -> None:
    app = december.newsroom.client.application
    maria = signed_in(app, Role.FINANCE, name="Maria")
    pull(december)

    december.browser.post(CLOSE, data={"through": MONTH})
    own, others = december.text(CLOSE), words_on(maria.get(CLOSE))
    agree_to_all(december)
    closed = december.browser.get(CLOSE, query_string={"through": MONTH})

    assert "Nora Again asked on" in own
    assert "where you can also withdraw it" in own
    assert "then agree or refuse" in others
    assert "Ask a second person to close" not in own
    assert closed.location == f"{CLOSE}/closings/{MONTH}"


def test_only_an_open_exception_is_accepted(december: Desk) -> None:
    data = {"through": MONTH, "subject": "unmatched_bt ch_x txn_x", "note": "A sale"}

    answer = december.browser.post(f"{CLOSE}/notes", data=data)

    assert answer.status_code == 303
    assert "Nothing was changed: this exception is not open." in december.text(CLOSE)
    assert december.newsroom.rows("SELECT count(*) FROM ledger_closing_notes") == [(0,)]
