"""All data held about a supporter as a JSON document, to hand over."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.contributions.held.sections import HeldData


def held_document(held: HeldData, events: Mapping[str, Any], made_at: datetime) -> str:
    """Return the document. `events` are the opened texts of events by their ids."""
    sections = {
        section.name: {
            "why": section.why,
            "after_erasing": section.after_erasing,
            "rows": [{name: value for name, value in row.items() if value is not None} for row in section.rows],
        }
        for section in held.sections
    }
    document = {
        "made_at": made_at.isoformat(),
        "address": held.address,
        "names": list(held.names),
        "sections": sections,
        "event_texts": events,
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str)
