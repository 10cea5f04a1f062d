"""What the operator decides, read from the environment once: all problems listed at once, no default for a secret."""

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
ADDRESS_FIELDS = frozenset({"database_url", "smtp_url", "ratelimit_storage_uri"})
MIN_SECRET_KEY_LENGTH = 32
MAX_TRUSTED_PROXIES = 10


class SettingsError(DomainError):
    """The environment is not usable; `problems` name each variable in words."""

    code = "invalid_settings"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("These settings are not usable:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """Effective settings. `database_url` None means the embedded PostgreSQL in `var_dir`."""

    public_url: str
    secret_keys: tuple[str, ...]
    stripe_api_key: str
    stripe_webhook_secrets: tuple[str, ...]
    database_url: str | None = None
    stripe_api_base: str | None = None
    stripe_account_timezone: str = "UTC"
    accounting_timezone: str = "UTC"
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
        """Scheme, host and port that browsers see this service under."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def is_livemode(self) -> bool:
        """Whether the Stripe key moves real money; events of the other mode are ignored."""
        return self.stripe_api_key.startswith(("sk_live_", "rk_live_"))

    @property
    def accounting_zone(self) -> ZoneInfo:
        return ZoneInfo(self.accounting_timezone)


def read_settings() -> Settings:
    """Settings from environment variables; raises SettingsError with every problem found."""
    env = Env(eager=False)
    settings = Settings(
        public_url=env.str("PUBLIC_URL", validate=_is_address),
        secret_keys=tuple(env.list("SECRET_KEYS", validate=_are_secret_keys) or ()),
        stripe_api_key=env.str("STRIPE_API_KEY", validate=_is_stripe_key),
        stripe_webhook_secrets=tuple(env.list("STRIPE_WEBHOOK_SECRETS", validate=_are_webhook_secrets) or ()),
        database_url=env.str("DATABASE_URL", None, validate=_is_postgresql),
        stripe_api_base=env.str("STRIPE_API_BASE", None, validate=_is_address),
        stripe_account_timezone=env.str("STRIPE_ACCOUNT_TIMEZONE", "UTC", validate=_is_timezone),
        accounting_timezone=env.str("ACCOUNTING_TIMEZONE", "UTC", validate=_is_timezone),
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
        problems = ("STRIPE_API_BASE: names a sandbox, so STRIPE_API_KEY must be a test key",)
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
        raise ValidationError("must be an http(s) address without query, fragment or final slash.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise ValidationError("must be https unless it is on loopback.")


def _are_secret_keys(keys: list[str]) -> None:
    if not keys or any(len(key) < MIN_SECRET_KEY_LENGTH for key in keys):
        raise ValidationError(f"each key needs at least {MIN_SECRET_KEY_LENGTH} characters.")
    if len(set(keys)) != len(keys):
        raise ValidationError("a key is listed twice.")


def _is_stripe_key(key: str) -> None:
    if not key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        raise ValidationError("must start with sk_test_, sk_live_, rk_test_ or rk_live_.")


def _are_webhook_secrets(secrets: list[str]) -> None:
    if not secrets or any(not secret.startswith("whsec_") for secret in secrets):
        raise ValidationError("each secret starts with whsec_.")


def _is_postgresql(url: str | None) -> None:
    if url is not None and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValidationError("must be a postgresql:// address.")


def _is_smtp(url: str | None) -> None:
    if url is not None and (urlsplit(url).scheme not in {"smtp", "smtps"} or not urlsplit(url).hostname):
        raise ValidationError("must be an smtp:// or smtps:// address.")


def _is_timezone(name: str) -> None:
    if name not in known_timezones():
        raise ValidationError("is not a known timezone such as Europe/Dublin.")


def masked(settings: Settings) -> dict[str, str]:
    """Effective values by variable name, secrets and passwords hidden, for people to read."""
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
