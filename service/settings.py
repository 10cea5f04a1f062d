"""The operator's settings, read once from the environment. All problems are listed at once; no secret has a default."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from zoneinfo import ZoneInfo

from environs import Env, EnvValidationError, ValidationError, validate

from service.addresses import LOOPBACK_HOSTS, origin_of, split_address
from service.clock import known_timezones
from service.errors import DomainError

SECRET_FIELDS = frozenset(
    {"secret_keys", "stripe_api_key", "stripe_webhook_secrets", "metrics_token", "oidc_client_secret"}
)
ADDRESS_FIELDS = frozenset({"database_url", "migration_database_url", "smtp_url", "ratelimit_storage_uri"})
MIN_SECRET_KEY_LENGTH = 32
MIN_METRICS_TOKEN_LENGTH = 16
MAX_TRUSTED_PROXIES = 10
DEFAULT_APPROVAL_LIMIT = 100
COUNTER_STORES = frozenset({"redis", "rediss", "valkey", "valkeys"})
COUNTER_SOCKETS = frozenset({"redis+unix", "valkey+unix"})
# The acts for which SECOND_PERSON says whether another person must agree.
AGREED_ACTS = ("switch_gate_on", "loosen_limits", "refund", "close_period", "reopen_period", "add_admin")
NEED = re.compile(rf"({'|'.join(AGREED_ACTS)})=(always|if_possible|never)", re.ASCII)
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
    secret_keys: tuple[str, ...] = field(repr=False)
    stripe_api_key: str = field(repr=False)
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    database_url: str | None = field(default=None, repr=False)
    migration_database_url: str | None = field(default=None, repr=False)
    stripe_api_base: str | None = None
    stripe_portal_configuration: str | None = None
    stripe_account_timezone: str = "UTC"
    accounting_timezone: str = "UTC"
    home_currency: str | None = None
    entry_approval_above: tuple[str, ...] = ("100",)
    ratelimit_storage_uri: str = field(default="memory://", repr=False)
    trusted_proxies: int = 0
    country_header: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    mail_to_files: bool = False
    metrics_token: str | None = field(default=None, repr=False)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    second_person: tuple[str, ...] = ()
    widget_off: tuple[str, ...] = ()
    log_level: str = "INFO"
    var_dir: Path = Path("var")

    @property
    def public_origin(self) -> str:
        """Return the scheme, host and port under which browsers reach the service."""
        return origin_of(self.public_url)

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


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """The settings that migrations need. They have the meaning of those in Settings."""

    database_url: str | None = field(repr=False)
    migration_database_url: str | None = field(repr=False)
    var_dir: Path


def read_database_settings() -> DatabaseSettings:
    """Read only the settings of the database. Raise SettingsError if one of them is wrong."""
    env = Env(eager=False)
    settings = DatabaseSettings(
        database_url=env.str("DATABASE_URL", None, validate=_is_postgresql),
        migration_database_url=env.str("MIGRATION_DATABASE_URL", None, validate=_is_postgresql),
        var_dir=env.path("VAR_DIR", Path("var")),
    )
    if problems := _problems(env):
        raise SettingsError(problems)
    return settings


def read_settings(values: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `values` and else from the environment. Raise SettingsError, listing every problem."""
    before = dict(os.environ)
    os.environ.update(values or {})
    env = Env(eager=False)
    settings = Settings(
        public_url=env.str("PUBLIC_URL", validate=_is_address),
        secret_keys=tuple(env.list("SECRET_KEYS", validate=_are_secret_keys) or ()),
        stripe_api_key=env.str("STRIPE_API_KEY", validate=_is_stripe_key),
        stripe_webhook_secrets=tuple(env.list("STRIPE_WEBHOOK_SECRETS", validate=_are_webhook_secrets) or ()),
        database_url=env.str("DATABASE_URL", None, validate=_is_postgresql),
        migration_database_url=env.str("MIGRATION_DATABASE_URL", None, validate=_is_postgresql),
        stripe_api_base=env.str("STRIPE_API_BASE", None, validate=_is_address),
        stripe_portal_configuration=env.str("STRIPE_PORTAL_CONFIGURATION", None),
        stripe_account_timezone=env.str("STRIPE_ACCOUNT_TIMEZONE", "UTC", validate=_is_timezone),
        accounting_timezone=env.str("ACCOUNTING_TIMEZONE", "UTC", validate=_is_timezone),
        home_currency=env.str("HOME_CURRENCY", None, validate=_is_currency),
        entry_approval_above=tuple(env.list("ENTRY_APPROVAL_ABOVE", ["100"], validate=_are_limits) or ()),
        ratelimit_storage_uri=env.str("RATELIMIT_STORAGE_URI", "memory://", validate=_is_counter_store),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0, validate=validate.Range(0, MAX_TRUSTED_PROXIES)),
        country_header=env.str("COUNTRY_HEADER", None),
        smtp_url=env.str("SMTP_URL", None, validate=_is_smtp),
        mail_from=env.str("MAIL_FROM", None),
        mail_to_files=env.bool("MAIL_TO_FILES", False),
        metrics_token=env.str("METRICS_TOKEN", None, validate=_is_metrics_token),
        oidc_issuer=env.str("OIDC_ISSUER", None, validate=_is_issuer),
        oidc_client_id=env.str("OIDC_CLIENT_ID", None),
        oidc_client_secret=env.str("OIDC_CLIENT_SECRET", None),
        second_person=tuple(env.list("SECOND_PERSON", [], validate=_are_needs) or ()),
        widget_off=tuple(env.list("WIDGET_OFF", []) or ()),
        log_level=env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])),
        var_dir=env.path("VAR_DIR", Path("var")),
    )
    for name in values or {}:
        del os.environ[name]
    os.environ.update(before)
    if problems := _problems(env) or tuple(_contradictions(settings)):
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


