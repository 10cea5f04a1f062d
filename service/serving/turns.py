"""The order in which requests that arrive together go on."""

import asyncio
from collections import deque

REQUESTS_PER_TURN = 4
PAUSE_SECONDS = 0.001


class Turns:
    """Lets requests go on a few at a time, so that a decision that arrives among thousands waits for few of them.

    The event loop calls all functions that are ready, in order, before it looks for new ones. In the pause after a
    turn it makes decisions, and granian's threads, which need the interpreter lock, hand over what has arrived.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_called = False

    async def wait(self) -> None:
        """Return when it is this request's turn."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        if not self._is_called:
            self._is_called = True
            loop.call_soon(self._call, loop)
        await turn

    def _call(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(min(REQUESTS_PER_TURN, len(self._waiting))):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
        self._is_called = bool(self._waiting)
        if self._is_called:
            loop.call_later(PAUSE_SECONDS, self._call, loop)
