"""Errors with a stable code. The API renders them as problem details, the command line as a sentence."""

from typing import ClassVar


class DomainError(Exception):
    """Base class of our errors. The message is a sentence that may be shown to the caller."""

    code: ClassVar[str] = "domain_error"

    @property
    def title(self) -> str:
        """Return the message for callers over HTTP."""
        return str(self)


class MalformedRequestError(DomainError):
    """The request has a form that this address cannot read at all."""

    code = "malformed_request"


class InvalidAmountError(DomainError):
    """An amount is not accepted.

    `limits` may have `minimum_minor`, `maximum_minor` and `currency`, or `is_readable` false if the text is no amount.
    """

    code = "invalid_amount"

    def __init__(self, message: str, **limits: int | str) -> None:
        super().__init__(message)
        self.limits = limits


class NotFoundError(DomainError):
    """There is nothing with this key or id."""

    code = "not_found"


class UnknownSiteError(NotFoundError):
    """There is no site with this key."""

    code = "unknown_site"


class ConflictError(DomainError):
    """The request contradicts the current state, which another request may have changed."""

    code = "conflict"


class InvalidTokenError(DomainError):
    """A token that we sealed is malformed, forged, expired, or made for another purpose."""

    code = "invalid_token"


class ForbiddenError(DomainError):
    """The caller is known but may not do this."""

    code = "forbidden"


class InvalidDocumentError(DomainError):
    """A document (campaign, site or simulation file) is wrong. `problems` has a sentence for each wrong field."""

    code = "invalid_document"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class StripeUnavailableError(DomainError):
    """Stripe could not be reached or failed for a moment. The caller may try again."""

    code = "stripe_unavailable"


class StripeRefusedError(DomainError):
    """Stripe refused the request. Trying again gives the same answer."""

    code = "stripe_refused"


class NotReadyError(DomainError):
    """The campaigns have not been loaded for the first time yet. The caller may try again."""

    code = "not_ready"


class StoreUnavailableError(DomainError):
    """The database could not be reached or did not commit. The caller may try again."""

    code = "store_unavailable"

    def __init__(self, message: str, reason: str | None = None) -> None:
        """`reason`: what the database said. Commands show it; callers over HTTP do not see it."""
        super().__init__(message)
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.title} ({self.reason})" if self.reason else self.title

    @property
    def title(self) -> str:
        """Return the message without the reason."""
        return str(self.args[0])


class BusyError(DomainError):
    """Too many requests wait for the same thing already. The caller may try again in a moment."""

    code = "busy"
