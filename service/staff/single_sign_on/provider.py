"""The newsroom's provider over HTTP: where its pages are, and what it answers for a code."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException

from service.staff.single_sign_on.errors import ProviderUnavailableError, SignInRefusedError

DISCOVERY_PATH = "/.well-known/openid-configuration"
SCOPE = "openid email profile"
SECONDS = 4.0  # for each of at most three calls: a person waits, and the deadline of a page is 15 seconds
SIGN_INS = 2  # at the same time, in a process: a provider that hangs must not hold up all threads of the pages
_free_sign_ins = BoundedSemaphore(SIGN_INS)


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of OpenID Connect, and how we are registered there. `callback`: our page to which it sends people."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    callback: str

    def authorization_address(self, state: str, nonce: str, verifier: str, *, is_again: bool) -> str:
        """Return the provider's page on which the person signs in.

        `is_again`: ask the provider to check the person again, even if they are signed in there.
        """
        wishes = {"prompt": "login", "max_age": "0"} if is_again else {}
        with _sign_in(), self._session() as session:
            metadata = self._metadata()
            address, _ = session.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier, **wishes
            )
        return str(address)

    def id_token_for(self, code: str, verifier: str) -> tuple[object, Mapping[str, Any]]:
        """Return the ID token for a code, and the provider's keys. The token is not checked yet.

        Raise SignInRefusedError if the provider refuses the code, and ProviderUnavailableError if it does not answer.
        """
        with _sign_in():
            metadata = self._metadata()
            return self._exchange(metadata, code, verifier), self._document(metadata["jwks_uri"], "keys")

    def _exchange(self, metadata: Mapping[str, Any], code: str, verifier: str) -> object:
        try:
            with self._session(_authentication_method(metadata)) as session:
                answer = session.fetch_token(
                    metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except OAuthError as error:
            raise SignInRefusedError("Your sign-in service refused to confirm the sign-in. Try again.") from error
        except (RequestException, ValueError) as error:
            raise ProviderUnavailableError from error
        return answer.get("id_token")

    def _metadata(self) -> Mapping[str, Any]:
        address = self.issuer.removesuffix("/") + DISCOVERY_PATH
        metadata = self._document(address, "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        if metadata["issuer"] != self.issuer:
            raise ProviderUnavailableError
        return metadata

    def _document(self, address: str, *needed: str) -> Mapping[str, Any]:
        """Fetch a JSON object that has all of these members. Raise ProviderUnavailableError if there is none."""
        try:
            with self._session() as session:
                response = session.get(address, withhold_token=True)
                response.raise_for_status()
                document = response.json()
        except (RequestException, ValueError) as error:
            raise ProviderUnavailableError from error
        if not isinstance(document, dict) or not all(name in document for name in needed):
            raise ProviderUnavailableError
        return document

    def _session(self, method: str = "client_secret_basic") -> OAuth2Session:
        return OAuth2Session(
            self.client_id,
            self.client_secret,
            token_endpoint_auth_method=method,
            scope=SCOPE,
            redirect_uri=self.callback,
            code_challenge_method="S256",
            default_timeout=SECONDS,
        )


@contextmanager
def _sign_in() -> Iterator[None]:
    """Hold one of the few places of sign-ins. Raise ProviderUnavailableError at once if all are taken."""
    if not _free_sign_ins.acquire(blocking=False):
        raise ProviderUnavailableError
    try:
        yield
    finally:
        _free_sign_ins.release()


def _authentication_method(metadata: Mapping[str, Any]) -> str:
    """Return how we name our secret: in the header, unless the provider takes it only in the form."""
    offered = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
