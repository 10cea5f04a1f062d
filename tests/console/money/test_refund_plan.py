"""A refund says before what the supporter gets and what it costs."""

from dataclasses import replace

import pytest

from service.console.screens.money.refund import consequences, is_refundable, plan_refund
from service.console.screens.money.words import amount
from service.console.words import counted
from service.contributions.timeline.history import Payment
from service.errors import InvalidAmountError
from service.money import Money
from tests.conftest import NOW

PAYMENT = Payment(
    "ch_1", "succeeded", Money(2500, "EUR"), NOW, captured_minor=2500, refunded_minor=500, fee=Money(63, "EUR")
)


def test_an_empty_amount_means_all_that_is_left() -> None:
    plan = plan_refund(PAYMENT, "  ")

    assert (plan.amount, plan.is_full) == (Money(2000, "EUR"), True)
    assert "Nothing of the payment is left afterwards." in consequences(plan, None, None)[0]


def test_a_part_leaves_a_rest() -> None:
    sentences = consequences(plan_refund(PAYMENT, "5"), None, "A second person must agree.")

    assert "€15.00 of the payment is left afterwards." in sentences[0]
    assert sentences[2:4] == (
        "No mail goes out, because no address of the supporter is known.",
        "A second person must agree.",
    )


def test_more_than_is_left_is_refused() -> None:
    with pytest.raises(InvalidAmountError, match="is left to refund"):
        plan_refund(PAYMENT, "20.01")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, True), ({"refunded_minor": 2500}, False), ({"status": "failed", "captured_minor": 0}, False)],
)
def test_only_what_is_left_can_be_refunded(changes: dict[str, object], expected: bool) -> None:
    assert is_refundable(replace(PAYMENT, **changes)) is expected  # type: ignore[arg-type]


def test_amounts_are_written_with_all_digits() -> None:
    assert [amount(120410, "EUR"), amount(-500, "JPY"), amount(5120, "BHD")] == ["€1,204.10", "−¥500", "BHD\u00a05.120"]
    assert [counted(1, "entry"), counted(2, "entry"), counted(0, "payment")] == ["1 entry", "2 entries", "0 payments"]