def _contradictions(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each setting that is valid by itself but not with the others."""
    if settings.stripe_api_base and settings.is_livemode:
        yield "STRIPE_API_BASE: is for a sandbox, but STRIPE_API_KEY is a live key; use a test key."
    if settings.is_https and settings.smtp_url is None and not settings.mail_to_files:
        yield "SMTP_URL: is missing, so readers get no mail. Set it, or MAIL_TO_FILES=1 to write mail to VAR_DIR/mail."
    oidc = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if any(oidc) and not all(oidc):
        yield "OIDC_ISSUER: set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or none of the three."


def _is_issuer(value: str | None) -> None:
    _is_address(value.removesuffix("/") if value else value)  # the issuers of some providers end with a slash


def _is_address(value: str | None) -> None:
    if value is None:
        return
    parts = split_address(value)
    is_plain = not parts.query and not parts.fragment and "@" not in parts.netloc and not value.endswith("/")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        raise ValidationError("must be an http or https address without user, query, fragment or final slash.")
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


def _are_needs(needs: list[str]) -> None:
    if not all(NEED.fullmatch(need) for need in needs):
        raise ValidationError(f"must be like refund=always,close_period=never, of the acts {', '.join(AGREED_ACTS)}.")
    if len({need.partition("=")[0] for need in needs}) != len(needs):
        raise ValidationError("names an act twice; remove one.")


def _is_postgresql(url: str | None) -> None:
    if url is not None and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValidationError("must be a postgresql:// address.")


def _is_counter_store(url: str) -> None:
    parts = split_address(url)
    is_server = parts.scheme in COUNTER_STORES and parts.hostname
    is_socket = parts.scheme in COUNTER_SOCKETS and parts.path.startswith("/")
    if url != "memory://" and not is_server and not is_socket:
        raise ValidationError("must be memory://, redis://host:6379, rediss://… with TLS, or redis+unix:///path.")


def _is_smtp(url: str | None) -> None:
    parts = split_address(url or "smtp://none")
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValidationError("must be an smtp:// or smtps:// address.")


def _is_currency(code: str | None) -> None:
    if code is not None and not re.fullmatch("[A-Z]{3}", code, re.ASCII):
        raise ValidationError("must be a currency code of three letters, such as EUR.")


def _is_metrics_token(token: str | None) -> None:
    if token is not None and len(token) < MIN_METRICS_TOKEN_LENGTH:
        raise ValidationError(f"must have at least {MIN_METRICS_TOKEN_LENGTH} characters.")


def _is_timezone(name: str) -> None:
    if name not in known_timezones():
        raise ValidationError("must be a timezone such as Europe/Dublin.")


def masked(settings: Settings) -> dict[str, str]:
    """Return the effective settings by variable name, as text for people. Secrets and passwords are hidden."""
    shown = {}
    for setting in fields(settings):
        value = getattr(settings, setting.name)
        if setting.name in SECRET_FIELDS:
            value = _shown_secret(value)
        elif setting.name in ADDRESS_FIELDS and value:
            value = _without_credentials(value)
        shown[setting.name.upper()] = "" if value is None else str(value)
    return shown


def _shown_secret(value: tuple[str, ...] | str | None) -> str:
    """Return how many secrets there are, or the prefix of a Stripe key, which says its kind and mode."""
    if isinstance(value, tuple):
        return f"({len(value)} set)"
    return f"{value[:8]}…" if value and value.startswith(("sk_", "rk_")) else "(set)" if value else ""


def _without_credentials(url: str) -> str:
    """Return scheme, host, port and path of an address: a password may stand before the host or in the query.

    If the address is unusual, so that the password could be anywhere, return the scheme alone.
    """
    parts = split_address(url)
    user, _, place = parts.netloc.rpartition("@")
    if not parts.scheme or "@" in f"{user}{parts.path}{parts.query}{parts.fragment}":
        return f"{url.partition('://')[0]}://…" if "://" in url else "…"
    shown = f"{'…@' if user else ''}{place}{parts.path}{'?…' if parts.query or parts.fragment else ''}"
    return f"{parts.scheme}://{shown}"
