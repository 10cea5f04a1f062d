"""Only invited people enter over the newsroom's provider, and only with an answer that is meant for their sign-in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from service.assembly import build_services
from service.database.transaction import committed
from service.services import Services
from service.settings import Settings
from service.staff.people import Person, Role
from service.staff.record_store import all_rows
from service.staff.signing_in import NewSession, verify_session
from service.staff.single_sign_on.errors import ProviderUnavailableError, SignInRefusedError
from service.staff.single_sign_on.provider import SIGN_INS
from service.staff.single_sign_on.using import (
    Return,
    can_sign_in_at_provider,
    leave_for_provider,
    provider_of,
    return_from_provider,
)
from service.staff.store import update_person
from tests.conftest import SettableClock
from tests.staff.signed_in import FIREFOX, add_person
from tests.staff.single_sign_on.newsroom_provider import CLIENT_ID, CLIENT_SECRET, NewsroomProvider, serving

EMAIL = {"email": "Ana@courier.example", "email_verified": True}


@pytest.fixture
def provider(clock: SettableClock) -> Iterator[NewsroomProvider]:
    with serving(NewsroomProvider(now=clock.now.timestamp(), claims=dict(EMAIL))) as provider:
        yield provider


@pytest.fixture
def services(settings: Settings, clock: SettableClock, provider: NewsroomProvider) -> Iterator[Services]:
    """The services of a newsroom that has a provider."""
    wanted = replace(settings, oidc_issuer=provider.issuer, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET)
    services = build_services(wanted, clock)
    yield services
    services.close()


@pytest.fixture
def ana(services: Services) -> Person:
    return add_person(services, Role.EDITOR)


def sign_in(services: Services, provider: NewsroomProvider, **changes: Any) -> NewSession:
    departure = leave_for_provider(services, "/console/money", is_again=False)
    sent_back = {**provider.authorize(departure.address), **changes}
    back = Return(departure.sealed_attempt, sent_back["state"], sent_back["code"], sent_back["iss"])
    new, page = return_from_provider(services, back, FIREFOX)
    assert page == "/console/money"
    return new


def test_an_invited_person_enters(services: Services, provider: NewsroomProvider, ana: Person) -> None:
    assert not can_sign_in_at_provider(services, ana)

    new = sign_in(services, provider)

    assert verify_session(services.engine, new.secret, services.clock()) == (new.session, ana)
    assert can_sign_in_at_provider(services, ana)
    with committed(services.engine) as connection:
        assert [row.deed.act for row in all_rows(connection)] == ["join_provider", "sign_in"]


def test_a_person_who_was_not_invited_does_not_enter(services: Services, provider: NewsroomProvider) -> None:
    with pytest.raises(SignInRefusedError, match="not been invited"):
        sign_in(services, provider)


@pytest.mark.parametrize("is_verified", [False, None, "true", 1])
def test_an_address_that_the_provider_has_not_verified_proves_nothing(
    services: Services, provider: NewsroomProvider, ana: Person, is_verified: object
) -> None:
    provider.claims["email_verified"] = is_verified

    with pytest.raises(SignInRefusedError, match="not been invited"):
        sign_in(services, provider)


def test_after_the_first_sign_in_the_subject_counts_and_not_the_address(
    services: Services, provider: NewsroomProvider, ana: Person
) -> None:
    sign_in(services, provider)
    provider.claims = {"email": "new-name@courier.example", "email_verified": True}
    assert sign_in(services, provider).person == ana

    provider.claims = {**EMAIL, "sub": "a-successor"}

    with pytest.raises(SignInRefusedError, match="belongs to another account"):
        sign_in(services, provider)


def test_a_disabled_person_does_not_enter(services: Services, provider: NewsroomProvider, ana: Person) -> None:
    with committed(services.engine) as connection:
        update_person(connection, replace(ana, disabled_at=services.clock()))
    with pytest.raises(SignInRefusedError):
        sign_in(services, provider)

    with committed(services.engine) as connection:
        update_person(connection, ana)
    sign_in(services, provider)
    with committed(services.engine) as connection:
        update_person(connection, replace(ana, disabled_at=services.clock()))
    with pytest.raises(SignInRefusedError):
        sign_in(services, provider)


def test_a_proof_is_as_old_as_the_provider_says(
    services: Services, provider: NewsroomProvider, ana: Person, clock: SettableClock
) -> None:
    provider.claims["auth_time"] = int((clock() - timedelta(hours=3)).timestamp())
    assert not sign_in(services, provider).session.is_fresh_at(clock())

    provider.claims["auth_time"] = int((clock() + timedelta(hours=3)).timestamp())
    assert sign_in(services, provider).session.signed_in_at == clock()


def test_signing_in_again_asks_the_provider_to_check_the_person(
    services: Services, provider: NewsroomProvider, ana: Person
) -> None:
    for is_again, wishes in ((False, (None, None)), (True, ("login", "0"))):
        code = provider.authorize(leave_for_provider(services, "/console", is_again=is_again).address)["code"]
        assert (provider.asked[code].get("prompt"), provider.asked[code].get("max_age")) == wishes


@pytest.mark.parametrize(
    "forgery",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": [CLIENT_ID, "another"]},
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        {"azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"exp": float("inf")},
        {"iat": 1 << 36},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"sub": "x" * 256},
    ],
    ids=str,
)
def test_a_token_that_is_not_meant_for_this_sign_in_is_refused(
    services: Services, provider: NewsroomProvider, ana: Person, forgery: dict[str, Any]
) -> None:
    provider.claims |= forgery

    with pytest.raises(SignInRefusedError):
        sign_in(services, provider)


def test_keys_for_other_purposes_are_passed_over(services: Services, provider: NewsroomProvider, ana: Person) -> None:
    provider.other_keys = [{"kty": "new"}, 5, RSAKey.generate_key(2048, {"kid": "9"}).as_dict(private=False)]

    assert sign_in(services, provider).person == ana


def test_a_token_of_another_key_is_refused(services: Services, provider: NewsroomProvider, ana: Person) -> None:
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "1"})

    with pytest.raises(SignInRefusedError, match="not signed with one of its keys"):
        sign_in(services, provider)


def test_a_token_signed_with_a_shared_secret_is_refused(
    services: Services, provider: NewsroomProvider, ana: Person
) -> None:
    provider.header = {"alg": "HS256", "kid": "1"}
    provider.signing_key = OctKey.generate_key(256, {"kid": "1"})  # type: ignore[assignment]

    with pytest.raises(SignInRefusedError, match="not signed with one of its keys"):
        sign_in(services, provider)


@pytest.mark.parametrize(
    "changes",
    [{"state": "x"}, {"state": "é\ud800"}, {"code": ""}, {"code": "another"}, {"iss": "https://evil.example"}],
)
def test_an_answer_that_does_not_belong_to_the_attempt_is_refused(
    services: Services, provider: NewsroomProvider, ana: Person, changes: dict[str, str]
) -> None:
    with pytest.raises(SignInRefusedError):
        sign_in(services, provider, **changes)


def test_an_answer_is_accepted_only_in_the_browser_that_began_and_for_ten_minutes(
    services: Services, provider: NewsroomProvider, ana: Person, clock: SettableClock
) -> None:
    departure = leave_for_provider(services, "/console", is_again=False)
    foreign = leave_for_provider(services, "/console", is_again=False)
    sent_back = provider.authorize(departure.address)
    for sealed in (foreign.sealed_attempt, "", "x"):
        with pytest.raises(SignInRefusedError, match="begun in another browser or took too long"):
            return_from_provider(services, Return(sealed, sent_back["state"], sent_back["code"]), FIREFOX)

    clock.advance(minutes=10)
    with pytest.raises(SignInRefusedError, match="took too long"):
        return_from_provider(services, Return(departure.sealed_attempt, sent_back["state"], sent_back["code"]), FIREFOX)


def test_a_provider_that_is_down_or_is_another_is_said_in_words(
    services: Services, provider: NewsroomProvider, ana: Person
) -> None:
    for metadata in ({"issuer": "https://evil.example"}, {"token_endpoint": "http://127.0.0.1:9/token"}):
        provider.metadata = metadata
        with pytest.raises(ProviderUnavailableError, match="does not answer"):
            sign_in(services, provider)
    provider.is_broken = True
    with pytest.raises(ProviderUnavailableError, match="does not answer"):
        leave_for_provider(services, "/console", is_again=False)


def test_a_provider_that_hangs_holds_up_two_threads_and_no_more(
    services: Services, provider: NewsroomProvider, ana: Person
) -> None:
    provider.may_answer.clear()
    with ThreadPoolExecutor(SIGN_INS) as threads:
        hanging = [threads.submit(sign_in, services, provider) for _ in range(SIGN_INS)]
        assert provider.waiting.acquire(timeout=10)
        assert provider.waiting.acquire(timeout=10)
        with pytest.raises(ProviderUnavailableError):
            leave_for_provider(services, "/console", is_again=False)
        provider.may_answer.set()
        assert [work.result().person for work in hanging] == [ana, ana]

    assert sign_in(services, provider).person == ana


def test_without_settings_there_is_no_provider(settings: Settings, services: Services) -> None:
    assert provider_of(settings) is None
    with pytest.raises(SignInRefusedError, match="no sign-in service"):
        leave_for_provider(replace(services, settings=settings), "/console", is_again=False)
