"""Time for a machine busy with other tests, where an answer may take longer than the 0.8 seconds a widget waits."""

TIMES = 10


def patience(times: float = TIMES) -> str:
    """A script for new pages that makes each deadline of the widget so many times longer."""
    return f"AbortSignal.timeout = ((native) => (ms) => native.call(AbortSignal, ms * {times}))(AbortSignal.timeout);"
