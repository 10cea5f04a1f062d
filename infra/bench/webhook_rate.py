"""Measure how many signed requests per second a server answers on 16 connections, and the CPU time it takes."""

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
    """Answers per second, and the CPU time of server and database together for each answer."""

    per_second: float
    cpu_milliseconds: float


def measure_rate(port: int, messages: Sequence[bytes], trees: Sequence[psutil.Process]) -> Rate:
    """Send the messages and return the rate. `trees` are processes whose CPU time counts, with their children.

    Raise SystemExit if the server refuses a message.
    """
    before, began = _cpu_seconds(trees), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [messages[number::CONNECTIONS] for number in range(CONNECTIONS)]
        accepted = sum(pool.map(lambda share: _send_in_turn(port, share), shares))
    seconds = time.perf_counter() - began
    if accepted != len(messages):
        raise SystemExit(f"only {accepted} of {len(messages)} were accepted")
    return Rate(accepted / seconds, (_cpu_seconds(trees) - before) * 1000 / accepted)


def _send_in_turn(port: int, messages: Sequence[bytes]) -> int:
    """Send the messages one after another on one connection. Return how many were answered 200."""
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
    times = [process.cpu_times() for tree in trees for process in (tree, *tree.children(recursive=True))]
    return float(sum(process_times.user + process_times.system for process_times in times))


def signed_message(path: str, body: bytes) -> bytes:
    """Return a signed HTTP request as bytes."""
    signature = stripe.WebhookSignature.generate_signature_header(body.decode(), WEBHOOK_SECRET)
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    return f"{head}Stripe-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def median_rate(rates: Sequence[Rate]) -> Rate:
    """Return the median of the rates and the median of the CPU times."""
    return Rate(
        statistics.median(rate.per_second for rate in rates), statistics.median(rate.cpu_milliseconds for rate in rates)
    )
