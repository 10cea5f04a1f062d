"""Settings chosen when the sandbox starts, and knobs that tests change while it runs."""

from dataclasses import dataclass, field

MINUTE = 60
DAY = 86_400


@dataclass
class SandboxSettings:
    """Settings of one sandbox. `webhook_url` with `webhook_secret` registers an endpoint for all events."""

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
    """Changed through /_sandbox/knobs. `duplicate` and `drop` count the deliveries left to send twice, or to drop.

    `fee_arrives` is `later` or `at_once`. `settlement` maps a currency to the currency and rate of its settlement.
    `subscription_end` is the status after the last failed retry: `cancel`, `unpaid` or `past_due`.
    """

    duplicate: int = 0
    drop: int = 0
    reorder: bool = False
    hold: bool = False
    delay_seconds: float = 0
    fee_arrives: str = "later"
    settlement: dict[str, dict[str, str]] = field(default_factory=dict)
    subscription_end: str = "cancel"
