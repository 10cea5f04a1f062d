"""`python -m infra.stripe_sandbox`: serve a sandbox until SIGTERM or an interrupt."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from werkzeug.serving import WSGIRequestHandler, make_server

from infra.stripe_sandbox.app import create_sandbox
from infra.stripe_sandbox.settings import SandboxSettings


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: the overview page shows the deliveries."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.stripe_sandbox", description="A substitute for Stripe that moves no real money."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=12111, help="TCP port; 0 chooses a free one")
    parser.add_argument("--public-url", help="address for browsers; default: http://HOST:PORT")
    parser.add_argument("--state", type=Path, help="SQLite file that keeps the state between runs; default: in memory")
    parser.add_argument("--webhook-url", help="endpoint for all events")
    parser.add_argument("--webhook-secret", help="signing secret of the endpoint")
    parser.add_argument("--webhook-delay-seconds", type=float, default=0)
    parser.add_argument("--available-after-seconds", type=int, default=SandboxSettings.available_after_seconds)
    parser.add_argument(
        "--payout-arrives-after-seconds", type=int, default=SandboxSettings.payout_arrives_after_seconds
    )
    parser.add_argument("--payout-every-seconds", type=int, default=SandboxSettings.payout_every_seconds)
    parser.add_argument("--delayed-method-seconds", type=int, default=SandboxSettings.delayed_method_seconds)
    return parser.parse_args()


def main() -> None:
    chosen = _arguments()
    settings = SandboxSettings(
        webhook_url=chosen.webhook_url,
        webhook_secret=chosen.webhook_secret,
        webhook_delay_seconds=chosen.webhook_delay_seconds,
        available_after_seconds=chosen.available_after_seconds,
        payout_every_seconds=chosen.payout_every_seconds,
        payout_arrives_after_seconds=chosen.payout_arrives_after_seconds,
        delayed_method_seconds=chosen.delayed_method_seconds,
    )
    app = create_sandbox(settings, state_file=chosen.state)
    try:
        server = make_server(chosen.host, chosen.port, app, threaded=True, request_handler=_QuietHandler)
    except (OSError, SystemExit):
        sys.exit(f"stripe sandbox: port {chosen.port} on {chosen.host} is in use; choose another with --port")
    address = f"http://{chosen.host}:{server.server_port}"
    settings.public_url = chosen.public_url or address

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    app.deliverer.start()
    print(f"stripe sandbox ready on {address}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        app.deliverer.stop()
        app.sandbox.store.close()


if __name__ == "__main__":
    main()
