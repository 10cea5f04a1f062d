"""How many signed requests a server answers a second on a few connections, and the processor time it takes."""

import socket
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psutil
import stripe

from service.demo.processes import HOST
from service.demo.settings import WEBHOOK_SECRET

CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Rate:
    """One way of answering: answers a second, and processor time of server and database together for each."""

    per_second: float
    cpu_milliseconds: float


def rate(port: int, messages: Sequence[bytes], trees: Sequence[psutil.Process]) -> Rate:
    before, began = _cpu_seconds(trees), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [messages[number::CONNECTIONS] for number in range(CONNECTIONS)]
        accepted = sum(pool.map(lambda share: _send_in_turn(port, share), shares))
    seconds = time.perf_counter() - began
    if accepted != len(messages):
        raise SystemExit(f"only {accepted} of {len(messages)} were accepted")
    return Rate(accepted / seconds, (_cpu_seconds(trees) - before) * 1000 / accepted)


def _send_in_turn(port: int, messages: Sequence[bytes]) -> int:
    """One message after the other on one connection; how many were answered 200."""
    accepted = 0
    with socket.create_connection((HOST, port)) as connection:
        for message in messages:
            connection.sendall(message)
            answer = connection.recv(65536)
            while b'"}' not in answer:
                answer += connection.recv(65536)
            accepted += answer.startswith(b"HTTP/1.1 200")
    return accepted


def _cpu_seconds(trees: Sequence[psutil.Process]) -> float:
    times = [each.cpu_times() for tree in trees for each in (tree, *tree.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def signed_message(path: str, body: bytes) -> bytes:
    """A signed request, ready to be sent."""
    signature = stripe.WebhookSignature.generate_signature_header(body.decode(), WEBHOOK_SECRET)
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    return f"{head}Stripe-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def middle(rates: Sequence[Rate]) -> Rate:
    return Rate(
        statistics.median(each.per_second for each in rates), statistics.median(each.cpu_milliseconds for each in rates)
    )
