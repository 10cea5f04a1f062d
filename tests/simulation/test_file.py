"""Simulation files accept short forms and other common names of fields."""

import json
from typing import Any

import pytest

from service.errors import InvalidDocumentError
from tests.simulation.running import simulate_text

AT = "2026-11-18 10:00"
VIEW = {"at": AT, "view": {}}
DUBLIN = {"timezone": "Europe/Dublin"}


def run(campaign: dict[str, Any] | None = None, **parts: Any) -> list[dict[str, Any]]:
    whole = {"site": DUBLIN, "campaigns": [{"key": "a", **(campaign or {})}], "steps": [VIEW], **parts}
    return simulate_text(json.dumps(whole))


def trace_of(lines: list[dict[str, Any]]) -> Any:
    return [(line["shown"], line["access"], line["reader"], line["trace"]) for line in lines]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"is_signed_in": True, "is_verified": False}, {"signed_in": True, "verified": False}),
        ({"is_staff": True}, {"staff": True}),
        ({"signed_in": None, "consent": None, "supporter": None}, {}),
        ({"page_views": 3}, {"views": 3}),
        ({"view_count": 3}, {"views": 3}),
        ({"first_seen_at": "2026-11-10 10:00"}, {"first_seen": "2026-11-10 10:00"}),
        ({"first_seen": "2026-11-10"}, {"first_seen": "2026-11-10 00:00"}),
        ({"history": [{"date": "2026-11-10", "tags": ["x"]}]}, {"articles": [{"on": "2026-11-10", "topics": ["x"]}]}),
        ({"articles": {"2026-11-10": 2}}, {"articles": [{"on": "2026-11-10", "count": 2}]}),
        ({"articles": ["2026-11-10"]}, {"articles": [{"on": "2026-11-10"}]}),
        ({"impressions": {"a": ["2026-11-17 09:00"]}}, {"impressions": [{"campaign": "a", "at": "2026-11-17 09:00"}]}),
        ({"dismissals": "2026-11-17 09:00"}, {"dismissals": [{"campaign": "a", "at": "2026-11-17 09:00"}]}),
        ({"dismissals": [{"at": "2026-11-17"}]}, {"dismissals": [{"campaign": "a", "at": "2026-11-17 00:00"}]}),
        ({"supporter_state": "one-off"}, {"supporter": "one_off"}),
        ({"supporter": "active"}, {"supporter": "recurring"}),
        ({"supporter": False}, {"supporter": "none"}),
        ({"supporter": {"state": "lapsed", "since": "2026-10-01"}},
         {"supporter": {"state": "lapsed", "at": "2026-10-01 00:00"}}),
        ({"contributions": "2026-11-17"}, {"contributions": {"at": "2026-11-17 00:00"}}),
        ({"contributions": {"at": "2026-11-17", "interval": "monthly", "amount": 5, "currency": "EUR"}},
         {"contributions": {"at": "2026-11-17 00:00", "interval": "month"}}),
        ({"abandoned_checkout": "2026-11-17"}, {"abandoned_checkout": {"at": "2026-11-17 00:00"}}),
    ],
)  # fmt: skip
def test_other_names_of_reader_fields_are_accepted(written: dict[str, Any], meant: dict[str, Any]) -> None:
    rules = {
        "reader": {"supporter": ["none", "lapsed", "one_off"], "first_seen": {"min_days": 1}, "signed_in": False,
                   "abandoned_checkout": False, "article_count": {"min": 1, "topics": ["x"]}},
        "frequency": {"caps": {"impressions": 1, "days": 7}, "first_after_views": 2},
        "cool_off": {"after_dismissal": {"days": 14}},
    }  # fmt: skip
    gate = {"key": "g", "kind": "gate"}

    def of(reader: dict[str, Any]) -> list[dict[str, Any]]:
        steps = [VIEW, VIEW]
        return [*run(rules, reader=reader, steps=steps), *run({**gate, "key": "a"}, reader=reader)]

    assert trace_of(of(written)) == trace_of(of(meant))
    assert trace_of(of({})) != trace_of(of(meant)) or not meant or meant == {"supporter": "none"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"schedule": {"weekdays": ["Wednesday", "Thu"]}}, {"schedule": {"weekdays": ["wed", "thu"]}}),
        ({"schedule": {"hours": "9:00-9:30"}}, {"schedule": {"hours": "09:00-09:30"}}),
        ({"frequency": {"daily": 1}}, {"frequency": {"daily": {"impressions": 1}}}),
        ({"cool_off": {"show_again": "2026-11-01T09:00:00Z", "after_dismissal": {"until_shown_again": True}}},
         {"cool_off": {"show_again": {"at": "2026-11-01T09:00:00Z"}, "after_dismissal": {"until_shown_again": True}}}),
        ({"experiment": {"control": 0.5}, "variants": [{"key": "x"}, {"key": "y"}]},
         {"experiment": {"control": {"share": 0.5}}, "variants": [{"key": "x"}, {"key": "y"}]}),
        ({"variants": [{"key": "x", "ask": {"month": {"EUR": [3, 5]}, "own_amount": False}}]},
         {"variants": [{"key": "x", "ask": {"intervals": {"month": {"EUR": [3, 5]}}, "own_amount": False}}]}),
        ({"kind": "gate", "gate": "registration"}, {"kind": "gate", "gate": {"type": "registration"}}),
        ({"kind": "gate", "gate": {"strength": "soft", "mandatory_after": 0}},
         {"kind": "gate", "gate": {"strength": "soft", "mandatory_after": {"dismissals": 0}}}),
    ],
)  # fmt: skip
def test_short_forms_of_campaign_fields_are_accepted(written: dict[str, Any], meant: dict[str, Any]) -> None:
    assert trace_of(run(written)) == trace_of(run(meant))
    assert run(written)[0]["prompts"] == run(meant)[0]["prompts"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"holdout": 1}, {"holdout": {"share": 1}}),
        ({"consent": "full"}, {"consent": {"default": "full"}}),
        ("courier", {"key": "courier"}),
    ],
)
def test_short_forms_of_a_site_are_accepted(written: Any, meant: dict[str, Any]) -> None:
    assert trace_of(run(site=written)) == trace_of(run(site=meant))


