"""A small provider of OpenID Connect on loopback. It signs in the person whose claims a test has set."""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Semaphore, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "keepopen", "the secret of the tests"


def _set_event() -> Event:
    event = Event()
    event.set()
    return event


@dataclass(slots=True)
class NewsroomProvider:
    """The provider's state. `claims` are those of the next ID token, on top of the usual ones.

    `asked`: the parameters of the authorization page, by the code that it handed out. A code can be used once.
    """

    issuer: str = ""
    now: float = 0
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signing_key: RSAKey | None = None
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    other_keys: list[Any] = field(default_factory=list)
    is_broken: bool = False
    may_answer: Event = field(default_factory=_set_event)
    waiting: Semaphore = field(default_factory=lambda: Semaphore(0))

    def authorize(self, address: str) -> dict[str, str]:
        """Sign the person in on the authorization page. Return the parameters of the address to which it sends back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return {"state": asked["state"], "code": code, "iss": self.issuer}

    def token(self, headers: Any, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        asked = self.asked.pop(form["code"][0], None)
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET.replace(' ', '%20')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        verifier = form.get("code_verifier", [""])[0].encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"][0]:
            return 400, {"error": "invalid_grant"}
        if headers["Authorization"] not in (f"Basic {expected}", f"Basic {plain}"):
            return 401, {"error": "invalid_client"}
        usual = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "ana-1", "nonce": asked["nonce"]}
        times = {"iat": int(self.now), "exp": int(self.now) + 300}
        claims = {name: value for name, value in {**usual, **times, **self.claims}.items() if value is not None}
        token = jwt.encode(self.header, claims, self.signing_key or self.key)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": token}

    def document(self, path: str) -> dict[str, Any]:
        if path == "/keys":
            return {"keys": [*self.other_keys, self.key.as_dict(private=False)]}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.metadata,
        }


@contextmanager
def serving(provider: NewsroomProvider) -> Iterator[NewsroomProvider]:
    """Serve a provider on a free port of loopback, and tell it its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.waiting.release()
            provider.may_answer.wait(10)
            self.answer(200, provider.document(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(*provider.token(self.headers, parse_qs(body)))

        def answer(self, status: int, document: dict[str, Any]) -> None:
            body = b"<html>down</html>" if provider.is_broken else json.dumps(document).encode()
            self.send_response(503 if provider.is_broken else status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep the output of the tests free of requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
