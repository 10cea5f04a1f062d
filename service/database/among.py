"""Membership in a list of ids as one array parameter: a thousand ids cost no more to prepare than one."""

from collections.abc import Collection

from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam


def among(column: ColumnElement[str], ids: Collection[str]) -> ColumnElement[bool]:
    """Whether a text column holds one of `ids`."""
    return column == any_(bindparam(None, list(ids), ARRAY(Text)))
