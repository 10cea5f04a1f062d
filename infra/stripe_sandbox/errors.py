"""The errors Stripe answers with, as exceptions that know their envelope and status."""

from typing import Any

DOCUMENTATION = "https://docs.stripe.com/error-codes/"


class ApiError(Exception):
    """An answer other than 2xx; `is_kept` says whether an idempotency key replays it."""

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
    """A request that fails validation: 400, and an idempotency key stores nothing."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message, code=code, param=param, is_kept=False)


class NotFoundError(ApiError):
    """An id that names nothing."""

    def __init__(self, noun: str, object_id: str, param: str = "id") -> None:
        super().__init__(f"No such {noun}: '{object_id}'", status=404, code="resource_missing", param=param)


class CardDeclinedError(ApiError):
    """402 of a card the issuer refused."""

    def __init__(self, message: str, code: str, decline_code: str | None, **more: Any) -> None:
        super().__init__(message, status=402, kind="card_error", code=code, decline_code=decline_code, **more)


def missing(param: str) -> BadParameterError:
    return BadParameterError(f"Missing required param: {param}.", param, "parameter_missing")
