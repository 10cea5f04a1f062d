"""Count articles per topic and week in a run of bytes, because nearly every article changes some of many counts.

The run holds cells of five bytes: the fingerprint of a topic, the week modulo 256, and the number of articles read on
the topic in this week. No cell of a history is older than 52 weeks, so a byte tells the week. To count an article, its
cells are found and raised, and new cells are added at the end.

If a history has more than MAX_TOPIC_WEEKS cells, those worth least are dropped at once (see `bounded`), so that the
dropping is paid once for several articles.
"""

from collections.abc import Collection, Iterable, Mapping, Set
from operator import itemgetter, not_
from struct import Struct as Layout
from struct import unpack

from service.readers.packed_records import COUNT_LIMIT
from service.readers.reader import HISTORY_WEEKS, KEPT_TOPIC_WEEKS, KEPT_TOPICS, MAX_TOPIC_WEEKS

_CELL = Layout("3sBB")  # topic, week modulo 256, articles
_CELL_BYTES = _CELL.size
_WEEK_AT, _COUNT_AT = 3, 4
_WEEKS = 256  # as many weeks a byte tells apart
_WEEKS_TWICE = bytes(range(_WEEKS)) * 2  # from any week on, the weeks that follow it
_BACK_TWICE = _WEEKS_TWICE[::-1]
_MOST_FIRST = bytes(range(COUNT_LIMIT, -1, -1))  # a table for `translate`
_MOST_BYTES = MAX_TOPIC_WEEKS * _CELL_BYTES
_ONE = b"\x01"


def with_article(cells: bytes, topics: Iterable[bytes], week: int, now_week: int, wanted: Set[bytes]) -> bytes:
    """Return the cells after an article on these topics, read in `week`. `wanted`: see `bounded`."""
    week_byte = bytes((week % _WEEKS,))
    if not cells:
        return b"".join([topic + week_byte + _ONE for topic in topics])
    changed = bytearray(cells)
    for topic in topics:
        cell = topic + week_byte
        at = changed.find(cell)
        while at > 0 and at % _CELL_BYTES:  # it begins within another cell
            at = changed.find(cell, at + 1)
        if at < 0:
            changed += cell + _ONE
        elif changed[at + _COUNT_AT] < COUNT_LIMIT:
            changed[at + _COUNT_AT] += 1
    return bytes(changed) if len(changed) <= _MOST_BYTES else bounded(bytes(changed), now_week, wanted)


def bounded(cells: bytes, week: int, wanted: Set[bytes] = frozenset()) -> bytes:
    """Return the cells, or those that rank first if there are more than MAX_TOPIC_WEEKS. `week`: this week.

    Cells of wanted topics rank first, then those of later weeks, then those with more articles, then those in front.
    Kept are cells of the KEPT_TOPICS topics that come first in this order, and of these the first KEPT_TOPIC_WEEKS.
    """
    if len(cells) <= _MOST_BYTES:
        return cells
    topics = list(map(itemgetter(0), _CELL.iter_unpack(cells)))
    ranks = bytearray(4 * len(topics))  # a number of four bytes for each cell; the first ranks first
    ranks[1::4] = bytes(map(not_, map(wanted.__contains__, topics)))
    ranks[2::4] = cells[_WEEK_AT::_CELL_BYTES].translate(_ages(week))
    ranks[3::4] = cells[_COUNT_AT::_CELL_BYTES].translate(_MOST_FIRST)
    order = sorted(range(len(topics)), key=unpack(f">{len(topics)}I", ranks).__getitem__)
    kept = frozenset(list(dict.fromkeys(map(topics.__getitem__, order)))[:KEPT_TOPICS])
    places = [at * _CELL_BYTES for at in order if topics[at] in kept]
    return b"".join([cells[at : at + _CELL_BYTES] for at in places[:KEPT_TOPIC_WEEKS]])


def _ages(week: int) -> bytes:
    """Return a table for `translate` that turns weeks into the number of weeks before this one."""
    newest = (_WEEKS - 1 - week) % _WEEKS
    return _BACK_TWICE[newest : newest + _WEEKS]


def without_old_weeks(cells: bytes, week: int) -> bytes:
    """Return the cells that a rule reaches in `week`, which is at most a year later than the history."""
    oldest = (week - HISTORY_WEEKS + 1) % _WEEKS
    reached = _WEEKS_TWICE[oldest : oldest + HISTORY_WEEKS]
    if not cells[_WEEK_AT::_CELL_BYTES].translate(None, reached):
        return cells
    found = (cells[at : at + _CELL_BYTES] for at in range(0, len(cells), _CELL_BYTES))
    return b"".join([cell for cell in found if cell[_WEEK_AT] in reached])


def articles_on(cells: bytes, topics: Collection[bytes], week: int, weeks: int) -> int:
    """Count the articles read on these topics in `week` and the `weeks` weeks before it."""
    total = 0
    for topic in topics:
        at = cells.find(topic)
        while at >= 0:
            if at % _CELL_BYTES == 0 and (week - cells[at + _WEEK_AT]) % _WEEKS <= weeks:
                total += cells[at + _COUNT_AT]
            at = cells.find(topic, at + 1)
    return total


def most_read(cells: bytes) -> list[bytes]:
    """Return the topic read most, and others that were read as often."""
    articles: dict[bytes, int] = {}
    for topic, _, count in _CELL.iter_unpack(cells):
        articles[topic] = articles.get(topic, 0) + count
    most = max(articles.values(), default=0)
    return [topic for topic, count in articles.items() if count == most]


def topic_counts(cells: bytes, week: int) -> dict[tuple[bytes, int], int]:
    """Return the number of articles by topic and week. `week`: the week of the history."""
    found = _CELL.iter_unpack(cells)
    return {(topic, week - (week - cell_week) % _WEEKS): count for topic, cell_week, count in found}


def topic_cells(counts: Mapping[tuple[bytes, int], int]) -> bytes:
    """Return the cells of numbers of articles by topic and week. A count has at most a byte."""
    return b"".join(
        [_CELL.pack(topic, week % _WEEKS, min(count, COUNT_LIMIT)) for (topic, week), count in counts.items()]
    )
