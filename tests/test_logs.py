"""Libraries log through our own logs: as JSON, and without their messages, which may quote personal data."""

import json
import logging
import math
import threading

import pytest
import structlog

from service.database.engine import application_engine, inbox_engine, owner_engine
from service.logs import configure_logs


def test_a_warning_of_a_library_is_logged_as_json_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("INFO")

    try:
        raise ValueError("mary@reader.example")
    except ValueError:
        logging.getLogger("queue.worker").exception("failed for %s", "mary@reader.example")
    logging.getLogger("queue.worker").info("ready")

    (line,) = capsys.readouterr().err.splitlines()
    logged = json.loads(line)
    assert (logged["event"], logged["library"], logged["level"]) == ("library_message", "queue.worker", "error")
    assert logged["error_type"] == "ValueError"
    assert "mary" not in line


def test_an_error_that_ends_a_thread_is_logged_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    before = threading.excepthook
    try:
        configure_logs("INFO")

        def fail() -> None:
            raise ValueError("mary@reader.example")

        thread = threading.Thread(target=fail, name="insights")
        thread.start()
        thread.join()
    finally:
        threading.excepthook = before

    (line,) = capsys.readouterr().err.splitlines()
    logged = json.loads(line)
    assert (logged["event"], logged["thread"], logged["error_type"]) == ("thread_ended", "insights", "ValueError")
    assert "mary" not in line


@pytest.mark.parametrize(("value", "written"), [(math.inf, None), (-math.inf, None), (math.nan, None), (1.5, 1.5)])
def test_a_line_is_json_also_if_a_number_is_infinite(
    capsys: pytest.CaptureFixture[str], value: float, written: float | None
) -> None:
    configure_logs("INFO")

    structlog.get_logger().info("campaigns_not_refreshed", age=value)

    line = capsys.readouterr().err
    assert json.loads(line)["age"] == written


def test_an_error_of_the_database_quotes_no_parameter() -> None:
    """Such an error may reach a terminal, if a command fails."""
    engines = application_engine("postgresql://u@127.0.0.1:9/x"), inbox_engine("postgresql://u@127.0.0.1:9/x")

    for engine in (*engines, owner_engine("postgresql://u@127.0.0.1:9/x")):
        assert engine.hide_parameters
