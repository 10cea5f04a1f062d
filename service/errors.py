"""Breaches of our own rules, each with a stable code: `problems.py` turns them into HTTP, the CLI into a line."""

from typing import ClassVar


class DomainError(Exception):
    """A rule was broken. The message is safe to show to whoever called."""

    code: ClassVar[str] = "domain_error"


class MalformedRequestError(DomainError):
    """What was sent is not what this address takes at all."""

    code = "malformed_request"


class InvalidAmountError(DomainError):
    """`minimum_minor`, `maximum_minor` and `currency`, where known, say which amounts are taken."""

    code = "invalid_amount"

    def __init__(self, message: str, **limits: int | str) -> None:
        super().__init__(message)
        self.limits = limits


class NotFoundError(DomainError):
    code = "not_found"


class UnknownSiteError(NotFoundError):
    code = "unknown_site"


class ConflictError(DomainError):
    code = "conflict"


class InvalidTokenError(DomainError):
    """A token of ours that is malformed, forged, expired or meant for something else."""

    code = "invalid_token"


class ForbiddenError(DomainError):
    code = "forbidden"


class InvalidDocumentError(DomainError):
    """A campaign, site or simulation file that breaks its contract; `problems` name each field in words."""

    code = "invalid_document"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class StripeUnavailableError(DomainError):
    """Stripe could not be reached or answered with a passing fault; worth another try."""

    code = "stripe_unavailable"


class StripeRefusedError(DomainError):
    """Stripe understood the request and said no; another try gives the same answer."""

    code = "stripe_refused"


class NotReadyError(DomainError):
    """Asked before campaigns were loaded for the first time."""

    code = "not_ready"


class StoreUnavailableError(DomainError):
    """The database could not be reached or did not commit."""

    code = "store_unavailable"
