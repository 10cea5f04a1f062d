"""POST /v1/refunds: finance refunds a contribution."""

from schemas.refund import RefundSchema, RefundWishSchema
from service.reconciliation.refunds import RefundWish, refund_charge
from service.services import current_services
from service.stripe_gateway.facts import Refund
from service.tokens.api import current_token, requires_role
from service.web.requests import WIDGET_BODY_BYTES, Blueprint, limited_body

blueprint = Blueprint("reconciliation", __name__, description="Refunding a contribution")


@blueprint.post("/v1/refunds")
@limited_body(WIDGET_BODY_BYTES)
@requires_role("finance")
@blueprint.arguments(RefundWishSchema)
@blueprint.response(201, RefundSchema)
@blueprint.doc(tags=["contributions"])
def refund(wish: dict[str, str]) -> Refund:
    """Refund a contribution in full or in part. A repeat with the same key returns the same refund."""
    return refund_charge(current_services(), RefundWish(requested_by=current_token().name, **wish))
