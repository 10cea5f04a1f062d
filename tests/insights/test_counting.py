"""What decisions and events add to the counts."""

from collections import Counter
from datetime import date

from service.decisions.tally import Cell, Counted, Tally
from service.services import EXTENSION
from tests.decisions import make
from tests.decisions.conftest import Opener, open_client
from tests.decisions.test_api import decide, report

__all__ = ["open_client"]


def test_prompts_are_counted_when_shown_and_events_the_first_time(open_client: Opener) -> None:
    client = open_client(make.campaign())
    prompt = decide(client)["prompts"][0]
    for _ in range(2):
        report(client, prompt, "seen")
    report(client, prompt, "clicked", event_id="e2")
    report(client, prompt, "dismissed", event_id="e3")

    counts: Counter[Cell] = client.application.extensions[EXTENSION].part(Tally).taken()

    cell = Cell("tide", "autumn", "control", date(2026, 11, 18), True, Counted.SHOWN)
    assert counts == Counter({cell._replace(event=event): 1 for event in Counted})


def test_readers_without_consent_are_shown_but_left_out_of_results(open_client: Opener) -> None:
    client = open_client(make.campaign())

    decide(client, consent="none")

    counts = client.application.extensions[EXTENSION].part(Tally).taken()
    assert [cell.is_counted for cell in counts] == [False]
