"""Libraries log through our own logs: as JSON, and without their messages, which may quote personal data."""

import json
import logging

import pytest

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
