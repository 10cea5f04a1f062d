"""Random bytes are never handed out twice, not even to another thread or to a forked process."""

import os
from concurrent.futures import ThreadPoolExecutor

from service.ids import random_bytes


def test_a_forked_process_draws_other_bytes() -> None:
    random_bytes(16)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, random_bytes(16))
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(read, 16) not in {random_bytes(16) for _ in range(200)}


def test_threads_draw_different_bytes() -> None:
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda _: random_bytes(12), range(5_000)))

    assert len(set(drawn)) == len(drawn)


def test_as_many_bytes_come_as_were_asked_for() -> None:
    assert [len(random_bytes(count)) for count in (1, 12, 16, 17, 64)] == [1, 12, 16, 17, 64]
