"""Read the YAML document of an account mapping, apply it, and find the mapping in force."""

from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, Engine

from schemas.account_mapping import AccountMappingSchema
from schemas.document import load_value
from service.campaigns.documents import read_document
from service.database.transaction import committed
from service.errors import InvalidDocumentError
from service.exports.journal_store import account_names
from service.exports.layouts.account_mapping import AccountMapping
from service.exports.layouts.mapping_problems import mapping_problems
from service.exports.layouts.mapping_store import MappingVersion, add_mapping, find_mapping
from service.exports.request import Layout
from service.ledger.accounts import Account

KNOWN_CODES = frozenset(account.value for account in Account)


def read_mapping(text: str, known_codes: Collection[str] = KNOWN_CODES) -> AccountMapping:
    """Return the mapping that a YAML document describes. Raise InvalidDocumentError with every problem in it.

    `known_codes` are the accounts of the ledger.
    """
    document = read_document(text)
    mapping = cast("AccountMapping", load_value(AccountMappingSchema(), document.content, document.lines))
    problems = mapping_problems(mapping, known_codes)
    if problems:
        raise InvalidDocumentError(problems)
    return mapping


def apply_mapping(engine: Engine, text: str, applied_by: str, now: datetime) -> tuple[AccountMapping, int]:
    """Put a document in force for its layout, and return the mapping with its version.

    Raise InvalidDocumentError with every problem in the document.
    """
    with committed(engine) as connection:
        mapping = read_mapping(text, account_names(connection))
        return mapping, add_mapping(connection, mapping.layout, text, applied_by, now)


def mapping_in_force(connection: Connection, layout: Layout, version: int | None = None) -> AccountMapping | None:
    """Return the mapping in force for a layout, or an earlier version of it.

    Return None if the layout names no accounts or none was applied. The bank statement for Xero has the date order of
    the mapping for Xero, because it goes to the same organisation.
    """
    found = _find_version(connection, layout, version)
    return read_mapping(found.document, account_names(connection)) if found else None


def version_in_force(connection: Connection, layout: Layout) -> int | None:
    """Return the number of the mapping in force for a layout, or None if there is none."""
    found = _find_version(connection, layout, None)
    return found.version if found else None


def _find_version(connection: Connection, layout: Layout, version: int | None) -> MappingVersion | None:
    mapped = Layout.XERO if layout is Layout.XERO_BANK else layout
    return find_mapping(connection, mapped, version) if mapped.is_mapped else None
