"""Sign people in at the newsroom's provider. Only people who were invited may enter."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from service.database.transaction import committed
from service.services import Services
from service.settings import Settings
from service.staff.people import Person
from service.staff.record_store import write_record
from service.staff.sessions import Proof, SignIn
from service.staff.signing_in import NewSession, begin_session
from service.staff.single_sign_on.attempt import new_attempt, open_attempt
from service.staff.single_sign_on.errors import SignInRefusedError
from service.staff.single_sign_on.id_token import ExpectedClaims, ProvenIdentity, proven_identity
from service.staff.single_sign_on.provider import Provider
from service.staff.single_sign_on.store import find_person_by_identity, has_identity, insert_identity
from service.staff.store import find_person_by_email

CALLBACK_PATH = "/console/sign-in/provider/back"


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes to sign in, and what it keeps until it comes back."""

    address: str
    sealed_attempt: str


@dataclass(frozen=True, slots=True)
class Return:
    """What a browser brings back from the provider: the sealed attempt, and the parameters of the address."""

    sealed_attempt: str
    state: str
    code: str
    issuer: str | None = None


def provider_of(settings: Settings) -> Provider | None:
    """Return the newsroom's provider, or None if there is none."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None or settings.oidc_client_secret is None:
        return None
    callback = settings.public_url + CALLBACK_PATH
    return Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, callback)


def leave_for_provider(services: Services, page: str, *, is_again: bool) -> Departure:
    """Begin a sign-in at the provider, which ends at `page`. `is_again`: the person must prove who they are again."""
    provider = _provider(services)
    attempt = new_attempt(page, services.clock())
    address = provider.authorization_address(attempt.state, attempt.nonce, attempt.verifier, is_again=is_again)
    return Departure(address, attempt.sealed(services.keys))


def return_from_provider(services: Services, back: Return, user_agent: str) -> tuple[NewSession, str]:
    """Finish a sign-in at the provider. Return the new session and the page to which the browser returns.

    Raise SignInRefusedError if the answer proves nothing or the person was not invited.
    """
    provider, now = _provider(services), services.clock()
    attempt = open_attempt(services.keys, back.sealed_attempt, back.state, now)
    if not back.code or back.issuer not in (None, provider.issuer):
        raise SignInRefusedError("Your sign-in service did not sign you in. Try again.")
    token, keys = provider.id_token_for(back.code, attempt.verifier)
    expected = ExpectedClaims(provider.issuer, provider.client_id, attempt.nonce)
    identity = proven_identity(token, keys, expected, now)
    with committed(services.engine) as connection:
        person = _invited(connection, identity, now)
        sign_in = SignIn(Proof.OIDC, user_agent, min(identity.proved_at or now, now))
        return begin_session(connection, person, sign_in, now), attempt.page


def can_sign_in_at_provider(services: Services, person: Person) -> bool:
    """Return whether a person has signed in at the present provider before."""
    issuer = services.settings.oidc_issuer
    if issuer is None:
        return False
    with committed(services.engine) as connection:
        return has_identity(connection, issuer, person.id)


def _provider(services: Services) -> Provider:
    provider = provider_of(services.settings)
    if provider is None:
        raise SignInRefusedError("This console has no sign-in service. Use a passkey, or ask an admin for a link.")
    return provider


def _invited(connection: Connection, identity: ProvenIdentity, now: datetime) -> Person:
    """Return the person with this identity. At the first sign-in the verified address of an invited person counts.

    Later the subject counts, so an address that is given to somebody else does not open the console to them.
    """
    person = find_person_by_identity(connection, identity.issuer, identity.subject)
    if person is None and identity.email:
        person = find_person_by_email(connection, identity.email)
        if person is not None and person.disabled_at is None:
            if insert_identity(connection, identity.issuer, identity.subject, person.id, now):
                write_record(connection, person, "join_provider", person.name, {"issuer": identity.issuer}, now)
            elif find_person_by_identity(connection, identity.issuer, identity.subject) is None:
                raise SignInRefusedError("Your address belongs to another account here. Ask an admin of your newsroom.")
    if person is None or person.disabled_at is not None:
        raise SignInRefusedError("You have not been invited to this console. Ask an admin of your newsroom.")
    return person
