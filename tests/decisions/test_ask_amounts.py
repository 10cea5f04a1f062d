"""The amounts that a prompt offers, and whether a reader may cover the card fee."""

from dataclasses import replace

import pytest

from service.campaigns.amounts.suggested import default_ask
from service.decisions.ask_amounts import offered_ask
from tests.decisions import make


@pytest.mark.parametrize(("currency", "is_offered"), [("EUR", True), ("USD", True), ("KWD", False), ("NZD", False)])
def test_covering_the_fee_is_offered_only_in_currencies_whose_fee_is_known(currency: str, is_offered: bool) -> None:
    ask = replace(default_ask((currency,)), can_cover_fee=True)

    assert offered_ask(make.variant(), make.site(currency=currency, ask=ask), None).can_cover_fee is is_offered


def test_covering_the_fee_is_not_offered_if_the_campaign_does_not_want_it() -> None:
    assert not offered_ask(make.variant(), make.site(ask=default_ask(("EUR",))), None).can_cover_fee
