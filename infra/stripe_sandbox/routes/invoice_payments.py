"""Routes for invoice payments, which connect an invoice with the PaymentIntent that paid it."""

from infra.stripe_sandbox.http.listing import page
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("GET /v1/invoice_payments")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    wanted = params.pop("payment", None)
    chosen = [
        payment
        for payment in reversed(sandbox.store.all("invoice_payment"))
        if all(payment[name] == params[name] for name in ("invoice", "status") if name in params)
        and (wanted is None or payment["payment"] == wanted)
    ]
    return page(chosen, params, "/v1/invoice_payments")


@routes.add("GET /v1/invoice_payments/{id}")
def retrieve(sandbox: Sandbox, params: Params, payment_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("invoice_payment", payment_id)
