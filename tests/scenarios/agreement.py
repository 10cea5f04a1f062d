"""What finance can compare: books, files and the movements Stripe has, which must all say the same."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from service.money import exponent
from tests.scenarios.conftest import Stage

COSTS = {"5100", "5110", "5120", "5200"}


def export(stage: Stage, name: str, *options: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(stage.run("export", name, *options))))


def by_currency(rows: Iterable[dict[str, str]], column: str) -> dict[str, int]:
    """What a column of money comes to in minor units, without the currencies in which that is nothing."""
    sums: dict[str, int] = {}
    for row in rows:
        minor = Decimal(row[column] or 0).scaleb(exponent(row["currency"]))
        assert minor == int(minor)
        sums[row["currency"]] = sums.get(row["currency"], 0) + int(minor)
    return {code: minor for code, minor in sums.items() if minor}


def moved(stage: Stage, field: str, *categories: str) -> dict[str, int]:
    """The same of Stripe's own movements."""
    sums: dict[str, int] = {}
    for each in stage.stripe.of_kind("balance_transaction"):
        if not categories or each["reporting_category"] in categories:
            code = each["currency"].upper()
            sums[code] = sums.get(code, 0) + each[field]
    return {code: minor for code, minor in sums.items() if minor}


def standing(stage: Stage) -> dict[tuple[str, str], int]:
    return {
        (row["account_code"], row["currency"]): int(Decimal(row["closing"]).scaleb(exponent(row["currency"])))
        for row in export(stage, "trial_balance")
        if Decimal(row["closing"])
    }


def agree(stage: Stage) -> None:
    """Files, books and Stripe say the same."""
    stage.check()
    closing = standing(stage)
    assert {code: minor for (account, code), minor in closing.items() if account == "1100"} == moved(stage, "net")
    assert by_currency(export(stage, "trial_balance"), "closing") == {}
    paid = export(stage, "contributions")
    assert by_currency(paid, "gross") == moved(stage, "amount", "charge")
    assert by_currency(paid, "fee") == moved(stage, "fee", "charge")
    assert by_currency(export(stage, "refunds"), "amount") == {
        code: -minor for code, minor in moved(stage, "amount", "refund").items()
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
