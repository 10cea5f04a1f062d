"""Card testing: many declines are detected, and the checkout then needs a proof of work and a higher amount."""

import hashlib
import itertools

from service.contributions.checkout.card_testing import (
    MINIMUM_DECLINES,
    PROOF_BITS,
    Outcomes,
    is_card_testing,
    is_proof,
)
from tests.contributions.world import Newsroom


def proof_for(token: str) -> str:
    return next(text for text in map(str, itertools.count()) if is_proof(token, text))


def test_while_cards_are_tested_a_checkout_needs_a_proof_and_a_higher_amount(newsroom: Newsroom) -> None:
    newsroom.decline(MINIMUM_DECLINES)
    token = newsroom.token()

    blocked = newsroom.checkout(support_token=token)
    proof = proof_for(token)
    small = newsroom.checkout(support_token=token, proof=proof, amount="1")
    passed = newsroom.checkout(support_token=token, proof=proof, amount="5")
    newsroom.clock.advance(hours=2)
    later = newsroom.checkout(amount="1")

    assert (blocked.status_code, blocked.json["code"]) == (403, "proof_needed")
    assert (small.status_code, small.json["code"]) == (422, "invalid_amount")
    assert small.json["title"] == "the minimum is 5.00 EUR"
    assert (small.json["minimum_minor"], small.json["currency"]) == (500, "EUR")
    assert (passed.status_code, later.status_code) == (200, 200)


def test_a_proof_is_a_hash_with_leading_zero_bits() -> None:
    proof = proof_for("token")

    digest = hashlib.sha256(f"token:{proof}".encode()).digest()
    assert format(int.from_bytes(digest, "big"), "0256b").startswith("0" * PROOF_BITS)
    assert not is_proof("another", proof)


def test_an_ordinary_number_of_declines_is_not_card_testing() -> None:
    assert not is_card_testing(Outcomes(succeeded=0, declined=MINIMUM_DECLINES - 1))
    assert not is_card_testing(Outcomes(succeeded=400, declined=20))
    assert is_card_testing(Outcomes(succeeded=30, declined=20))
