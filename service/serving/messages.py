"""What the server and its back office send each other: requests and answers, over a socket that only they have.

A message is a head, which is JSON, and a body of bytes. Their lengths stand before them.
"""

import json
import struct
from collections.abc import Iterator
from enum import StrEnum
from typing import IO, Any, NamedTuple

LENGTHS = struct.Struct(">II")


class Fields(list[tuple[str, str]]):
    """The headers of a forwarded request. A name may occur more than once."""

    def items(self) -> "Fields":
        """Return the names and values, as a mapping does."""
        return self


class ForwardedRequest(NamedTuple):
    """A request as the server received it, with a number that its answer repeats."""

    number: int
    lane: str
    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None
    fields: list[tuple[str, str]]

    @property
    def headers(self) -> Fields:
        """The headers, with names in lower case."""
        return Fields(self.fields)


class AnswerKind(StrEnum):
    """What a message of the back office says about a request."""

    WHOLE = "whole"  # the answer, which ends the request
    FILE = "file"  # an answer begins, and comes from a named pipe
    OPENED = "opened"  # the pipe is open
    CUT = "cut"  # the rest of the answer cannot be sent, so the connection must end
    END = "end"  # nothing more will come
    BUSY = "busy"  # the lane is full, which ends the request


class AnswerHead(NamedTuple):
    """The head of an answer. `text` is the path of a pipe, or the reason of a refusal."""

    number: int
    kind: AnswerKind
    status: int = 0
    headers: list[tuple[str, str]] = []  # noqa: RUF012 it is only read
    text: str = ""


def answer_head(text: bytes) -> AnswerHead:
    """Return the head of an answer. granian wants the headers as tuples."""
    number, kind, status, headers, reason = json.loads(text)
    return AnswerHead(number, kind, status, [(name, value) for name, value in headers], reason)


def packed(head: tuple[Any, ...], body: bytes = b"") -> bytes:
    """Return a message with this head and body."""
    text = json.dumps(head).encode()
    return b"".join((LENGTHS.pack(len(text), len(body)), text, body))


def received(stream: IO[bytes]) -> Iterator[tuple[list[Any], bytes]]:
    """Yield the heads and bodies of the messages that come, until the other side closes the socket."""
    while True:
        lengths = stream.read(LENGTHS.size)
        if len(lengths) < LENGTHS.size:
            return
        head, body = (stream.read(length) for length in LENGTHS.unpack(lengths))
        yield json.loads(head), body
