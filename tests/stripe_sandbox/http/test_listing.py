"""Lists: pages and filters by creation time."""

from tests.stripe_sandbox.world import World


def test_a_list_is_paged_newest_first(world: World) -> None:
    made = [world.v1.customers.create({"name": str(number)}).id for number in range(7)]

    found = world.v1.customers.list({"limit": 3})
    before = world.v1.customers.list({"limit": 3, "ending_before": found.data[2].id})

    assert ([customer.id for customer in found.data], found.has_more) == (made[:3:-1], True)
    assert [customer.id for customer in before.data] == made[:4:-1]
    assert [customer.id for customer in found.auto_paging_iter()] == made[::-1]


def test_a_list_is_filtered_by_creation_time(world: World) -> None:
    world.v1.customers.create({"name": "old"})
    world.advance(days=1)
    since = int(world.clock().timestamp())
    world.v1.customers.create({"name": "new"})

    assert [customer.name for customer in world.v1.customers.list({"created": {"gte": since}}).data] == ["new"]
