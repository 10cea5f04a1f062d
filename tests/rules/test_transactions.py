"""Only the room of the database opens connections. There, every error of the database becomes a 503."""

import re
from pathlib import Path

SERVICE = Path(__file__).parents[2] / "service"
OPENS = re.compile(r"(?<!connection)(?<!AsyncConnection)\.(begin|connect|raw_connection)\(")


def test_no_other_room_opens_a_connection() -> None:
    opening = {
        str(path.relative_to(SERVICE))
        for path in SERVICE.rglob("*.py")
        if "database" not in path.parts and OPENS.search(path.read_text(encoding="utf-8"))
    }

    assert opening == {"ledger/rebuild.py"}, "use committed() or connected() of service/database/transaction.py"
