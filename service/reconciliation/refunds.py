"""Refund a charge in full or in part, exactly once, however often the request is repeated."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from service.database.transaction import committed
from service.errors import ConflictError, NotFoundError, StripeRefusedError
from service.money import Money, checked_amount, major_text, parse_amount
from service.reconciliation import refund_store
from service.reconciliation.consequences import save_facts
from service.reconciliation.lock_store import locked_objects
from service.reconciliation.refresh import post_to_ledger
from service.reconciliation.refund_store import RefundRequest
from service.services import Services
from service.stripe_facts.contribution_facts import DisputeState
from service.stripe_facts.contribution_store import disputes_of_charge
from service.stripe_gateway.facts import Charge, Refund
from service.stripe_gateway.fetched import Fact
from service.stripe_gateway.objects import ObjectRef, ObjectType
from service.stripe_gateway.transport import StripeFailedError, StripeObjectMissingError

# With these statuses the bank has returned the money to the newsroom, or never took it.
_CLOSED_DISPUTE_STATUSES = frozenset({"won", "warning_closed", "prevented"})
# Refunds with these statuses reduce what is left to refund. Failed and cancelled refunds do not.
_EFFECTIVE_REFUND_STATUSES = frozenset({"pending", "requires_action", "succeeded"})


class RefundRefusedError(ConflictError):
    """This charge cannot be refunded as asked. The message says why."""

    code = "refund_refused"


@dataclass(frozen=True, slots=True)
class RefundWish:
    """A refund that finance asks for, as it was sent.

    `amount` is in major units; None means everything that is left. `key` names the wish: repeats have the same key.
    """

    charge_id: str
    key: str
    requested_by: str
    amount: str | None = None


def refund_charge(services: Services, wish: RefundWish) -> Refund:
    """Refund a charge and return the refund.

    Raise RefundRefusedError with the reason if the charge cannot be refunded as asked. Raise StripeUnavailableError if
    it is unknown whether Stripe made the refund. A repeat of the wish then first searches Stripe for that refund.
    Otherwise it asks again: with the same idempotency key, which Stripe remembers for a day, or with another one if
    Stripe answered with an error of its own. Raise NotFoundError if Stripe has no such charge.
    """
    with committed(services.engine) as connection:
        known = refund_store.find_request(connection, wish.key)
    request = _resume_request(services, known, wish) if known else _new_request(services, wish)
    refund_id = request.refund_id or _create_refund(services, request).id
    return _save_refund(services, request.key, refund_id)


def _resume_request(services: Services, known: RefundRequest, wish: RefundWish) -> RefundRequest:
    """Return the stored request with the refund that Stripe has made of it, if any.

    Raise RefundRefusedError if the stored request is for another charge or amount.
    """
    if known.charge_id != wish.charge_id:
        raise RefundRefusedError("this key was used for another charge")
    if wish.amount is not None and parse_amount(wish.amount, known.amount.currency) != known.amount:
        raise RefundRefusedError("this key was used for another amount")
    if known.refund_id is not None:
        return known
    made = services.gateway.find_refund(known.charge_id, known.key)
    return replace(known, refund_id=made.id) if made else known


def _new_request(services: Services, wish: RefundWish) -> RefundRequest:
    """Check a wish against the present state of the charge at Stripe, and store it as a request.

    The charge stays locked until the request is stored, so of two wishes at once the second finds the first. No
    transaction is open while Stripe answers. Raise RefundRefusedError if the charge cannot be refunded as asked.
    """
    ref = ObjectRef(ObjectType.CHARGE, wish.charge_id)
    with locked_objects(services.engine, (ref,)) as (connection, locked):
        if not locked:
            raise RefundRefusedError("this charge is being refreshed or refunded right now; try again in a moment")
        with connection.begin():
            unanswered = refund_store.unanswered_requests(connection, wish.charge_id)
            disputes = disputes_of_charge(connection, wish.charge_id)
        if unanswered:
            raise RefundRefusedError(
                "the outcome of an earlier refund of this charge is not known yet; repeat that refund with its own key"
            )
        try:
            facts = services.gateway.fetch(ref)
        except StripeObjectMissingError:
            raise NotFoundError("Stripe has no charge with this id, or our API key may not read it") from None
        amount = refundable_amount(facts, wish, disputes)
        request = RefundRequest(wish.key, wish.charge_id, amount, wish.requested_by, services.clock())
        with connection.begin():
            if not refund_store.insert_request(connection, request):
                raise RefundRefusedError("another request has just used this key; send it again")
        return request


def _create_refund(services: Services, request: RefundRequest) -> Refund:
    """Ask Stripe for the refund. If Stripe refuses, delete the request, since there will be no refund for it.

    If Stripe fails, count the try: a repeat of the wish then gets another idempotency key.
    """
    try:
        return services.gateway.create_refund(
            request.charge_id, request.amount, request.key, request.requested_by, request.failed_tries
        )
    except StripeFailedError:
        with committed(services.engine) as connection:
            refund_store.count_failed_try(connection, request)
        raise
    except StripeRefusedError:
        with committed(services.engine) as connection:
            refund_store.delete_request(connection, request.key)
        raise


def refundable_amount(facts: Iterable[Fact], wish: RefundWish, disputes: Collection[DisputeState] = ()) -> Money:
    """Return the amount to refund. Raise RefundRefusedError if the charge cannot be refunded as asked.

    `facts` are the charge and its refunds, as just fetched from Stripe.
    """
    facts = tuple(facts)
    charge = next((fact for fact in facts if isinstance(fact, Charge) and fact.id == wish.charge_id), None)
    if charge is None or charge.status != "succeeded" or not charge.is_captured:
        raise RefundRefusedError("this charge took no money")
    if charge.is_disputed and not _allow_refund(disputes):
        raise RefundRefusedError("this charge is disputed, so the bank decides who gets the money")
    refunded = sum(
        fact.amount_minor
        for fact in facts
        if isinstance(fact, Refund) and fact.charge_id == charge.id and fact.status in _EFFECTIVE_REFUND_STATUSES
    )
    left = charge.amount_captured_minor - max(refunded, charge.amount_refunded_minor)
    if left <= 0:
        raise RefundRefusedError("this charge has been refunded in full")
    if wish.amount is None:
        return checked_amount(left, charge.currency)
    asked = parse_amount(wish.amount, charge.currency)
    if asked.amount_minor > left:
        raise RefundRefusedError(f"only {major_text(left, charge.currency)} {charge.currency} is left to refund")
    return asked


def _allow_refund(disputes: Collection[DisputeState]) -> bool:
    """Return whether every dispute of a charge is over or, as an inquiry may be, can be answered with a refund."""
    return bool(disputes) and all(
        dispute.status in _CLOSED_DISPUTE_STATUSES or dispute.is_charge_refundable for dispute in disputes
    )


def _save_refund(services: Services, key: str, refund_id: str) -> Refund:
    """Fetch the refund, save it with what follows from it, and post. Return the refund."""
    facts = services.gateway.fetch(ObjectRef(ObjectType.REFUND, refund_id))
    with committed(services.engine) as connection:
        refund_store.set_refund(connection, key, refund_id)
        save_facts(connection, facts, services.clock())
    post_to_ledger(services)
    return next(fact for fact in facts if isinstance(fact, Refund) and fact.id == refund_id)
