"""Reading events: the object that each type points at, in both forms of event, and malformed bodies."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.stripe_gateway.event_types import NOTED_EVENTS, OBJECT_TYPE_BY_EVENT, WAKE_UP_EVENTS
from service.stripe_gateway.events import MalformedEventError, read_event
from service.stripe_gateway.objects import ObjectRef, ObjectType


def snapshot(event_type: str, carried: Any) -> dict[str, Any]:
    return {"id": "evt_1", "object": "event", "type": event_type, "data": {"object": carried}}


@pytest.mark.parametrize("event_type", sorted(OBJECT_TYPE_BY_EVENT))
def test_every_event_we_act_on_points_at_its_object_in_both_forms(event_type: str) -> None:
    expected = ObjectRef(OBJECT_TYPE_BY_EVENT[event_type], "xx_1")
    thin = {
        "id": "evt_1", "object": "v2.core.event", "type": f"v1.{event_type}", "related_object": {"id": "xx_1"},
    }  # fmt: skip

    assert read_event(snapshot(event_type, {"id": "xx_1"})).object_ref == expected
    assert read_event(thin).object_ref == expected
    assert read_event(thin).type == event_type


def test_the_name_on_the_object_counts_more_than_the_type_of_the_event() -> None:
    refund = snapshot("charge.refund.updated", {"id": "re_1", "object": "refund"})

    assert read_event(refund).object_ref == ObjectRef(ObjectType.REFUND, "re_1")


@pytest.mark.parametrize(
    "carried",
    [
        {"object": "invoice", "subscription": "sub_1"},
        {"object": "invoice", "parent": {"subscription_details": {"subscription": "sub_1"}}},
    ],
    ids=["before basil", "since basil"],
)
def test_an_upcoming_invoice_points_at_its_subscription(carried: dict[str, Any]) -> None:
    assert read_event(snapshot("invoice.upcoming", carried)).object_ref == ObjectRef(ObjectType.SUBSCRIPTION, "sub_1")


def test_events_without_an_object_of_ours_point_at_nothing() -> None:
    found = [read_event(snapshot(event_type, {"id": "xx_1"})) for event_type in sorted(WAKE_UP_EVENTS | NOTED_EVENTS)]

    assert [event.object_ref for event in found] == [None] * len(found)


@pytest.mark.parametrize("created", [None, True, "yesterday", 1e400, -1e30, "2026-11-18T10:30:00Z", 1_763_461_800])
def test_an_unreadable_time_is_left_out(created: Any) -> None:
    event = read_event({**snapshot("charge.succeeded", {"id": "ch_1"}), "created": created})

    assert (event.created_at is not None) == (created in {"2026-11-18T10:30:00Z", 1_763_461_800})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["id", "type", "object", "data", "related_object", "livemode"]), json_values))
def test_any_json_is_read_as_an_event_or_refused_as_malformed(body: dict[str, Any]) -> None:
    try:
        event = read_event(body)
    except MalformedEventError:
        return
    assert event.id.isascii()
    assert event.object_id is None or event.object_id.isprintable()
