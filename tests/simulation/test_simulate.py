"""Simulations, decision by decision."""

import json
from typing import Any

import pytest

from service.errors import InvalidDocumentError
from tests.simulation.running import simulate_text


def run(**parts: Any) -> list[dict[str, Any]]:
    whole = {"site": {"timezone": "Europe/Dublin"}, "campaigns": [{"key": "autumn"}], **parts}
    return simulate_text(json.dumps(whole))


def view(at: str = "2026-11-18 10:00", **facts: Any) -> dict[str, Any]:
    return {"at": at, "view": facts}


def event(event: str, at: str = "2026-11-18 10:00", **more: Any) -> dict[str, Any]:
    return {"at": at, "event": event, **more}


def shown(found: list[dict[str, Any]]) -> list[list[str]]:
    return [view["shown"] for view in found]


def why(found: dict[str, Any], campaign: str = "autumn") -> str | None:
    trace = next(entry for entry in found["trace"] if entry["campaign"] == campaign)
    return str(trace["blocked_by"]) if trace["blocked_by"] else None


def problems(**parts: Any) -> tuple[str, ...]:
    with pytest.raises(InvalidDocumentError) as error:
        run(**parts)
    return tuple(problem.removesuffix(" (line 1)") for problem in error.value.problems)


def test_a_plain_reader_is_shown_a_plain_campaign() -> None:
    found = run(steps=[view()])

    assert found[0]["step"] == 1
    assert found[0]["at"] == "2026-11-18T10:00:00Z"
    assert found[0]["shown"] == ["autumn"]
    assert found[0]["access"] == {
        "state": "open",
        "used": None,
        "allowance": None,
        "resets_at": None,
        "decided_by": None,
    }
    assert found[0]["reader"] == {"article_count": 1, "supporter": "none"}
    rule = found[0]["trace"][0]["rules"][0]
    assert rule == {"rule": "status", "passed": True, "value": "live", "limit": "live", "passes_at": None, "note": None}


def test_seen_prompts_fill_a_cap_that_frees_to_the_second() -> None:
    campaign = {"key": "autumn", "frequency": {"caps": {"impressions": 1, "days": 7}}}
    steps = [view(), event("seen"), view("2026-11-25 09:59:59"), view("2026-11-25 10:00:00")]

    found = run(campaigns=[campaign], steps=steps)

    assert shown(found) == [["autumn"], [], ["autumn"]]
    assert found[1]["trace"][0]["next_at"] == "2026-11-25T10:00:00Z"


def test_sees_prompts_counts_prompts_as_seen_without_steps() -> None:
    campaign = {"key": "autumn", "frequency": {"caps": {"impressions": 2, "days": 7}}}

    found = run(campaigns=[campaign], sees_prompts=True, steps=[view()] * 3)

    assert shown(found) == [["autumn"], ["autumn"], []]


def test_a_past_is_written_in_days_prompts_and_contributions() -> None:
    campaign = {
        "key": "autumn",
        "reader": {
            "article_count": [{"min": 4, "weeks": 1}, {"min": 2, "topics": ["politics"]}],
            "supporter": "everyone",
        },
        "frequency": {"caps": {"impressions": 3, "days": 30}},
    }
    reader = {
        "articles": [
            {"on": "2026-11-16", "count": 2, "topics": ["Politics"]},
            {"on": "2026-11-09"},
            {"on": "2026-11-08", "count": 50},
        ],
        "impressions": [{"campaign": "autumn", "at": ["2026-11-01 10:00", "2026-11-02T10:00:00Z"]}],
        "contributions": [{"at": "2026-11-10 10:00"}],
    }

    found = run(campaigns=[campaign], reader=reader, steps=[view()])

    assert shown(found) == [["autumn"]]
    assert found[0]["reader"] == {"article_count": 54, "supporter": "one_off"}


