"""Stripe's error answers, as exceptions with their status and envelope."""

from typing import Any

DOCUMENTATION = "https://docs.stripe.com/error-codes/"

#: The noun and the parameter in the 404 of an object type. Any other type uses its own name and `id`.
_NOT_FOUND = {
    "_delivery": ("delivery", "id"),
    "balance_transaction": ("balance transaction", "id"),
    "billing_portal.configuration": ("configuration", "configuration"),
    "checkout.session": ("checkout.session", "session"),
    "invoice": ("invoice", "invoice"),
    "payment_intent": ("payment_intent", "intent"),
    "payment_method": ("PaymentMethod", "payment_method"),
    "payout": ("payout", "payout"),
    "radar.early_fraud_warning": ("early_fraud_warning", "id"),
    "test_helpers.test_clock": ("test clock", "id"),
    "webhook_endpoint": ("webhook endpoint", "id"),
}


class ApiError(Exception):
    """An answer other than 2xx. `is_kept` says whether the idempotency key of the request replays it."""

    def __init__(  # noqa: PLR0913 - the envelope has these fields
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        is_kept: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.is_kept = is_kept
        self.headers: dict[str, str] = {}
        envelope: dict[str, Any] = {"type": kind, "message": message}
        if code:
            envelope |= {"code": code, "doc_url": DOCUMENTATION + code.replace("_", "-")}
        if param:
            envelope["param"] = param
        self.envelope = envelope | {name: value for name, value in more.items() if value is not None}


class BadParameterError(ApiError):
    """A request that fails validation: status 400, and the idempotency key stores nothing."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message, code=code, param=param, is_kept=False)


class NotFoundError(ApiError):
    """No object of this type has this id: status 404."""

    def __init__(self, kind: str, object_id: str, param: str | None = None) -> None:
        noun, usual_param = _NOT_FOUND.get(kind, (kind, "id"))
        message = f"No such {noun}: '{object_id}'"
        super().__init__(message, status=404, code="resource_missing", param=param or usual_param)


class CardDeclinedError(ApiError):
    """The issuer refused the card: status 402."""

    def __init__(self, message: str, code: str, decline_code: str | None, **more: Any) -> None:
        super().__init__(message, status=402, kind="card_error", code=code, decline_code=decline_code, **more)


def missing(param: str) -> BadParameterError:
    """Return the error for a required parameter that the request does not have."""
    return BadParameterError(f"Missing required param: {param}.", param, "parameter_missing")
