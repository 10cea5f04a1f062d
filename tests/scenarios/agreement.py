"""Compare the books, the files and Stripe's balance transactions, which must agree."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from service.money import exponent
from tests.scenarios.world import Stage

COSTS = {"5100", "5110", "5120", "5200"}


def export(stage: Stage, name: str, *options: str) -> list[dict[str, str]]:
    """Return the rows of a file."""
    return list(csv.DictReader(io.StringIO(stage.run("export", name, *options))))


def by_currency(rows: Iterable[dict[str, str]], column: str) -> dict[str, int]:
    """Return the sum of a money column in minor units by currency, without currencies whose sum is zero."""
    sums: dict[str, int] = {}
    for row in rows:
        minor = Decimal(row[column] or 0).scaleb(exponent(row["currency"]))
        assert minor == int(minor)
        sums[row["currency"]] = sums.get(row["currency"], 0) + int(minor)
    return {code: minor for code, minor in sums.items() if minor}


def stripe_sums(stage: Stage, field: str, *categories: str) -> dict[str, int]:
    """Return the sum of a field of Stripe's balance transactions by currency, without sums of zero."""
    sums: dict[str, int] = {}
    for transaction in stage.stripe.of_kind("balance_transaction"):
        if not categories or transaction["reporting_category"] in categories:
            code = transaction["currency"].upper()
            sums[code] = sums.get(code, 0) + transaction[field]
    return {code: minor for code, minor in sums.items() if minor}


def closing_balances(stage: Stage) -> dict[tuple[str, str], int]:
    """Return the closing balances of the trial balance by account and currency, without zeros."""
    return {
        (row["account_code"], row["currency"]): int(Decimal(row["closing"]).scaleb(exponent(row["currency"])))
        for row in export(stage, "trial_balance")
        if Decimal(row["closing"])
    }


def check_agreement(stage: Stage) -> None:
    """Assert that files, books and Stripe agree."""
    stage.check()
    closing = closing_balances(stage)
    assert {code: minor for (account, code), minor in closing.items() if account == "1100"} == stripe_sums(stage, "net")
    assert by_currency(export(stage, "trial_balance"), "closing") == {}
    paid = export(stage, "contributions")
    assert by_currency(paid, "gross") == stripe_sums(stage, "amount", "charge")
    assert by_currency(paid, "fee") == stripe_sums(stage, "fee", "charge")
    assert by_currency(export(stage, "refunds"), "amount") == {
        code: -minor for code, minor in stripe_sums(stage, "amount", "refund").items()
    }
    costs: Counter[str] = Counter()
    for (account, code), minor in closing.items():
        if account in COSTS:
            costs[code] += minor
    assert by_currency(export(stage, "fees"), "amount") == {code: minor for code, minor in costs.items() if minor}
    lines = export(stage, "payout_lines")
    for row in export(stage, "payouts"):
        if row["recon_status"] == "matched":
            own = [line for line in lines if line["payout_id"] == row["payout_id"]]
            assert sum(Decimal(line["net"]) for line in own) == Decimal(row["amount"]), row
            assert not Decimal(row["unexplained"])