@pytest.mark.parametrize(
    ("supporter", "expected"),
    [
        ("none", "none"),
        ("one_off", "one_off"),
        ("recurring", "recurring"),
        ("past_due", "past_due"),
        ("lapsed", "lapsed"),
        ("unknown", "unknown"),
        ({"state": "cancelled", "paid_until": "2026-12-01 00:00"}, "recurring"),
        ({"state": "cancelled", "paid_until": "2026-11-01 00:00"}, "lapsed"),
        ({"state": "one_off", "at": "2026-01-01 00:00"}, "lapsed"),
    ],
)
def test_a_reader_may_start_as_a_supporter(supporter: Any, expected: str) -> None:
    assert run(reader={"supporter": supporter}, steps=[view()])[0]["reader"]["supporter"] == expected


def test_what_happens_between_views_changes_the_next() -> None:
    steps = [
        event("contributed", interval="month"), view(),
        event("payment_failed"), view(),
        event("payment_recovered"), view(),
        event("cancelled", paid_until="2026-11-19 00:00"), view(), view("2026-11-19 00:00"),
        event("contributed", "2026-11-20 00:00"), view("2026-11-20 00:00"),
        event("refunded", "2026-11-20 00:00"), view("2026-11-20 00:00"),
        event("erased", "2026-11-20 00:00"), view("2026-11-20 00:00"),
    ]  # fmt: skip

    states = [view["reader"]["supporter"] for view in run(steps=steps)]

    assert states == ["recurring", "past_due", "recurring", "recurring", "lapsed", "one_off", "lapsed", "none"]


def test_consent_in_a_view_wins_over_the_readers() -> None:
    found = run(reader={"consent": "full"}, steps=[view(), view(consent="none"), view(consent="meter"), view()])

    assert [view["reader"]["article_count"] for view in found] == [1, 0, 2, 3]


def test_what_is_seen_or_closed_without_consent_is_forgotten() -> None:
    once = {"key": "autumn", "frequency": {"total_impressions": 1}, "cool_off": {"after_dismissal": {"days": 14}}}
    steps = [view(consent="none"), event("seen"), event("dismissed"), view()]

    assert shown(run(campaigns=[once], steps=steps)) == [["autumn"], ["autumn"]]
    assert shown(run(campaigns=[once], steps=[view(consent="none"), view()], sees_prompts=True))[1] == ["autumn"]


def test_free_articles_already_read_count_against_the_meter() -> None:
    gate = {"key": "gate", "kind": "gate", "meter": {"anonymous": {"allowance": 2}}}
    free = [{"gate": "gate", "at": "2026-11-10 10:00", "pages": ["/a"]}]

    found = run(campaigns=[gate], reader={"free_articles": free}, steps=[view(page_id="/a"), view(), view()])

    assert [view["access"]["state"] for view in found] == ["metered", "metered", "gated"]
    assert [view["access"]["used"] for view in found] == [1, 2, 2]


def test_an_article_behind_a_hard_gate_has_not_been_read() -> None:
    found = run(campaigns=[{"key": "gate", "kind": "gate"}], steps=[view(), view()])

    assert [view["reader"]["article_count"] for view in found] == [0, 0]


def test_prefetch_counts_nothing() -> None:
    found = run(steps=[{**view(), "purpose": "prefetch"}, view()])

    assert shown(found) == [[], ["autumn"]]
    assert found[1]["reader"]["article_count"] == 1


@pytest.mark.parametrize(("views", "state"), [(0, "gated"), (1, "open"), (2, "gated")])
def test_a_page_fetched_ahead_is_judged_as_the_view_it_will_be(views: int, state: str) -> None:
    gate = {"key": "gate", "kind": "gate", "frequency": {"first_after_views": 0, "every_nth_view": 2}}
    ahead = {**view(), "purpose": "prefetch"}

    assert [view["access"]["state"] for view in run(campaigns=[gate], reader={"views": views}, steps=[ahead])] == [
        state
    ]


