"""Why a sign-in at the newsroom's provider is refused or cannot be tried."""

from service.errors import DomainError


class SignInRefusedError(DomainError):
    """The provider or its answer does not prove who the person is, or the person was not invited."""

    code = "sign_in_refused"


class ProviderUnavailableError(DomainError):
    """The newsroom's provider could not be reached, or answered with something that OpenID Connect does not allow."""

    code = "provider_unavailable"

    def __init__(self) -> None:
        super().__init__("The sign-in service of your newsroom does not answer. Try again in a minute.")
