"""The page of a contribution: its head, its timeline, its entries, and what can be done with it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from service.console.screens.money import words
from service.console.screens.money.payments import PaymentLine, payment_line
from service.console.screens.money.tables import Moment
from service.console.tables import Badge
from service.contributions.contribution import RUNNING_STATES
from service.contributions.search.query import IdQuery
from service.contributions.search.store import FoundContribution, ListScope, find_contributions
from service.contributions.timeline.events import TimelineEvent, timeline
from service.contributions.timeline.history import ContributionHistory, Payment
from service.contributions.timeline.store import history_of
from service.ledger.explain.explaining import entries_about
from service.ledger.explain.explanation import ExplainedEntry
from service.staff.agreements import AgreedAct, AgreementRequest
from service.staff.agreements_store import waiting_requests


@dataclass(frozen=True, slots=True)
class ContributionPage:
    """A contribution with everything that its page shows. `waiting`: its refunds that wait for a second person.

    The pages of its acts do without its entries.
    """

    found: FoundContribution
    history: ContributionHistory
    events: tuple[TimelineEvent, ...]
    entries: tuple[ExplainedEntry, ...]
    waiting: tuple[AgreementRequest, ...] = ()

    @property
    def title(self) -> str:
        """The question that the page answers."""
        return f"What happened to the contribution of {self.who}?"

    @property
    def who(self) -> str:
        """Whose contribution it is: a name, an address, or the id if neither is known."""
        return self.found.name or self.found.email or self.found.id

    @property
    def amount(self) -> str:
        """The amount and how often it is paid, such as `€10.00 every month`."""
        return f"{words.money(self.found.amount)} {words.KINDS[self.found.interval]}"

    @property
    def state(self) -> str:
        """The state in words."""
        return words.state(self.found)

    @property
    def look(self) -> Badge:
        """How the state looks."""
        return words.look(self.found)

    @property
    def lines(self) -> tuple[PaymentLine, ...]:
        """Every payment in words, the newest first."""
        return tuple(payment_line(payment) for payment in reversed(self.history.payments))

    @property
    def paid(self) -> str:
        """What was paid and what went back."""
        currency = self.found.amount.currency
        paid = words.amount(self.found.paid_minor, currency)
        back = self.found.refunded_minor
        return f"{paid}, {words.amount(back, currency)} of it refunded" if back else paid

    @property
    def refundable(self) -> tuple[PaymentLine, ...]:
        """The payments that can still be refunded, the newest first."""
        return tuple(line for line in self.lines if line.is_refundable)

    @property
    def paid_payments(self) -> tuple[PaymentLine, ...]:
        """The payments that succeeded, the newest first."""
        return tuple(line for line in self.lines if line.is_paid)

    @property
    def is_running(self) -> bool:
        """Whether further payments will be taken unless somebody cancels."""
        return self.found.state in RUNNING_STATES

    def payment(self, charge_id: str) -> Payment | None:
        """Return the payment with this id, or None if it is not one of this contribution."""
        return next((payment for payment in self.history.payments if payment.id == charge_id), None)


def contribution_page(
    connection: Connection, contribution_id: str, scope: ListScope, moment: Moment, *, has_entries: bool = False
) -> ContributionPage | None:
    """Return the page of a contribution, or None if there is none with this id in the scope."""
    found = find_contributions(connection, IdQuery(contribution_id), scope)
    history = history_of(connection, contribution_id)
    if history is None or not found or found[0].id != contribution_id:
        return None
    entries = entries_about(connection, contribution_id) if has_entries else ()
    waiting = tuple(
        request
        for request in waiting_requests(connection, moment.as_of)
        if request.wanted.act is AgreedAct.REFUND and request.wanted.details.get("contribution") == contribution_id
    )
    return ContributionPage(found[0], history, timeline(history, moment.zone), entries, waiting)