def test_the_first_campaign_of_a_file_is_the_oldest() -> None:
    found = run(campaigns=[{"key": "z"}, {"key": "a"}], steps=[view()])

    assert shown(found) == [["z"]]


def test_times_without_an_offset_are_on_the_sites_clock() -> None:
    found = run(site={"timezone": "Pacific/Auckland"}, steps=[view("2026-11-18 10:00"), view("2026-11-18T10:00:00Z")])

    assert [view["at"] for view in found] == ["2026-11-17T21:00:00Z", "2026-11-18T10:00:00Z"]


def test_steps_may_run_backwards() -> None:
    found = run(steps=[view("2026-11-18 10:00"), view("2026-11-01 10:00"), view("2026-12-01 10:00")])

    assert [view["reader"]["article_count"] for view in found] == [1, 2, 3]


def test_no_steps_are_no_decisions() -> None:
    assert run(steps=[]) == []


def test_every_wrong_field_is_named() -> None:
    assert problems(steps=[{"at": "soon", "view": {}}, {"at": "2026-11-18 10:00"}, view(page_typ="x")]) == (
        "steps 1, at: must be a time such as 2026-11-30T18:00:00Z, or 2026-11-30 18:00 on the site's own clock",
        "steps 2: needs a view or an event, not both",
        "steps 3, view, page_typ: is not a field here; did you mean page_type?",
    )
    assert problems(steps=[event("seen", campaign="spring")]) == (
        "steps 1, campaign: spring is not one of the campaigns (autumn)",
    )
    two = [{"key": "a"}, {"key": "b"}]
    assert problems(campaigns=two, reader={"dismissals": "2026-11-10"}, steps=[view()]) == (
        "reader, dismissals 1, campaign: is missing: whose prompt was it?",
    )
    assert problems(steps=[], reader={"impressions": [{"campaign": "x", "at": "2026-11-18 10:00"}]}) == (
        "reader, impressions 1, campaign: x is not one of the campaigns (autumn)",
    )
    assert problems(steps=[event("cancelled")]) == (
        "steps 1, paid_until: is missing: until when is the cancelled contribution paid?",
    )
    assert problems(campaigns=[{"key": "a"}, {"key": "a"}], steps=[]) == ("campaigns: two campaigns have the same key",)
    assert problems(site={"timezone": "Mars"}, steps=[])[0].startswith("site, timezone: must be a timezone")
    assert problems(steps=[view("0001-01-01 00:00")])


def test_another_failed_payment_does_not_restart_the_days_past_due() -> None:
    found = run(
        site={"timezone": "Europe/Dublin", "supporters": {"past_due_days": 7}},
        steps=[
            event("contributed", "2026-10-01 10:00", interval="month"),
            event("payment_failed", "2026-11-01 10:00"),
            event("payment_failed", "2026-11-05 10:00"),
            view("2026-11-08 09:59:59"),
            view("2026-11-08 10:00:00"),
        ],
    )

    assert [view["reader"]["supporter"] for view in found] == ["past_due", "lapsed"]


@pytest.mark.parametrize(
    ("site", "page", "state"),
    [
        ({}, {}, "open"),
        ({"suspends_gates": False}, {}, "gated"),
        ({"suspends_gates": False}, {"sensitive": "never"}, "open"),
        ({"suspends_gates": True}, {"sensitive": "also"}, "open"),
    ],
)
def test_gates_are_lifted_on_sensitive_pages_unless_the_site_keeps_them(
    site: dict[str, Any], page: dict[str, Any], state: str
) -> None:
    gate = {"key": "gate", "kind": "gate", "page": page}

    found = run(site={"sensitive": site}, campaigns=[gate], steps=[view(is_sensitive=True)])

    assert found[0]["access"]["state"] == state


