"""Signed-in readers have one history over all their devices, and see no appeal if it cannot be read."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text

from service.campaigns.experiment import Experiment
from service.campaigns.frequency import CoolOff
from service.campaigns.reader_rules import ReaderRules
from service.decisions.prompt_token import open_prompt_token, prompt_sealer
from service.decisions.rules.supporters import contributed
from service.readers.merge import merged
from service.readers.packed_records import FreeRead, PoolUse, PromptRecord
from service.readers.reader import History
from service.readers.topics import topic_cells
from tests.conftest import SettableClock
from tests.decisions import make
from tests.decisions.world import Opener, decide, report, services_of
from tests.readers.assertions import RULES, signed

SITE = make.site(assertion=RULES)
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def phone_and_desk(open_client: Opener, engine: Engine, *campaigns: Any) -> tuple[FlaskClient, FlaskClient]:
    given = campaigns or (make.campaign(),)
    return tuple(open_client(*given, site=SITE, engine=engine) for _ in range(2))  # type: ignore[return-value]


def read(client: FlaskClient, *, who: str | None = "reader-1", **changes: Any) -> dict[str, Any]:
    return decide(client, **({"reader_assertion": signed(sub=who)} if who else {}), **changes)


def count(client: FlaskClient, **changes: Any) -> int:
    return int(read(client, **changes)["reader"]["article_count"])


def test_history_is_one_over_all_devices_and_counted_once(open_client: Opener, engine: Engine) -> None:
    phone, desk = phone_and_desk(open_client, engine)

    counts = [count(device) for device in (phone, phone, desk, phone, desk, desk)]

    assert counts == [1, 2, 3, 4, 5, 6]


def test_articles_read_before_sign_in_are_merged_once(open_client: Opener, engine: Engine) -> None:
    phone, desk = phone_and_desk(open_client, engine)
    for _ in range(3):
        count(phone, who=None)
    count(desk)

    assert [count(phone), count(phone), count(desk)] == [5, 6, 7]


@pytest.mark.parametrize("is_first", [True, False], ids=["the first device", "a second device"])
def test_a_passport_sent_twice_at_sign_in_is_merged_once(
    open_client: Opener, engine: Engine, *, is_first: bool
) -> None:
    """Two tabs at once, or a lost first answer, send the same passport again."""
    phone, desk = phone_and_desk(open_client, engine)
    carried = ""
    for _ in range(3):
        carried = read(phone, who=None, passport=carried)["passport"]
    known = 0 if is_first else count(desk)

    counts = [count(phone, passport=carried) for _ in range(3)]

    assert counts == [known + 4, known + 5, known + 6]


FOUR = make.campaign(
    variants=tuple(make.variant(key, is_control=key == "a") for key in "abcd"), experiment=Experiment(seed="autumn")
)


def variant(client: FlaskClient, **changes: Any) -> str:
    return str(read(client, **changes)["prompts"][0]["variant"])


def test_signing_in_changes_no_variant_on_the_first_browser(open_client: Opener, engine: Engine) -> None:
    for number in range(8):
        phone, desk = phone_and_desk(open_client, engine, FOUR)
        who = f"reader-{number}"

        before = variant(phone, who=None)

        assert [variant(phone, who=who), variant(desk, who=who), variant(phone, who=who)] == [before] * 3


def test_a_device_that_had_another_variant_takes_the_accounts_and_is_left_out(
    open_client: Opener, engine: Engine
) -> None:
    for number in range(12):
        phone, desk = phone_and_desk(open_client, engine, FOUR)
        who = f"reader-{number}"
        prompt = read(desk, who=None)["prompts"][0]
        report(desk, prompt, "seen")
        of_account = variant(phone, who=who)

        prompt_of_account = read(desk, who=who)["prompts"][0]

        assert prompt_of_account["variant"] == of_account
        ring = services_of(desk).keys
        token = open_prompt_token(prompt_sealer(ring), prompt_of_account["prompt_token"], make.instant())
        assert token.prompt.is_counted == (prompt["variant"] == of_account)


def test_a_bucket_after_consent_to_the_meter_alone_is_the_same_on_every_device(
    open_client: Opener, engine: Engine
) -> None:
    phone, desk = phone_and_desk(open_client, engine, FOUR)
    read(phone, consent="meter")

    assert variant(desk) == variant(phone)


def test_a_dismissal_on_one_device_silences_the_others(open_client: Opener, engine: Engine) -> None:
    campaign = make.campaign(cool_off=CoolOff(dismissal_seconds=(7 * make.DAY,)))
    phone, desk = phone_and_desk(open_client, engine, campaign)
    read(desk)
    prompt = read(phone)["prompts"][0]

    report(phone, prompt, "dismissed")

    assert read(desk)["prompts"] == []


def test_another_reader_on_the_same_device_inherits_nothing(open_client: Opener, engine: Engine) -> None:
    phone, _ = phone_and_desk(open_client, engine)
    for _ in range(3):
        count(phone, who="reader-1")

    assert [count(phone, who="reader-2"), count(phone, who="reader-1")] == [1, 4]


def test_the_row_holds_a_keyed_hash_and_never_the_id(open_client: Opener, engine: Engine) -> None:
    phone, _ = phone_and_desk(open_client, engine)
    read(phone)

    with engine.connect() as connection:
        row = connection.execute(text("SELECT site, reader_hash, held FROM readers")).one()
    assert (row.site, len(row.reader_hash)) == ("tide", 32)
    assert b"reader-1" not in bytes(row.held) + bytes(row.reader_hash)


def test_the_passport_decides_if_the_row_cannot_be_read(open_client: Opener, engine: Engine) -> None:
    before = open_client(make.campaign(), site=SITE, engine=engine)
    passport = read(before, passport="")["passport"]
    after = open_client(make.campaign(), site=SITE, engine=create_engine(NOWHERE))

    body = read(after, passport=passport)

    assert body["reader"] == {"article_count": 2, "supporter": "none"}
    assert [prompt["campaign"] for prompt in body["prompts"]] == ["autumn"]


def test_without_row_and_passport_a_signed_in_reader_sees_no_appeal(open_client: Opener) -> None:
    client = open_client(make.campaign(), site=SITE, engine=create_engine(NOWHERE))

    body = read(client)

    assert (body["prompts"], body["reader"]["supporter"]) == ([], "unknown")


def test_an_expired_assertion_silences_appeals_and_a_forged_one_is_ignored(
    open_client: Opener, engine: Engine, clock: SettableClock
) -> None:
    client = open_client(make.campaign(), site=SITE, engine=engine)
    old = signed()
    clock.advance(hours=5)

    assert decide(client, reader_assertion=old)["reader"]["supporter"] == "unknown"
    assert decide(client, reader_assertion=old[:-8] + "AAAAAAAA")["prompts"]


def test_rules_see_that_the_reader_is_signed_in(open_client: Opener, engine: Engine) -> None:
    members = make.campaign(reader=ReaderRules(is_signed_in=True))
    client = open_client(members, site=SITE, engine=engine)

    assert read(client)["prompts"]
    assert read(client, who=None)["prompts"] == []


def test_without_consent_no_row_is_read_or_written(open_client: Opener, engine: Engine) -> None:
    client = open_client(make.campaign(), site=SITE, engine=engine)

    body = read(client, consent="none")

    assert (body["prompts"], body["reader"]["supporter"]) == ([], "unknown")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM readers")).scalar() == 0


def test_merging_a_copy_again_changes_nothing() -> None:
    row, device = (
        make.reader(
            salt=number,
            history=History(
                make.time_at().day,
                bytes((number, 1)),
                bytes((number + 1,)),
                topic_cells({(bytes((0, 0, number)), make.time_at().week): 2}),
                b"",
                10,
            ),
            prompts=(PromptRecord(5, 2, (make.instant() - number, make.instant()), 1, make.instant() - number),),
            pools=(PoolUse(3, (FreeRead(number, make.instant() + 60),)),),
            support=contributed(make.reader().support, make.MONTH, make.instant() - number),
        )
        for number in (1, 2)
    )

    once = merged(row, device, link=7, instant=make.instant())
    again = merged(once, once, link=7, instant=make.instant())

    assert again == once
    assert (once.history.days, once.history.view_count) == (bytes((3, 2)), 20)
    assert (once.prompts[0].seen_count, len(once.pools[0].reads)) == (4, 2)


def test_a_contribution_on_one_device_is_known_on_all() -> None:
    now = make.instant()
    gave = make.reader(support=contributed(make.reader().support, make.MONTH, now))

    joined = merged(make.reader(), gave, link=7, instant=now)

    assert joined.support == gave.support


@pytest.mark.parametrize("event", ["seen", "dismissed"])
def test_an_event_of_a_signed_in_reader_counts_once(open_client: Opener, engine: Engine, event: str) -> None:
    client = open_client(make.campaign(), site=SITE, engine=engine)
    prompt = read(client)["prompts"][0]
    for _ in range(3):
        report(client, prompt, event, event_id="e1")
    read(client)

    held = client.get("/my-data.json?site=tide").get_json()["held"]["prompts"][0]

    assert held[event] == 1
