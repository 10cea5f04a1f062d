"""Read, apply and find account mappings."""

from datetime import datetime
from typing import cast

from sqlalchemy import Connection, Engine

from schemas.account_mapping import AccountMappingSchema
from schemas.document import load_value
from service.campaigns.documents import read_document
from service.errors import InvalidDocumentError
from service.exports.account_mapping import AccountMapping, mapping_problems
from service.exports.export import Layout
from service.exports.mapping_store import add_mapping, find_mapping
from service.ledger.accounts import Account

KNOWN_CODES = frozenset(account.value for account in Account)


def read_mapping(text: str) -> AccountMapping:
    """The mapping a YAML document describes; raises InvalidDocumentError with everything that is wrong with it."""
    document = read_document(text)
    mapping = cast("AccountMapping", load_value(AccountMappingSchema(), document.content, document.lines))
    problems = mapping_problems(mapping, KNOWN_CODES)
    if problems:
        raise InvalidDocumentError(problems)
    return mapping


def apply_mapping(engine: Engine, text: str, applied_by: str, now: datetime) -> tuple[AccountMapping, int]:
    """Check a document and put it in force for its layout; returns it with its version."""
    mapping = read_mapping(text)
    with engine.begin() as connection:
        return mapping, add_mapping(connection, mapping.layout, text, applied_by, now)


def mapping_in_force(connection: Connection, layout: Layout) -> AccountMapping | None:
    """What the organisation's accounts are in one layout; None where it names none or nothing was applied."""
    if not layout.is_mapped:
        return None
    version = find_mapping(connection, layout)
    return read_mapping(version.document) if version else None
