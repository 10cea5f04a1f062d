"""The operator's settings, read once from the environment. All problems are listed at once; no secret has a default."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from environs import Env, EnvValidationError, ValidationError, validate

from service.clock import known_timezones
from service.errors import DomainError

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
SECRET_FIELDS = frozenset({"secret_keys", "stripe_api_key", "stripe_webhook_secrets"})
ADDRESS_FIELDS = frozenset({"database_url", "migration_database_url", "smtp_url", "ratelimit_storage_uri"})
MIN_SECRET_KEY_LENGTH = 32
MAX_TRUSTED_PROXIES = 10
DEFAULT_APPROVAL_LIMIT = 100
LIMIT = re.compile(r"([A-Z]{3}:)?[0-9]{1,12}", re.ASCII)


class SettingsError(DomainError):
    """Environment variables are missing or wrong. `problems` has a sentence for each variable."""

    code = "invalid_settings"

    def __init__(self, problems: tuple[str, ...]) -> None:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"These settings are not usable; correct these environment variables:\n{listed}")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """The effective settings. `database_url` None means the embedded PostgreSQL in `var_dir`."""

    public_url: str
    secret_keys: tuple[str, ...]
    stripe_api_key: str
    stripe_webhook_secrets: tuple[str, ...]
    database_url: str | None = None
    migration_database_url: str | None = None
    stripe_api_base: str | None = None
    stripe_account_timezone: str = "UTC"
    accounting_timezone: str = "UTC"
    entry_approval_above: tuple[str, ...] = ("100",)
    ratelimit_storage_uri: str = "memory://"
    trusted_proxies: int = 0
    country_header: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None
    widget_off: tuple[str, ...] = ()
    log_level: str = "INFO"
    var_dir: Path = Path("var")

    @property
    def public_origin(self) -> str:
        """Return the scheme, host and port under which browsers reach the service."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_https(self) -> bool:
        """Return whether browsers reach the service over https."""
        return self.public_url.startswith("https://")

    @property
    def is_livemode(self) -> bool:
        """Return whether the Stripe key moves real money. Events of the other mode are ignored."""
        return self.stripe_api_key.startswith(("sk_live_", "rk_live_"))

    @property
    def accounting_zone(self) -> ZoneInfo:
        """Return the timezone in which local days of finance begin and end."""
        return ZoneInfo(self.accounting_timezone)

    @property
    def approval_limits(self) -> dict[str, int]:
        """Return the highest amount in major units that one person may post to the ledger, by currency.

        The key `""` is for all other currencies.
        """
        parts = [text.rpartition(":") for text in self.entry_approval_above]
        return {"": DEFAULT_APPROVAL_LIMIT} | {currency: int(amount) for currency, _, amount in parts}


def read_settings() -> Settings:
    """Read the settings from environment variables. Raise SettingsError, listing every problem, if any is wrong."""
    env = Env(eager=False)
    settings = Settings(
        public_url=env.str("PUBLIC_URL", validate=_is_address),
        secret_keys=tuple(env.list("SECRET_KEYS", validate=_are_secret_keys) or ()),
        stripe_api_key=env.str("STRIPE_API_KEY", validate=_is_stripe_key),
        stripe_webhook_secrets=tuple(env.list("STRIPE_WEBHOOK_SECRETS", validate=_are_webhook_secrets) or ()),
        database_url=env.str("DATABASE_URL", None, validate=_is_postgresql),
        migration_database_url=env.str("MIGRATION_DATABASE_URL", None, validate=_is_postgresql),
        stripe_api_base=env.str("STRIPE_API_BASE", None, validate=_is_address),
        stripe_account_timezone=env.str("STRIPE_ACCOUNT_TIMEZONE", "UTC", validate=_is_timezone),
        accounting_timezone=env.str("ACCOUNTING_TIMEZONE", "UTC", validate=_is_timezone),
        entry_approval_above=tuple(env.list("ENTRY_APPROVAL_ABOVE", ["100"], validate=_are_limits) or ()),
        ratelimit_storage_uri=env.str("RATELIMIT_STORAGE_URI", "memory://"),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0, validate=validate.Range(0, MAX_TRUSTED_PROXIES)),
        country_header=env.str("COUNTRY_HEADER", None),
        smtp_url=env.str("SMTP_URL", None, validate=_is_smtp),
        mail_from=env.str("MAIL_FROM", None),
        widget_off=tuple(env.list("WIDGET_OFF", []) or ()),
        log_level=env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])),
        var_dir=env.path("VAR_DIR", Path("var")),
    )
    problems = _problems(env)
    if not problems and settings.stripe_api_base and settings.is_livemode:
        problems = ("STRIPE_API_BASE: is for a sandbox, but STRIPE_API_KEY is a live key; use a test key.",)
    if problems:
        raise SettingsError(problems)
    return settings


def _problems(env: Env) -> tuple[str, ...]:
    try:
        env.seal()
    except EnvValidationError as error:
        found = error.error_messages
        messages = dict(found) if isinstance(found, Mapping) else {"settings": found}
        return tuple(f"{name}: {' '.join(messages[name])}" for name in sorted(messages))
    return ()


def _is_address(value: str | None) -> None:
    if value is None:
        return
    parts = urlsplit(value)
    is_plain = not parts.query and not parts.fragment and not value.endswith("/")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        raise ValidationError("must be an http or https address without query, fragment or final slash.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise ValidationError("must be https, except for a loopback address.")


def _are_secret_keys(keys: list[str]) -> None:
    if not keys or any(len(key) < MIN_SECRET_KEY_LENGTH for key in keys):
        raise ValidationError(f"must be keys of at least {MIN_SECRET_KEY_LENGTH} characters, separated by commas.")
    if len(set(keys)) != len(keys):
        raise ValidationError("lists a key twice; remove one.")


def _is_stripe_key(key: str) -> None:
    if not key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        raise ValidationError("must start with sk_test_, sk_live_, rk_test_ or rk_live_.")


def _are_webhook_secrets(secrets: list[str]) -> None:
    if not secrets or any(not secret.startswith("whsec_") for secret in secrets):
        raise ValidationError("must be secrets that start with whsec_, separated by commas.")


def _are_limits(limits: list[str]) -> None:
    if not all(LIMIT.fullmatch(limit) for limit in limits):
        raise ValidationError("must be whole amounts such as 100 or EUR:250, separated by commas.")
    currencies = [limit.rpartition(":")[0] for limit in limits]
    if len(set(currencies)) != len(currencies):
        raise ValidationError("names a currency twice; remove one.")


def _is_postgresql(url: str | None) -> None:
    if url is not None and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValidationError("must be a postgresql:// address.")


def _is_smtp(url: str | None) -> None:
    if url is not None and (urlsplit(url).scheme not in {"smtp", "smtps"} or not urlsplit(url).hostname):
        raise ValidationError("must be an smtp:// or smtps:// address.")


def _is_timezone(name: str) -> None:
    if name not in known_timezones():
        raise ValidationError("must be a timezone such as Europe/Dublin.")


def masked(settings: Settings) -> dict[str, str]:
    """Return the effective settings by variable name, as text for people. Secrets and passwords are hidden."""
    shown = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name in SECRET_FIELDS:
            value = f"({len(value)} set)" if isinstance(value, tuple) else f"{value[:8]}…"
        elif field.name in ADDRESS_FIELDS and value:
            value = _without_credentials(value)
        shown[field.name.upper()] = "" if value is None else str(value)
    return shown


def _without_credentials(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}…@{rest.rpartition('@')[2]}" if "@" in rest else url
