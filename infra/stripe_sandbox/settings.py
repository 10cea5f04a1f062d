"""What a person starting the sandbox may choose, and the knobs that can be turned while it runs."""

from dataclasses import dataclass, field

MINUTE = 60
DAY = 86_400


@dataclass
class SandboxSettings:
    """Delays are seconds; `webhook_url` with `webhook_secret` registers one endpoint for all events at the start."""

    public_url: str = "http://127.0.0.1:0"
    webhook_url: str | None = None
    webhook_secret: str | None = None
    webhook_delay_seconds: float = 0
    balance_transaction_delay_seconds: int = 1
    available_after_seconds: int = 2 * DAY
    payout_every_seconds: int = DAY
    payout_arrives_after_seconds: int = DAY
    delayed_method_seconds: int = 20
    refund_settles_after_seconds: int = 5
    dispute_opens_after_seconds: int = 0
    has_automatic_payouts: bool = True
    country: str = "DE"
    default_currency: str = "eur"


@dataclass
class Knobs:
    """Turned through /_sandbox/knobs; counters go down as they are used."""

    duplicate: int = 0
    drop: int = 0
    reorder: bool = False
    hold: bool = False
    delay_seconds: float = 0
    fee_arrives: str = "later"
    settlement: dict[str, dict[str, str]] = field(default_factory=dict)
    subscription_end: str = "cancel"
