"""Check that STRIPE_API_KEY is of the account whose money is in the books."""

from service.database.transaction import committed
from service.operations.doctor.facts_store import newest_charge
from service.reconciliation.doctor import SetupFinding
from service.services import Services
from service.stripe_gateway.objects import ObjectRef, ObjectType
from service.stripe_gateway.transport import StripeObjectMissingError


def examine_account(services: Services) -> SetupFinding:
    """Look for the newest charge of the books at Stripe. Raise StripeUnavailableError if Stripe does not answer."""
    with committed(services.engine) as connection:
        charge_id = newest_charge(connection)
    if charge_id is None:
        return SetupFinding(True, "the books have no charge yet that would show whose Stripe account this is")
    try:
        services.gateway.fetch(ObjectRef(ObjectType.CHARGE, charge_id))
    except StripeObjectMissingError:
        return SetupFinding(
            False,
            f"this Stripe account does not have the charge {charge_id} of the books",
            "STRIPE_API_KEY is of another account or of the other mode (test or live), or DATABASE_URL is wrong.",
        )
    return SetupFinding(True, f"this Stripe account has the newest charge of the books, {charge_id}")
