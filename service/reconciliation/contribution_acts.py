"""What staff do with a contribution at Stripe besides refunds: cancel it, and send a receipt again."""

from service.contributions import store
from service.contributions.contribution import RUNNING_STATES, Contribution, ContributionState
from service.contributions.timeline.store import payments_of
from service.database.transaction import connected
from service.errors import ConflictError, NotFoundError
from service.reconciliation.refresh import fetch_and_save, post_to_ledger
from service.services import Services
from service.stripe_gateway.objects import ObjectRef, ObjectType


class NotCancelledError(ConflictError):
    """The contribution cannot be cancelled. The message says why."""

    code = "not_cancelled"


class NoReceiptError(ConflictError):
    """No receipt can be sent. The message says why."""

    code = "no_receipt"


def cancel_contribution(services: Services, contribution_id: str, *, is_at_once: bool) -> None:
    """Cancel a recurring contribution at Stripe, at once or when the paid period ends, and save what Stripe says then.

    A contribution that is cancelled in this way already stays as it is. Raise NotCancelledError if it is not running,
    and NotFoundError if there is none.
    """
    contribution = _contribution(services, contribution_id)
    subscription_id, state = contribution.lifecycle.subscription_id, contribution.lifecycle.state
    if subscription_id is None:
        raise NotCancelledError("this contribution was made once, so there is nothing to cancel")
    if state not in RUNNING_STATES:
        raise NotCancelledError("this contribution has ended already")
    if is_at_once:
        services.gateway.cancel_subscription(subscription_id)
    elif state is not ContributionState.CANCELING:
        services.gateway.cancel_at_period_end(subscription_id)
    fetch_and_save(services, ObjectRef(ObjectType.SUBSCRIPTION, subscription_id))
    post_to_ledger(services)


def send_receipt_again(services: Services, contribution_id: str, charge_id: str, key: str) -> str:
    """Let Stripe mail the receipt of a payment again, and return the address. A repeat with this key sends no other.

    Raise NoReceiptError if the payment did not succeed or no address is known, and NotFoundError if there is no such
    contribution.
    """
    _contribution(services, contribution_id)
    with connected(services.engine) as connection:
        payments = {payment.id: payment for payment in payments_of(connection, contribution_id)}
        address = store.email_of(connection, contribution_id)
    if charge_id not in payments or payments[charge_id].status != "succeeded":
        raise NoReceiptError("this contribution has no such payment that succeeded")
    if address is None:
        raise NoReceiptError("no address of the supporter is known")
    services.gateway.send_receipt(charge_id, address, key)
    return address


def _contribution(services: Services, contribution_id: str) -> Contribution:
    with connected(services.engine) as connection:
        found = store.find_contribution(connection, contribution_id)
    if found is None:
        raise NotFoundError("there is no contribution with this id")
    return found
