"""Find out who made a payment and which contribution it belongs to.

The session and the customer name the contributor, and the mark may be on the session alone. So they are looked up for
every payment and every subscription, because the event about the session may never arrive.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from service.stripe_gateway.facts import ContributionMark
from service.stripe_gateway.fetched import Fact, LapsedMandate
from service.stripe_gateway.fields import StripeJson, part, reference, required_text
from service.stripe_gateway.marks import read_mark
from service.stripe_gateway.object_reader import ObjectReader
from service.stripe_gateway.read_billing import read_customer, read_session, read_subscription
from service.stripe_gateway.transport import unless_missing

Facts = Iterator[Fact]


@dataclass(frozen=True, slots=True)
class ContributorFetcher(ObjectReader):
    """Fetches subscriptions, and the sessions and customers that name the contributor of a payment."""

    def fetch_subscription(self, found: Any) -> Facts:
        """Yield a subscription (an id or the object itself) with its sessions and its customer."""
        data = self.resolved("subscriptions", found)
        people, mark = self._people_of("subscription", data, read_mark(part(data, "metadata")))
        yield from people
        yield replace(read_subscription(data), contribution=mark)

    def fetch_mandate(self, object_id: str) -> Facts:
        """Yield the running subscriptions that a mandate was for, if the mandate is no longer valid."""
        data = self.get("mandates", object_id, ("payment_method",))
        if data.get("status") != "inactive":
            return
        method = self.resolved("payment_methods", data.get("payment_method"), ())
        customer_id = reference(method, "customer")
        running = self.all_of("subscriptions", {"customer": customer_id}) if customer_id else ()
        for row in running:  # Stripe leaves cancelled subscriptions out of this list
            uses_mandate = reference(row, "default_payment_method") in {None, required_text(method, "id")}
            if reference(row, "customer") == customer_id and uses_mandate:
                yield from self.fetch_subscription(row)
                yield LapsedMandate(object_id, required_text(row, "id"))

    def _people_of(
        self, field: str, data: StripeJson, mark: ContributionMark | None
    ) -> tuple[tuple[Fact, ...], ContributionMark | None]:
        """Return the sessions and the customer of a payment intent or subscription, and the mark of its contribution.

        `field` is the session's field that names the object `data`. `mark` is the mark on that object, if it has one:
        it then also counts for sessions without a mark, as the mark of a session counts for the object.
        """
        sessions = self._sessions_with(field, required_text(data, "id"))
        mark = mark or next((found for session in sessions if (found := read_mark(part(session, "metadata")))), None)
        facts: list[Fact] = []
        for session in sessions:
            read = read_session(session)
            facts.append(replace(read, contribution=read.contribution or mark))
        for holder in sessions or (data,):
            facts.extend(self._customer_of(holder))
        return tuple(facts), mark

    def _sessions_with(self, field: str, object_id: str, *expand: str) -> tuple[StripeJson, ...]:
        """Return the Checkout Sessions whose `field` names this object."""
        query = {field: object_id, "expand": ["data.customer", *expand]}
        found = self.all_of("checkout/sessions", query)
        return tuple(session for session in found if reference(session, field) == object_id)

    def _customer_of(self, holder: StripeJson) -> Facts:
        """Yield the customer that an object names, if it names one that Stripe has."""
        if reference(holder, "customer") is not None:
            yield from unless_missing(self._customer(holder.get("customer")))

    def _customer(self, found: Any) -> Facts:
        yield read_customer(self.resolved("customers", found))
