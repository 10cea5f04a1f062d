"""The type oracle itself: it must find errors, or its silence in the other tests means nothing."""

from typing import Any

import pytest
import stripe

from infra.stripe_sandbox.interface import API_VERSION, PARAMETERS, SHAPES
from infra.stripe_sandbox.routes.table import API_ROUTES
from tests.stripe_sandbox.type_oracle import check_object, check_request
from tests.stripe_sandbox.world import World


def test_the_sandbox_has_the_api_version_of_the_installed_library() -> None:
    assert stripe.api_version == API_VERSION


def test_every_parameter_list_belongs_to_a_route() -> None:
    served = {route.name for route in API_ROUTES}

    assert set(PARAMETERS) == served - {"GET /v1/payment_pages/{id}", "POST /v1/payment_pages/{id}/confirm"}


def test_the_field_lists_have_the_length_of_stripes_types() -> None:
    counts = {name: len(SHAPES[name]) for name in ("checkout.session", "invoice", "subscription", "charge", "payout")}

    assert counts == {"checkout.session": 69, "invoice": 80, "subscription": 49, "charge": 48, "payout": 27}


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ({"invoice": "in_1"}, "unknown field invoice"),
        ({"amount": "5"}, "'5' instead of int"),
        ({"amount": None}, "charge.amount"),
        ({"status": "paid"}, "'paid' is not one of"),
        ({"paid": 1}, "1 instead of bool"),
        ({"billing_details": {"mail": None}}, "unknown field mail"),
        ({"outcome": []}, "charge.outcome"),
    ],
)
def test_a_damaged_object_is_reported(world: World, damage: Any, finding: str) -> None:
    world.charge()
    charge = world.app.sandbox.render(world.app.sandbox.store.all("charge")[0])
    assert check_object(charge) == []

    found = check_object({**charge, **damage})

    assert any(finding in problem for problem in found), found


def test_an_absent_field_is_reported_even_if_it_may_be_null(world: World) -> None:
    world.charge()
    charge = world.app.sandbox.render(world.app.sandbox.store.all("charge")[0])
    del charge["failure_code"]

    assert check_object(charge) == ["charge: failure_code must be present"]


def test_requests_are_checked_by_the_librarys_parameter_types() -> None:
    found = stripe.params.RefundCreateParams

    assert check_request(found, {"charge": "ch_1", "amount": 100, "reason": "duplicate"}) == []
    assert check_request(found, {"charge": 1}) == ["RefundCreateParams.charge: 1 instead of str"]
    assert check_request(found, {"invoice": "in_1"}) == ["RefundCreateParams: unknown parameter invoice"]
