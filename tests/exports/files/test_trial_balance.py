"""trial_balance.csv: opening and closing balances that follow from the journal."""

from decimal import Decimal

from tests.exports.world import Finance, pay, total


def test_the_opening_balance_is_what_was_posted_before_the_first_day(finance: Finance) -> None:
    pay(finance, 1)
    pay(finance, 2, hours=24)

    rows = {row["account_code"]: row for row in finance.rows("trial_balance", from_on="2026-11-03")}

    assert rows["1100"]["account_name"] == "Stripe balance"
    assert [rows["1100"][name] for name in ("opening", "debits", "credits", "closing")] == [
        "24.39",
        "24.39",
        "0.00",
        "48.78",
    ]
    assert sum(Decimal(row["closing"]) for row in rows.values()) == 0


def test_the_trial_balance_is_the_sum_of_the_journal_over_any_days_as_of_any_number(finance: Finance) -> None:
    for number in range(1, 7):
        pay(finance, number, amount=1000 * number, fee=10 * number, hours=13 * number)
    points = [finance.manifest("journal")["as_of_seq"]]
    pay(finance, 7, amount=55, hours=20)
    points.append(finance.manifest("journal")["as_of_seq"])

    for as_of in points:
        for days in (
            {},
            {"to_on": "2026-11-04"},
            {"from_on": "2026-11-03"},
            {"from_on": "2026-11-03", "to_on": "2026-11-03"},
        ):
            journal = finance.rows("journal", as_of=as_of, **days)
            for row in finance.rows("trial_balance", as_of=as_of, **days):
                lines = [line for line in journal if line["account_code"] == row["account_code"]]
                assert (Decimal(row["debits"]), Decimal(row["credits"])) == (
                    total(lines, "debit"),
                    total(lines, "credit"),
                )
                assert Decimal(row["closing"]) == sum(
                    map(Decimal, (row["opening"], row["debits"], f"-{row['credits']}"))
                )
