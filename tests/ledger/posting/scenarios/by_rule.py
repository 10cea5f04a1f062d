"""All scenarios of the posting rules, and the checks that they leave red."""

from tests.ledger.posting.scenarios.charge import CHARGE_SCENARIOS
from tests.ledger.posting.scenarios.dispute import DISPUTE_SCENARIOS
from tests.ledger.posting.scenarios.payout import PAYOUT_SCENARIOS
from tests.ledger.posting.scenarios.standalone import STANDALONE_SCENARIOS
from tests.ledger.posting.scenarios.step import Scenarios

SCENARIOS: Scenarios = {**CHARGE_SCENARIOS, **DISPUTE_SCENARIOS, **PAYOUT_SCENARIOS, **STANDALONE_SCENARIOS}
RED_CHECKS = {
    "19: categories that no rule knows": {"suspense is empty"},
    "1: a net that is not amount less fee leaves its residue in suspense": {"suspense is empty"},
    # The return waits until the payout is known to have failed.
    "14: a payout that fails after it was paid": {
        "every movement is posted once",
        "the Stripe account is what moved",
    },
    "16: reserves held and released": {"reserves are what Stripe holds"},
}