def test_ten_thousand_steps_are_the_limit() -> None:
    assert len(run(steps=[view(section="news")] * 3000)) == 3000
    assert problems(steps=[view()] * 10_001) == ("steps: must be a list of 0 to 10000 items",)


def test_what_json_can_write_is_printed_as_it_was() -> None:
    words = {"en": {"heading": "Thank you 😀", "button": "Give"}}

    found = run(campaigns=[{"key": "autumn", "variants": [{"key": "control", "copy": words}]}], steps=[view()])

    assert found[0]["prompts"][0]["copy"]["heading"] == "Thank you 😀"


@pytest.mark.parametrize("method", ["thompson", "epsilon_greedy", "roulette"])
def test_who_saw_the_control_outside_a_bandits_coverage_stays_out_of_its_results(method: str) -> None:
    arms = [{"key": "control"}, {"key": "other"}]
    campaign = {"key": "autumn", "experiment": {"method": method, "coverage": 0.3}, "variants": arms}

    kept = set()
    for bucket in range(0, 1_000_000, 50_000):
        steps = [view(), event("seen"), view("2026-11-18 11:00")]
        first, second = (
            view["prompts"][0] for view in run(campaigns=[campaign], reader={"bucket": bucket}, steps=steps)
        )
        assert (first["variant"], first["is_counted"]) == (second["variant"], second["is_counted"])
        kept.add((first["variant"], first["is_counted"]))

    assert kept == {("control", False), ("control", True), ("other", True)}


def test_the_publications_services_are_asked_about_signed_in_readers_only() -> None:
    loyal = {"key": "loyal", "reader": {"external_audiences": ["loyal"]}}
    gentle = {"key": "gentle", "placement": "article_end", "reader": {"suppressible": True}}
    reader = {"audiences": ["loyal"], "suppressed": True}
    steps = [view(), event("signed_in", "2026-11-18 10:01"), view("2026-11-18 10:02")]

    found = run(campaigns=[loyal, gentle], reader=reader, steps=steps)

    assert shown(found) == [["gentle"], ["loyal"]]


def test_a_time_that_the_clocks_skip_is_the_same_instant_and_wall_time_an_hour_later() -> None:
    campaign = {"key": "autumn", "schedule": {"hours": "01:00-01:59"}}

    skipped, later, before = run(
        campaigns=[campaign], steps=[view("2027-03-28 01:30"), view("2027-03-28 02:30"), view("2027-03-28 00:59")]
    )

    assert (skipped["at"], skipped["local_at"]) == ("2027-03-28T01:30:00Z", "2027-03-28T02:30:00+01:00")
    assert (skipped["local_at"], skipped["shown"]) == (later["local_at"], later["shown"]) == (later["local_at"], [])
    assert before["shown"] == []


def test_groups_of_countries_are_named_in_any_letter_case() -> None:
    site = {"timezone": "Europe/Dublin", "country_groups": {"DACH": ["DE", "AT", "CH"]}}
    campaign = {"key": "autumn", "reader": {"countries": {"any": ["Dach", "IE"], "none": ["AT"]}}}
    steps = [view(country=country) for country in ("DE", "AT", "IE", "FR")]

    assert shown(run(site=site, campaigns=[campaign], steps=steps)) == [["autumn"], [], ["autumn"], []]


@pytest.mark.parametrize("is_past", [True, False], ids=["before the first step", "between steps"])
def test_a_refund_takes_back_the_latest_contribution_only(*, is_past: bool) -> None:
    times = ["2026-11-01 10:00", "2026-11-02 10:00"]
    gave: dict[str, Any] = {"contributions": [{"at": at} for at in times]} if is_past else {}
    support = [] if is_past else [event("contributed", at) for at in times]
    steps = [*support, event("refunded", "2026-11-03 10:00"), view(), event("refunded"), view("2026-11-18 11:00")]

    assert [view["reader"]["supporter"] for view in run(reader=gave, steps=steps)] == ["one_off", "none"]
