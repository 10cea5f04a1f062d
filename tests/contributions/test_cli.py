"""`flask readers forget-account`."""

from flask import Flask

from tests.decisions import make


def test_forgetting_an_unknown_account_says_that_nothing_was_held(app: Flask) -> None:
    run = app.test_cli_runner().invoke

    forgotten = run(args=["readers", "forget-account", make.site().key, "reader-1"])

    assert (forgotten.exit_code, "Nothing was held." in forgotten.output) == (0, True)
