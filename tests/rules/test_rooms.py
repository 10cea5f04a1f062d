"""Rooms import in one direction, and a file imports only what its name allows."""

from collections import Counter
from graphlib import TopologicalSorter

import pytest

from tests.rules.imports import file_graph, room_graph, source_of, sources, violations
from tests.rules.rooms import BASICS, COMPOSITION, PAGE, ROOMS, ROOT, page_with_tables

CROWDED = 22


def test_no_file_imports_what_its_name_or_room_forbids() -> None:
    assert [broken for path in sources() for broken in violations(path, source_of(path))] == []


def test_the_table_names_every_room_and_every_import_between_rooms() -> None:
    """A stale entry would allow an import that nobody needs."""
    declared = {room.name: set(room.imports) for room in ROOMS}

    assert declared == room_graph()


def test_rooms_import_only_rooms_below_them() -> None:
    order = [room.name for room in ROOMS]

    upward = [
        (room.name, name) for room in ROOMS for name in room.imports if order.index(name) <= order.index(room.name)
    ]

    assert upward == []


def test_no_modules_import_each_other_in_a_ring() -> None:
    list(TopologicalSorter(file_graph()).static_order())  # raises CycleError, which names the ring


def test_everything_in_service_is_a_room_a_basic_or_composition() -> None:
    names = {path.name.removesuffix(".py") for path in (ROOT / "service").iterdir() if path.name != "__pycache__"}

    assert names - {"__init__"} == {room.name for room in ROOMS} | set(BASICS) | set(COMPOSITION)


@pytest.mark.parametrize("top", ["service", "schemas", "infra"])
def test_no_folder_is_crowded(top: str) -> None:
    modules = [path for ending in ("*.py", "*.js") for path in (ROOT / top).rglob(ending)]
    counted = Counter(path.parent for path in modules if path.name != "__init__.py" and "versions" not in path.parts)

    assert {str(folder.relative_to(ROOT)): count for folder, count in counted.items() if count > CROWDED} == {}


def test_the_architecture_page_shows_these_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page_with_tables(page) == page, "run: python -m tests.rules.rooms"


PLANTED = [
    ("service/exports/probe_store.py", "from flask import request"),
    ("service/exports/probe_store.py", "import stripe"),
    ("service/exports/probe_store.py", "import procrastinate"),
    ("service/exports/probe_store.py", "import os\nkey = os.environ['KEY']"),
    ("service/exports/probe_store.py", "from os import environ as given\nkey = given['KEY']"),
    ("service/exports/probe.py", "from sqlalchemy import select"),
    ("service/exports/probe.py", "def late():\n    from sqlalchemy import text"),
    ("service/exports/probe.py", "import os\nkey = os.getenv('KEY')"),
    ("service/exports/api.py", "import stripe"),
    ("service/exports/cli.py", "from sqlalchemy import text"),
    ("service/exports/jobs.py", "from flask import request"),
    ("service/ledger/posting/charge.py", "import datetime\nnow = datetime.datetime.now()"),
    ("service/ledger/posting/charge.py", "from datetime import datetime as moment\nnow = moment.now()"),
    ("service/ledger/posting/charge.py", "from time import time\nnow = time()"),
    ("service/ledger/probe.py", "from service.contributions.store import contributions"),
    ("service/ledger/probe.py", "from service.contributions import store"),
    ("service/ledger/probe.py", "import service.exports.store"),
    (
        "service/campaigns/probe.py",
        "if TYPE_CHECKING:\n    from service.decisions.decide import decide",
    ),
    ("service/readers/probe.py", "from service.decisions.decide import decide"),
    ("service/stripe_gateway/probe.py", "from service.stripe_facts.query_store import charges_by_id"),
    ("service/stripe_gateway/probe.py", "import sqlalchemy"),
    ("service/money.py", "from service.campaigns.campaign import Campaign"),
    ("service/money.py", "from service.web.problems import problem"),
    ("service/web/probe.py", "from service.app import create_app"),
    ("service/decisions/decide.py", "from schemas.decide import DecideSchema"),
    ("schemas/decide.py", "from service.readers.store import change_reader"),
    ("schemas/decide.py", "from service.campaigns.api import blueprint"),
    ("schemas/decide.py", "from flask import request"),
    ("service/newroom/probe.py", "from service.database.engine import application_engine"),
    ("service/decisions/decide.py", "import unheard_of_library"),
]


@pytest.mark.parametrize(("path", "source"), PLANTED)
def test_a_planted_violation_is_found(path: str, source: str) -> None:
    assert violations(path, source) != []


ALLOWED = [
    ("service/exports/probe_store.py", "from sqlalchemy import select"),
    ("service/exports/probe.py", "from sqlalchemy import Connection, Engine"),
    ("service/exports/api.py", "from flask import request\nfrom schemas.export import ExportQuerySchema"),
    ("service/exports/probe.py", "from service.ledger.accounts import Account\nfrom service.money import Money"),
    ("service/clock.py", "from datetime import UTC, datetime\nnow = datetime.now(UTC)"),
    ("service/settings.py", "import os\nkey = os.environ['KEY']"),
    ("schemas/decide.py", "from marshmallow import fields\nfrom service.campaigns.campaign import Kind"),
]


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_what_the_tables_allow_is_not_a_violation(path: str, source: str) -> None:
    assert violations(path, source) == []
