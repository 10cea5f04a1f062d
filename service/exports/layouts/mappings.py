"""Read the YAML document of an account mapping, apply it, and find the mapping in force."""

from datetime import datetime
from typing import cast

from sqlalchemy import Connection, Engine

from schemas.account_mapping import AccountMappingSchema
from schemas.document import load_value
from service.campaigns.documents import read_document
from service.database.transaction import committed
from service.errors import InvalidDocumentError
from service.exports.layouts.account_mapping import AccountMapping, mapping_problems
from service.exports.layouts.mapping_store import add_mapping, find_mapping
from service.exports.request import Layout
from service.ledger.accounts import Account

KNOWN_CODES = frozenset(account.value for account in Account)


def read_mapping(text: str) -> AccountMapping:
    """Return the mapping that a YAML document describes. Raise InvalidDocumentError with every problem in it."""
    document = read_document(text)
    mapping = cast("AccountMapping", load_value(AccountMappingSchema(), document.content, document.lines))
    problems = mapping_problems(mapping, KNOWN_CODES)
    if problems:
        raise InvalidDocumentError(problems)
    return mapping


def apply_mapping(engine: Engine, text: str, applied_by: str, now: datetime) -> tuple[AccountMapping, int]:
    """Put a document in force for its layout, and return the mapping with its version.

    Raise InvalidDocumentError with every problem in the document.
    """
    mapping = read_mapping(text)
    with committed(engine) as connection:
        return mapping, add_mapping(connection, mapping.layout, text, applied_by, now)


def mapping_in_force(connection: Connection, layout: Layout) -> AccountMapping | None:
    """Return the mapping in force for a layout, or None if the layout names no accounts or none was applied.

    The bank statement for Xero has the date order of the mapping for Xero, because it goes to the same organisation.
    """
    mapped = Layout.XERO if layout is Layout.XERO_BANK else layout
    if not mapped.is_mapped:
        return None
    version = find_mapping(connection, mapped)
    return read_mapping(version.document) if version else None
