"""Giving a contribution back, in full or in part, once, however often it is asked for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from service.errors import ConflictError, StripeRefusedError
from service.money import Money, checked_amount, major_text, parse_amount
from service.reconciliation import refund_store
from service.reconciliation.consequences_store import record
from service.reconciliation.refresh import post
from service.reconciliation.refresh_store import held_objects
from service.reconciliation.refund_store import RefundRequest
from service.services import Services
from service.stripe_facts.contribution_facts import DisputeState
from service.stripe_facts.contribution_store import disputes_of_charge
from service.stripe_gateway.facts import Charge, Refund
from service.stripe_gateway.fetched import Fact
from service.stripe_gateway.objects import ObjectRef, ObjectType

_OVER = frozenset({"won", "warning_closed", "prevented"})
_KEPT = frozenset({"pending", "requires_action", "succeeded"})


class RefundRefusedError(ConflictError):
    """This charge cannot be refunded as asked; the message says why."""

    code = "refund_refused"


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What finance asks for. `amount` in major units, None: all that is left. `key`: one wish, however often sent."""

    charge_id: str
    key: str
    requested_by: str
    amount: str | None = None


def refund_charge(services: Services, wish: RefundWish) -> Refund:
    """Refund a charge. Raises RefundRefusedError with the reason; StripeUnavailableError: the outcome is unknown.

    After an unknown outcome the same wish first looks whether Stripe made the refund, and else asks again under the
    same idempotency key, which Stripe remembers for a day.
    """
    with services.engine.begin() as connection:
        known = refund_store.find_request(connection, wish.key)
    request = _repeated(services, known, wish) if known else _request(services, wish)
    refund_id = request.refund_id or _asked_for(services, request).id
    return _recorded(services, request.key, refund_id)


def _repeated(services: Services, known: RefundRequest, wish: RefundWish) -> RefundRequest:
    """The stored request, which has to be of the same wish, with the refund Stripe made of it where it did."""
    if known.charge_id != wish.charge_id:
        raise RefundRefusedError("this key was used for another charge")
    if wish.amount is not None and parse_amount(wish.amount, known.amount.currency) != known.amount:
        raise RefundRefusedError("this key was used for another amount")
    if known.refund_id is not None:
        return known
    made = services.gateway.find_refund(known.charge_id, known.key)
    return replace(known, refund_id=made.id) if made else known


def _request(services: Services, wish: RefundWish) -> RefundRequest:
    """A new request, checked against what Stripe says of the charge right now.

    The charge is ours until the request is kept, so of two wishes at once the second finds the first; no transaction
    is open while Stripe answers.
    """
    ref = ObjectRef(ObjectType.CHARGE, wish.charge_id)
    with held_objects(services.engine, (ref,)) as (connection, held):
        if not held:
            raise RefundRefusedError("this charge is being looked at; try again in a moment")
        with connection.begin():
            unanswered = refund_store.unanswered_requests(connection, wish.charge_id)
            disputes = disputes_of_charge(connection, wish.charge_id)
        if unanswered:
            raise RefundRefusedError(
                "the outcome of an earlier refund of this charge is not known yet; repeat that one"
            )
        amount = refundable(services.gateway.fetch(ref), wish, disputes)
        request = RefundRequest(wish.key, wish.charge_id, amount, wish.requested_by, services.clock())
        with connection.begin():
            if not refund_store.insert_request(connection, request):
                raise RefundRefusedError("this key has just been used; send it again")
        return request


def _asked_for(services: Services, request: RefundRequest) -> Refund:
    """The refund Stripe makes of a request. One that it refuses is forgotten: nothing came of it."""
    try:
        return services.gateway.create_refund(request.charge_id, request.amount, request.key, request.requested_by)
    except StripeRefusedError:
        with services.engine.begin() as connection:
            refund_store.drop_request(connection, request.key)
        raise


def refundable(facts: Iterable[Fact], wish: RefundWish, disputes: Collection[DisputeState] = ()) -> Money:
    """The amount to refund; raises RefundRefusedError where the charge does not allow it."""
    facts = tuple(facts)
    charge = next((fact for fact in facts if isinstance(fact, Charge) and fact.id == wish.charge_id), None)
    if charge is None or charge.status != "succeeded" or not charge.is_captured:
        raise RefundRefusedError("this charge took no money")
    is_settled = bool(disputes) and all(each.status in _OVER or each.is_charge_refundable for each in disputes)
    if charge.is_disputed and not is_settled:
        raise RefundRefusedError("this charge is disputed: the bank decides where the money goes")
    returned = sum(
        fact.amount_minor
        for fact in facts
        if isinstance(fact, Refund) and fact.charge_id == charge.id and fact.status in _KEPT
    )
    left = charge.amount_captured_minor - max(returned, charge.amount_refunded_minor)
    if left <= 0:
        raise RefundRefusedError("this charge has been refunded in full")
    if wish.amount is None:
        return checked_amount(left, charge.currency)
    asked = parse_amount(wish.amount, charge.currency)
    if asked.amount_minor > left:
        raise RefundRefusedError(f"only {major_text(left, charge.currency)} {charge.currency} is left to refund")
    return asked


def _recorded(services: Services, key: str, refund_id: str) -> Refund:
    facts = services.gateway.fetch(ObjectRef(ObjectType.REFUND, refund_id))
    with services.engine.begin() as connection:
        refund_store.set_refund(connection, key, refund_id)
        record(connection, facts, services.clock())
    post(services)
    return next(fact for fact in facts if isinstance(fact, Refund) and fact.id == refund_id)
