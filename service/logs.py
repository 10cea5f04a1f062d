"""Structured logs: each line is a JSON object with an event name, values, and the id of the request if there is one.

Bodies, query strings, addresses of readers or pages, e-mail addresses and payment details are never logged.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from math import isfinite
from time import monotonic
from typing import Any

import structlog

from service.clock import system_clock
from service.ids import new_id

SELDOM_SECONDS = 60.0
REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


class Seldom:
    """Lets a line that would repeat every second be logged at once, and then once a minute or when it changes."""

    def __init__(self) -> None:
        self._said: tuple[object, ...] = ()
        self._next_at = 0.0

    def is_due(self, *values: object) -> bool:
        """Return whether the line with these values should be logged now."""
        is_due = values != self._said or monotonic() >= self._next_at
        if is_due:
            self._said, self._next_at = values, monotonic() + SELDOM_SECONDS
        return is_due


def configure_logs(level: str) -> None:
    """Send our log lines to standard error as JSON. `level` is the lowest level that is logged."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _error_without_values,
            _finite,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, LibraryHandler) for handler in root.handlers):
        root.addHandler(LibraryHandler(logging.WARNING))
    logging.captureWarnings(capture=True)
    threading.excepthook = _log_thread_error


def _log_thread_error(ended: threading.ExceptHookArgs) -> None:
    """Log an error that ended a thread, in place of a traceback with the error's message."""
    name = ended.thread.name if ended.thread else None
    structlog.get_logger().error("thread_ended", thread=name, exc_info=ended.exc_value)


class LibraryHandler(logging.Handler):
    """Logs warnings and errors of libraries as JSON, without their messages, which may quote personal data."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log where the message came from, and the error that it is about."""
        error = record.exc_info[1] if record.exc_info else None
        place = f"{record.filename}:{record.lineno}"
        structlog.get_logger().log(record.levelno, "library_message", library=record.name, place=place, exc_info=error)


class JsonLines(logging.Formatter):
    """Formats the lines of the server granian, which name processes and addresses of ours, as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. Of an error that ended a process only the type is shown."""
        line = {"message": record.getMessage(), "event": "server_message", "level": record.levelname.lower()}
        if record.exc_info and record.exc_info[0]:
            line["error_type"] = record.exc_info[0].__name__
        return json.dumps(line | {"timestamp": system_clock().isoformat()})


def _finite(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write null for an infinite number, such as the age of campaigns that were never loaded: JSON has none."""
    return {name: None if isinstance(value, float) and not isfinite(value) else value for name, value in event.items()}


def _error_without_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its type and the last eight places of its traceback.

    Its message is left out, because it may quote personal data.
    """
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        places = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
            trace = trace.tb_next
        event["error_type"] = type(error).__name__
        event["places"] = places[-8:]
    return event


def request_id_of(offered: str, made: str | None = None) -> str:
    """Return the id that a proxy sent if it has a plain format, otherwise `made`, or a new id if that is None."""
    return offered if offered and REQUEST_ID.fullmatch(offered) else made or new_id("req")
