"""Standing rules: a category of movements, and the organisation's account that takes its amounts from now on.

A rule applies to what is posted after it. An entry that was posted before stays, also in a rebuild, which finds the
rule that was in force by the number of the entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

RECEIPTS_NOT_OURS = "receipts_not_ours"  # charges that carry no contribution of ours; not a category of Stripe


@dataclass(frozen=True, slots=True)
class StandingRule:
    """A decision on a category. `account` None ends the rule. `after_seq` was the newest entry when it was made."""

    category: str
    account: str | None
    after_seq: int
    why: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class StandingRules:
    """Every decision, the oldest first."""

    decisions: Sequence[StandingRule]

    def account_for(self, category: str, seq: int | None) -> str | None:
        """Return the account of a category for the entry with number `seq`, or for a new entry if it is None.

        Return None if no rule was in force then.
        """
        account = None
        for rule in self.decisions:
            if rule.category == category and (seq is None or rule.after_seq < seq):
                account = rule.account
        return account
