"""The page of a contribution: its head, its timeline, its entries, and what can be done with it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from service.console.screens.money import words
from service.console.screens.money.refund import is_refundable
from service.contributions.contribution import RUNNING_STATES
from service.contributions.search.query import IdQuery
from service.contributions.search.store import FoundContribution, ListScope, find_contributions
from service.contributions.timeline.events import TimelineEvent, timeline
from service.contributions.timeline.history import ContributionHistory, Payment
from service.contributions.timeline.store import history_of
from service.ledger.explain.explaining import entries_about
from service.ledger.explain.explanation import ExplainedEntry


@dataclass(frozen=True, slots=True)
class ContributionPage:
    """A contribution with everything that its page shows. The pages of its acts do without its entries."""

    found: FoundContribution
    history: ContributionHistory
    events: tuple[TimelineEvent, ...]
    entries: tuple[ExplainedEntry, ...]

    @property
    def title(self) -> str:
        """The question that the page answers."""
        who = self.found.name or self.found.email or self.found.id
        return f"What happened to the contribution of {who}?"

    @property
    def amount(self) -> str:
        """The amount and how often it is paid, such as `€10.00 every month`."""
        return f"{words.money(self.found.amount)} {words.KINDS[self.found.interval]}"

    @property
    def state(self) -> str:
        """The state in words."""
        return words.STATES[self.found.state]

    @property
    def paid(self) -> str:
        """What was paid and what went back."""
        currency = self.found.amount.currency
        paid = words.amount(self.found.paid_minor, currency)
        back = self.found.refunded_minor
        return f"{paid}, {words.amount(back, currency)} of it refunded" if back else paid

    @property
    def refundable(self) -> tuple[Payment, ...]:
        """The payments of which something is left to refund, the newest first."""
        return tuple(payment for payment in reversed(self.history.payments) if is_refundable(payment))

    @property
    def paid_payments(self) -> tuple[Payment, ...]:
        """The payments that succeeded, the newest first."""
        return tuple(payment for payment in reversed(self.history.payments) if payment.status == "succeeded")

    @property
    def is_running(self) -> bool:
        """Whether further payments will be taken unless somebody cancels."""
        return self.found.state in RUNNING_STATES

    def payment(self, charge_id: str) -> Payment | None:
        """Return the payment with this id, or None if it is not one of this contribution."""
        return next((payment for payment in self.history.payments if payment.id == charge_id), None)


def contribution_page(
    connection: Connection, contribution_id: str, scope: ListScope, *, has_entries: bool = False
) -> ContributionPage | None:
    """Return the page of a contribution, or None if there is none with this id in the scope."""
    found = find_contributions(connection, IdQuery(contribution_id), scope)
    history = history_of(connection, contribution_id)
    if history is None or not found or found[0].id != contribution_id:
        return None
    entries = entries_about(connection, contribution_id) if has_entries else ()
    return ContributionPage(found[0], history, timeline(history), entries)
