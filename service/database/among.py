"""A condition that a text column holds one of many ids."""

from collections.abc import Collection

from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam


def among(column: ColumnElement[str], ids: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that `column` holds one of `ids`.

    All ids are sent as one array parameter, so the statement is the same for one id and for a thousand.
    """
    return column == any_(bindparam(None, list(ids), ARRAY(Text)))