def test_a_site_without_a_key_is_the_one_its_campaigns_name() -> None:
    assert run({"site": "courier"})[0]["shown"] == ["a"]
    assert run({"site": "courier"}, site={"key": "courier"})[0]["shown"] == ["a"]
    with pytest.raises(InvalidDocumentError, match="is not the file's site, tide"):
        run({"site": "courier"}, site={"key": "tide"})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"at": AT, "event": "closed"}, {"at": AT, "event": "dismissed"}),
        ({"at": AT, "event": "contributed", "interval": "monthly", "amount": "5.00", "currency": "EUR"},
         {"at": AT, "event": "contributed", "interval": "month"}),
        ({"at": AT, "event": "checkout_abandoned", "note": "left"}, {"at": AT, "event": "checkout_started"}),
        ({"at": AT, "view": {"purpose": "prerender"}}, {"at": AT, "view": {}, "purpose": "prefetch"}),
        ({"at": AT, "view": {}, "purpose": "crawler"}, {"at": AT, "view": {}, "purpose": "crawl"}),
    ],
)  # fmt: skip
def test_other_names_of_step_fields_are_accepted(written: dict[str, Any], meant: dict[str, Any]) -> None:
    rules = {"reader": {"supporter": "everyone", "abandoned_checkout": False}}

    assert trace_of(run(rules, steps=[VIEW, written, VIEW])) == trace_of(run(rules, steps=[VIEW, meant, VIEW]))


def test_an_event_without_a_campaign_is_about_all_that_the_last_view_showed() -> None:
    once = {"frequency": {"total_impressions": 1}}
    campaigns = [{"key": "a", **once}, {"key": "b", "kind": "banner", **once}, {"key": "c", **once}]
    steps = [VIEW, {"at": AT, "event": "seen"}, VIEW, {"at": AT, "event": "seen"}, VIEW]

    assert [line["shown"] for line in run(campaigns=campaigns, steps=steps)] == [["a", "b"], ["c"], []]


def test_an_event_repeated_under_its_id_changes_nothing() -> None:
    twice = {"frequency": {"total_impressions": 2}}
    seen = {"at": AT, "event": "seen", "event_id": "s1"}

    assert [view["shown"] for view in run(twice, steps=[VIEW, seen, seen, VIEW])] == [["a"], ["a"]]
    assert [view["shown"] for view in run(twice, steps=[VIEW, seen, {**seen, "event_id": "s2"}, VIEW])] == [
        ["a"],
        [],
    ]


@pytest.mark.parametrize(
    "past",
    [
        {"articles": [{"on": "2026-11-16"}]},
        {"impressions": [{"campaign": "a", "at": "2026-11-16 10:00"}]},
        {"contributions": [{"at": "2026-11-16 10:00"}]},
    ],
)
def test_a_reader_was_first_seen_when_their_past_begins(past: dict[str, Any]) -> None:
    known = {"reader": {"first_seen": {"min_days": 2}, "supporter": "everyone"}}

    assert run(known, reader=past)[0]["shown"] == ["a"]
    assert run(known, reader={**past, "first_seen": "2026-11-17 10:00"})[0]["shown"] == []


def test_a_reader_is_first_seen_when_anything_may_be_kept() -> None:
    steps = [{"at": "2026-11-10 10:00", "view": {"consent": "none"}}, VIEW]

    assert run({"reader": {"first_seen": {"min_days": 2}}}, steps=steps)[1]["shown"] == []


def test_a_refusal_names_the_field_and_the_line_as_written() -> None:
    file = """
    campaigns: {key: a}
    reader:
      is_signed_in: maybe
      supporter: {state: lapsed, since: soon}
    steps: []
    """

    with pytest.raises(InvalidDocumentError) as error:
        simulate_text(file)

    assert error.value.problems[0] == "reader, is_signed_in: must be true or false (line 4)"
    assert error.value.problems[1].startswith("reader, supporter, since: must be a time such as")
    assert error.value.problems[1].endswith("(line 5)")


@pytest.mark.parametrize(
    ("campaign", "words"),
    [
        ({"cool_off": {"after_dismissal": 14}}, "must be a mapping with days, hours, until_shown_again"),
        ({"kind": "gate", "meter": 3}, "must be a mapping with is_on, anonymous, unverified, registered"),
        ({"frequency": {"gap": 2}}, "must be a mapping with days, hours, minutes, counting"),
    ],
)
def test_a_refusal_lists_the_allowed_values(campaign: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidDocumentError, match=words):
        run(campaign)
