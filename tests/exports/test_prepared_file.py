"""Unmapped accounts and missing parts: files that cannot be made are refused with the reason."""

from typing import Any

import pytest

from service.exports.request import InvalidExportError, Layout, UnmappedAccountError
from tests.exports.world import XERO, Finance, apply_accounts, pay


def test_an_account_that_is_not_mapped_stops_the_export_with_its_name(finance: Finance) -> None:
    pay(finance)
    apply_accounts(finance, "".join(line for line in XERO.splitlines(keepends=True) if '"5100"' not in line))

    with pytest.raises(UnmappedAccountError, match="5100 Payment processing fees"):
        finance.file("journal", layout=Layout.XERO)


def test_without_a_mapping_the_layout_is_refused(finance: Finance) -> None:
    with pytest.raises(UnmappedAccountError):
        finance.file("journal", layout=Layout.SAGE50)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"layout": Layout.XERO, "currency": "EUR", "part": 2}, "1 parts"),
        ({"part": 2}, "one part"),
    ],
)
def test_a_part_that_does_not_exist_is_refused(finance: Finance, wanted: dict[str, Any], words: str) -> None:
    pay(finance)
    apply_accounts(finance, XERO)

    with pytest.raises(InvalidExportError, match=words):
        finance.file("journal", **wanted)
