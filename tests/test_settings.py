"""All problems of the settings are listed at once, and no secret has a default or is ever shown."""

from dataclasses import fields

import pytest

from service.settings import Settings, SettingsError, masked, read_settings

GOOD = {
    "PUBLIC_URL": "https://support.courier.example",
    "SECRET_KEYS": "0123456789abcdef0123456789abcdef,fedcba9876543210fedcba9876543210",
    "STRIPE_API_KEY": "sk_test_of_the_tests",
    "STRIPE_WEBHOOK_SECRETS": "whsec_one,whsec_two",
    "SMTP_URL": "smtp://mail.courier.example",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a service with good settings and nothing else that is a setting."""
    for field in fields(Settings):
        monkeypatch.delenv(field.name.upper(), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_good_settings_are_read(environment: pytest.MonkeyPatch) -> None:
    settings = read_settings()

    assert settings.secret_keys == tuple(GOOD["SECRET_KEYS"].split(","))
    assert settings.stripe_webhook_secrets == ("whsec_one", "whsec_two")
    assert settings.database_url is None
    assert settings.is_https
    assert not settings.is_livemode


def test_every_problem_is_listed_at_once(environment: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEYS", "STRIPE_API_KEY"):
        environment.delenv(name)
    environment.setenv("PUBLIC_URL", "http://support.courier.example")
    environment.setenv("ACCOUNTING_TIMEZONE", "Mars/Olympus")
    environment.setenv("TRUSTED_PROXIES", "many")

    with pytest.raises(SettingsError) as caught:
        read_settings()

    named = {problem.partition(":")[0] for problem in caught.value.problems}
    assert named == {"SECRET_KEYS", "STRIPE_API_KEY", "PUBLIC_URL", "ACCOUNTING_TIMEZONE", "TRUSTED_PROXIES"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "support.courier.example"),
        ("SMTP_URL", "mail.courier.example:587"),
        ("PUBLIC_URL", "https://support.courier.example/"),
        ("PUBLIC_URL", "https://support.courier.example?x=1"),
        ("PUBLIC_URL", "ftp://support.courier.example"),
        ("SECRET_KEYS", "short"),
        ("SECRET_KEYS", ",".join([GOOD["SECRET_KEYS"][:32]] * 2)),
        ("STRIPE_API_KEY", "pk_test_public"),
        ("STRIPE_WEBHOOK_SECRETS", "secret"),
        ("DATABASE_URL", "mysql://localhost/keepopen"),
        ("LOG_LEVEL", "LOUD"),
        ("PUBLIC_URL", "https://[::1"),
        ("METRICS_TOKEN", "short"),
        ("MAIL_TO_FILES", "perhaps"),
        ("PUBLIC_URL", "https://a.example:port"),
        ("PUBLIC_URL", "https://user@a.example"),
        ("SMTP_URL", "smtp://[::1"),
        ("RATELIMIT_STORAGE_URI", "cache.example:6379"),
        ("RATELIMIT_STORAGE_URI", "redis://"),
        ("RATELIMIT_STORAGE_URI", "redis://cache.example:port"),
        ("RATELIMIT_STORAGE_URI", "memcached://cache.example"),
        ("RATELIMIT_STORAGE_URI", "redis+unix://"),
        ("OIDC_ISSUER", "http://sign-in.courier.example"),
        ("OIDC_ISSUER", "sign-in.courier.example"),
        ("SECOND_PERSON", "refund"),
        ("SECOND_PERSON", "refunds=always"),
        ("SECOND_PERSON", "refund=always,refund=never"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "99"),
    ],
)
def test_a_wrong_value_is_named(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)

    with pytest.raises(SettingsError, match=name):
        read_settings()


def test_a_live_key_is_refused_with_a_sandbox(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STRIPE_API_KEY", "sk_live_of_the_tests")
    environment.setenv("STRIPE_API_BASE", "http://127.0.0.1:8001")

    with pytest.raises(SettingsError, match="STRIPE_API_BASE"):
        read_settings()


@pytest.mark.parametrize(
    ("public_url", "more", "is_refused"),
    [
        ("https://support.courier.example", {}, True),
        ("https://support.courier.example", {"MAIL_TO_FILES": "0"}, True),
        ("https://support.courier.example", {"MAIL_TO_FILES": "1"}, False),
        ("https://support.courier.example", {"SMTP_URL": "smtps://mail.courier.example"}, False),
        ("http://127.0.0.1:8000", {}, False),
    ],
)
def test_a_public_service_without_mail_must_say_that_it_wants_none(
    environment: pytest.MonkeyPatch, public_url: str, more: dict[str, str], is_refused: bool
) -> None:
    environment.delenv("SMTP_URL")
    for name, value in {"PUBLIC_URL": public_url, **more}.items():
        environment.setenv(name, value)

    if is_refused:
        with pytest.raises(SettingsError, match="SMTP_URL: is missing"):
            read_settings()
    else:
        assert read_settings().public_url == public_url


def test_the_newsrooms_provider_needs_three_settings(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("OIDC_ISSUER", "https://sign-in.courier.example/")
    environment.setenv("OIDC_CLIENT_ID", "keepopen")
    with pytest.raises(SettingsError, match="or none of the three"):
        read_settings()

    environment.setenv("OIDC_CLIENT_SECRET", SECRET)

    assert read_settings().oidc_issuer == "https://sign-in.courier.example/"
    assert SECRET not in repr(read_settings())
    assert masked(read_settings())["OIDC_CLIENT_SECRET"] == "(set)"


def test_secrets_and_passwords_are_hidden(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://keepopen:hunter22@db.example/keepopen")

    shown = "\n".join(f"{name}={value}" for name, value in masked(read_settings()).items())

    for secret in ("of_the_tests", "whsec_one", "0123456789abcdef", "hunter22"):
        assert secret not in shown
    assert "db.example/keepopen" in shown


SECRET = "Sup3rSecret"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://db.example/keepopen", "postgresql://db.example/keepopen"),
        (f"postgresql://app:{SECRET}@db.example:5432/keepopen", "postgresql://…@db.example:5432/keepopen"),
        (f"postgresql://db.example/keepopen?user=app&password={SECRET}", "postgresql://db.example/keepopen?…"),
        (f"postgresql://db.example/keepopen?password={SECRET}@x", "postgresql://…"),
        (f"postgresql://app:x?{SECRET}@db.example/keepopen", "postgresql://…"),
        (f"postgresql://app:x/{SECRET}@db.example/keepopen", "postgresql://…"),
        (f"postgresql://app:x#{SECRET}@db.example/keepopen", "postgresql://…"),
        (f"postgresql://app:x@{SECRET}@db.example/keepopen", "postgresql://…"),
        (f"postgresql://app:{SECRET}@one.example:1,two.example:2/keepopen", "postgresql://…"),
        (f"postgresql:///keepopen?host=/run&password={SECRET}", "postgresql:///keepopen?…"),
    ],
)
def test_no_spelling_of_an_address_shows_its_password(
    environment: pytest.MonkeyPatch, address: str, shown: str
) -> None:
    environment.setenv("DATABASE_URL", address)
    settings = read_settings()

    assert masked(settings)["DATABASE_URL"] == shown
    assert SECRET not in repr(settings)


def test_the_text_of_settings_holds_no_secret(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SMTP_URL", f"smtp://app:{SECRET}@mail.example")
    environment.setenv("RATELIMIT_STORAGE_URI", f"redis://:{SECRET}@cache.example")
    environment.setenv("METRICS_TOKEN", f"{SECRET}-of-the-metrics")
    text = repr(read_settings()) + str(masked(read_settings()))

    for secret in ("of_the_tests", "whsec_one", "0123456789abcdef", SECRET, SECRET[:8]):
        assert secret not in text
