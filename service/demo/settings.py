"""The demo's settings: fake keys, loopback addresses, and a data folder of its own."""

from pathlib import Path

from service.database.embedded import as_application
from service.demo.processes import Ports

SECRET_KEY = "demo-key-not-a-secret-demo-key-not-a-secret"
STRIPE_API_KEY = "sk_test_keepopen_demo"
WEBHOOK_SECRET = "whsec_keepopen_demo"
TIMEZONE = "Europe/Dublin"


def environment(ports: Ports, database_url: str, var_dir: Path) -> dict[str, str]:
    """Return the environment variables of the demo's processes."""
    return {
        "DATABASE_URL": as_application(database_url),
        "MIGRATION_DATABASE_URL": database_url,
        "PUBLIC_URL": ports.service_url,
        "SECRET_KEYS": SECRET_KEY,
        "STRIPE_API_KEY": STRIPE_API_KEY,
        "STRIPE_API_BASE": ports.sandbox_url,
        "STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        "STRIPE_ACCOUNT_TIMEZONE": TIMEZONE,
        "ACCOUNTING_TIMEZONE": TIMEZONE,
        "MAIL_FROM": "support@courier.example",
        "VAR_DIR": str(var_dir),
        "PYTHONUNBUFFERED": "1",
    }
