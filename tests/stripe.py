"""Run the Stripe sandbox on loopback for tests. The real SDK connects to it, and it delivers webhooks in process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

import requests
from werkzeug.serving import make_server

from infra.stripe_sandbox import SandboxSettings, StripeSandbox, create_sandbox

WEBHOOK_SECRET = "whsec_of_the_tests"
WEBHOOK_URL = "http://service.invalid/webhooks/stripe"
CARD = "4242 4242 4242 4242"
TIMEOUT_SECONDS = 20

Receiver = Callable[[str, dict[str, str], bytes], int]


class StripeStand:
    """A running sandbox. Its events wait until `deliver` passes them to `receiver`."""

    def __init__(self, app: StripeSandbox, url: str) -> None:
        self.app = app
        self.url = url
        self.receiver: Receiver | None = None
        self.sent: list[tuple[dict[str, str], bytes]] = []

    def send(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Record a delivery, pass it to `receiver` and return the status of the answer. Raise OSError without one."""
        self.sent.append((headers, body))
        if self.receiver is None:
            raise OSError("this test has no receiver for webhooks")
        return self.receiver(urlsplit(url).path, headers, body)

    def deliver(self) -> int:
        """Run what is due at Stripe and send every waiting event once. Return how many were accepted."""
        return self.app.deliverer.deliver_now()

    def pay(self, checkout_url: str, card: str = CARD, **entered: str) -> requests.Response:
        """Submit the hosted payment page as a reader does. Return the answer without following its redirect."""
        fields = {
            "email": "mary.byrne@reader.example",
            "name": "Mary Byrne",
            "country": "IE",
            "card_number": card,
            "card_expiry": "12 / 34",
            "card_cvc": "123",
            **entered,
        }
        return requests.post(checkout_url, data=fields, timeout=TIMEOUT_SECONDS, allow_redirects=False)

    def pay_by_debit(self, checkout_url: str, account: str) -> requests.Response:
        """Submit the hosted payment page with a bank account (IBAN)."""
        return self.pay(checkout_url, method="sepa_debit", account_number=account)

    def post(self, path: str, **parameters: str) -> requests.Response:
        """Post to the sandbox's API, as somebody in Stripe's dashboard would. Fail if the answer is not 200."""
        answer = requests.post(
            f"{self.url}{path}", data=parameters, auth=("sk_test_of_the_tests", ""), timeout=TIMEOUT_SECONDS
        )
        assert answer.status_code == 200, answer.text
        return answer

    def delete(self, path: str) -> None:
        """Delete an object of the sandbox's API, as somebody in Stripe's dashboard would. Fail if it is refused."""
        answer = requests.delete(f"{self.url}{path}", auth=("sk_test_of_the_tests", ""), timeout=TIMEOUT_SECONDS)
        assert answer.status_code == 200, answer.text


@contextmanager
def stripe_stand(clock: Callable[[], datetime]) -> Iterator[StripeStand]:
    """Run a sandbox on a free port and with this clock until the end of the block."""
    settings = SandboxSettings(webhook_url=WEBHOOK_URL, webhook_secret=WEBHOOK_SECRET)
    stands: list[StripeStand] = []

    def send(url: str, headers: dict[str, str], body: bytes) -> int:
        return stands[0].send(url, headers, body)

    app = create_sandbox(settings, clock=clock, sender=send, seed=1)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    settings.public_url = f"http://127.0.0.1:{server.server_port}"
    stands.append(StripeStand(app, settings.public_url))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stands[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
