"""The instant in a trace is exact: blocked one second before it, shown at it."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.simulation.running import simulate_text

DUBLIN, LONDON, NEW_YORK, AUCKLAND = "Europe/Dublin", "Europe/London", "America/New_York", "Pacific/Auckland"
SEEN = {"impressions": [{"campaign": "a", "at": "2026-11-16T10:00:00Z"}]}
CLOSED = {"dismissals": [{"campaign": "a", "at": "2026-11-16T10:00:00Z"}]}
READ = {"articles": [{"on": "2026-11-18", "count": 2}, {"on": "2026-11-10", "count": 3, "topics": ["sport"]}]}


def decided(
    zone: str, site: dict[str, Any], campaign: dict[str, Any], reader: dict[str, Any], at: str
) -> dict[str, Any]:
    """Return the decision on a page that is not an article, so that the view changes no count."""
    steps = [{"at": at, "view": {"page_type": "other"}}]
    whole = {"site": {"timezone": zone, **site}, "campaigns": [{"key": "a", **campaign}], "reader": reader}
    return simulate_text(json.dumps(whole | {"steps": steps}))[0]


@pytest.mark.parametrize(
    ("zone", "site", "campaign", "reader", "at", "blocked_by", "next_at"),
    [
        pytest.param(*row[1:], id=row[0])
        for row in [
            ("a week's articles leave on Monday", DUBLIN, {}, {"reader": {"article_count": {"max": 1, "weeks": 0}}},
             READ, "2026-11-18T10:00:00Z", "articles", "2026-11-23T00:00:00Z"),
            ("a day's articles leave at midnight", AUCKLAND, {}, {"reader": {"article_count": {"max": 1, "days": 1}}},
             READ, "2026-11-18T10:00:00Z", "articles", "2026-11-18T11:00:00Z"),
            ("those on a topic leave with their week", NEW_YORK, {},
             {"reader": {"article_count": {"max": 2, "weeks": 2, "topics": ["Sport"]}}}, READ,
             "2026-11-18T10:00:00Z", "articles", "2026-11-30T05:00:00Z"),
            ("a start waits for the clocks in spring", LONDON, {}, {"schedule": {"starts": "2026-03-30"}}, {},
             "2026-03-28T10:00:00Z", "starts", "2026-03-29T23:00:00Z"),
            ("hours come a second time when clocks repeat them", DUBLIN, {}, {"schedule": {"hours": "01:10-01:20"}}, {},
             "2026-10-25T00:25:00Z", "hours", "2026-10-25T01:10:00Z"),
            ("hours open in their middle when clocks are put back into it", NEW_YORK, {},
             {"schedule": {"hours": "00:30-01:30"}}, {}, "2026-11-01T05:45:00Z", "hours", "2026-11-01T06:00:00Z"),
            ("hours that clocks skip open when they have jumped", AUCKLAND, {},
             {"schedule": {"hours": "02:10-04:00"}}, {}, "2026-09-26T13:30:00Z", "hours", "2026-09-26T14:00:00Z"),
            ("hours that clocks skip altogether come the day after", AUCKLAND, {},
             {"schedule": {"hours": "02:10-02:50"}}, {}, "2026-09-26T10:00:00Z", "hours", "2026-09-27T13:10:00Z"),
            ("quiet hours that clocks repeat are quiet twice", DUBLIN, {"quiet_hours": "01:10-01:20"}, {}, {},
             "2026-10-25T01:15:00Z", "quiet_hours", "2026-10-25T01:20:00Z"),
            ("quiet hours across midnight end in the morning", NEW_YORK, {"quiet_hours": "23:00-07:00"}, {}, {},
             "2026-11-01T04:30:00Z", "quiet_hours", "2026-11-01T12:00:00Z"),
            ("a weekday begins at local midnight", AUCKLAND, {}, {"schedule": {"weekdays": ["sun"]}}, {},
             "2026-09-25T10:00:00Z", "weekdays", "2026-09-26T12:00:00Z"),
            ("the second of two rules that wait decides", DUBLIN, {},
             {"frequency": {"gap": {"days": 3}}, "schedule": {"hours": "12:00-13:00"}}, SEEN,
             "2026-11-18T10:00:00Z", "hours", "2026-11-19T12:00:00Z"),
            ("a gap of days is days of 24 hours", NEW_YORK, {}, {"frequency": {"gap": {"days": 3}}}, SEEN,
             "2026-11-18T10:00:00Z", "gap", "2026-11-19T10:00:00Z"),
            ("a cap frees when an impression is d times 24 hours old", DUBLIN, {},
             {"frequency": {"caps": {"impressions": 1, "days": 30}}}, SEEN,
             "2026-11-18T10:00:00Z", "caps", "2026-12-16T10:00:00Z"),
            ("a cycle rests", DUBLIN, {}, {"frequency": {"cycle": {"impressions": 1, "rest_days": 5}}}, SEEN,
             "2026-11-18T10:00:00Z", "cycle", "2026-11-21T10:00:00Z"),
            ("a day may turn at four", AUCKLAND, {}, {"frequency": {"daily": {"impressions": 1, "turns_at": "04:00"}}},
             SEEN, "2026-11-16T11:00:00Z", "daily", "2026-11-16T15:00:00Z"),
            ("a dismissal cools off", DUBLIN, {}, {"cool_off": {"after_dismissal": {"days": 14}}}, CLOSED,
             "2026-11-18T10:00:00Z", "after_dismissal", "2026-11-30T10:00:00Z"),
            ("or until shown again by the week", LONDON, {},
             {"cool_off": {"after_dismissal": {"until_shown_again": True},
                           "weekly_show_again": {"weekday": "sun", "at": "09:00"}}}, CLOSED,
             "2026-11-18T10:00:00Z", "after_dismissal", "2026-11-22T09:00:00Z"),
            ("a one-off contribution is thanked with its days", DUBLIN, {}, {},
             {"contributions": {"at": "2026-11-16T10:00:00Z"}},
             "2026-11-18T10:00:00Z", "supporter", "2027-02-14T10:00:00Z"),
            ("a cancelled one is paid until its end", DUBLIN, {},
             {}, {"supporter": {"state": "cancelled", "paid_until": "2026-12-01T10:00:00Z"}},
             "2026-11-18T10:00:00Z", "supporter", "2026-12-01T10:00:00Z"),
            ("a page that was excluded is free the day after", AUCKLAND,
             {"exclusions": {"ends_on": "2026-11-20"}}, {}, {},
             "2026-11-18T10:00:00Z", "excluded_page", "2026-11-20T11:00:00Z"),
            ("a site in mourning asks again after its minute", DUBLIN,
             {"sensitive": {"until": "2026-11-20 18:00"}}, {}, {},
             "2026-11-18T10:00:00Z", "sensitive", "2026-11-20T18:01:00Z"),
            ("a reader grows old enough", DUBLIN, {}, {"reader": {"first_seen": {"min_days": 7}}},
             {"first_seen": "2026-11-16T10:00:00Z"}, "2026-11-18T10:00:00Z", "first_seen", "2026-11-23T10:00:00Z"),
            ("a checkout counts as abandoned after its hours", DUBLIN, {},
             {"reader": {"abandoned_checkout": {"after_hours": 4}}},
             {"abandoned_checkout": {"at": "2026-11-18T09:00:00Z"}},
             "2026-11-18T10:00:00Z", "abandoned_checkout", "2026-11-18T13:00:00Z"),
        ]
    ],
)  # fmt: skip
def test_what_blocks_ends_at_the_instant_it_names_and_not_before(
    zone: str,
    site: dict[str, Any],
    campaign: dict[str, Any],
    reader: dict[str, Any],
    at: str,
    blocked_by: str,
    next_at: str,
) -> None:
    now = decided(zone, site, campaign, reader, at)
    just_before = (datetime.fromisoformat(next_at) - timedelta(seconds=1)).isoformat()

    assert (now["trace"][0]["blocked_by"], now["trace"][0]["next_at"]) == (blocked_by, next_at)
    assert decided(zone, site, campaign, reader, just_before)["shown"] == []
    assert decided(zone, site, campaign, reader, next_at)["shown"] == ["a"]


@pytest.mark.parametrize(
    ("campaign", "reader"),
    [
        pytest.param({"reader": {"article_count": {"min": 9}}}, READ, id="articles still to be read"),
        pytest.param({"reader": {"article_count": {"min": 3, "max": 4, "weeks": 1}}}, READ, id="too few next week"),
        pytest.param({"frequency": {"total_impressions": 1}}, SEEN, id="a total is for ever"),
        pytest.param({"schedule": {"ends": "2026-11-01"}}, {}, id="what is over"),
        pytest.param({"reader": {"first_seen": {"max_days": 1}}}, {"first_seen": "2026-11-01 10:00"}, id="too old"),
    ],
)
def test_no_instant_is_named_if_waiting_does_not_help(campaign: dict[str, Any], reader: dict[str, Any]) -> None:
    trace = decided(DUBLIN, {}, campaign, reader, "2026-11-18T10:00:00Z")["trace"][0]

    assert (trace["outcome"], trace["next_at"]) == ("blocked", None)


def test_a_sensitive_page_does_not_wait_for_the_site_to_calm_down() -> None:
    whole = {
        "site": {"sensitive": {"until": "2026-11-20 18:00"}},
        "campaigns": {"key": "a"},
        "steps": {"at": "2026-11-18 10:00", "view": {"is_sensitive": True}},
    }

    trace = simulate_text(json.dumps(whole))[0]["trace"][0]

    assert [rule["passes_at"] for rule in trace["rules"] if rule["rule"] == "sensitive"] == [None]
