"""SQL expressions that format a cell by its kind. PostgreSQL formats, so a file of a million rows stays fast."""

from collections.abc import Mapping, Sequence

from psycopg import sql

from service.exports.columns import DAY_KINDS, CellKind, Column
from service.exports.text_cells import CONTROL_CLASS, FORMULA_STARTS, SPACES
from service.money import THREE_DECIMAL_CURRENCIES, ZERO_DECIMAL_CURRENCIES

_CONTROL = sql.Literal(f"[{CONTROL_CLASS}]")
_CONTROLS = sql.Literal(f"[{CONTROL_CLASS}]+")
_FORMULA = sql.Literal(f"^[{SPACES}]*[{FORMULA_STARTS}]")
_RISKY_STARTS = sql.Literal([0, *map(ord, FORMULA_STARTS + SPACES)])

# Most text has neither a risky start nor a control character. One regular expression for both takes twice as long.
# `ascii` returns the code of the first character, and 0 for empty text.
_TEXT = sql.SQL(
    "CASE WHEN {value} IS NULL THEN NULL "
    "WHEN ascii({value}) <> ALL({risky}::int[]) AND {value} !~ {control} THEN {value} "
    "WHEN regexp_replace({value}, {controls}, ' ', 'g') ~ {formula} "
    "THEN '''' || regexp_replace({value}, {controls}, ' ', 'g') "
    "ELSE nullif(regexp_replace({value}, {controls}, ' ', 'g'), '') END"
)
# An id or a code word begins with a letter or a digit. Only other values go through the whole rule: ten times faster.
# Many cells are NULL, so that is asked first. PostgreSQL hashes a long array of the type that `ascii` returns.
_CODE = sql.SQL(
    "CASE WHEN {value} IS NULL THEN NULL WHEN ascii({value}) = ANY({starts}::int[]) THEN {value} ELSE {text} END"
)
_CODE_STARTS = sql.Literal([*range(ord("0"), ord("9") + 1), *range(ord("A"), ord("z") + 1)])
# The scale of a numeric product is the sum of its factors' scales, so a cell has exactly the currency's digits.
# Comparing the three common currencies one by one takes less time than IN.
_UNIT = sql.SQL(
    "CASE WHEN {currency} = 'EUR' OR {currency} = 'USD' OR {currency} = 'GBP' THEN 0.01 "
    "WHEN {currency} = ANY({zero}) THEN 1 WHEN {currency} = ANY({three}) THEN 0.001 ELSE 0.01 END"
)
_FORMATS: Mapping[CellKind, sql.SQL] = {
    CellKind.MAPPED: sql.SQL("{value}"),
    CellKind.INTEGER: sql.SQL("{value}"),
    CellKind.INSTANT: sql.SQL("""to_char({value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""),
    CellKind.DAY: sql.SQL("{value}"),  # COPY writes a date as YYYY-MM-DD because `reading` sets datestyle to ISO
    CellKind.FLAG: sql.SQL("CASE WHEN {value} THEN 'true' WHEN NOT {value} THEN 'false' END"),
    CellKind.SHORT_DAY: sql.SQL("to_char({value}, 'DD/MM/YY')"),
    CellKind.LONG_DAY: sql.SQL("to_char({value}, 'DD/MM/YYYY')"),
    CellKind.US_DAY: sql.SQL("to_char({value}, 'MM/DD/YYYY')"),
    CellKind.COMPACT_DAY: sql.SQL("to_char({value}, 'YYYYMMDD')"),
    CellKind.DAY_AND_MONTH: sql.SQL("to_char({value}, 'DDMM')"),
    CellKind.NUMBER: sql.SQL("{value}"),
}


def safe_text_cell(value: sql.Composable) -> sql.Composed:
    """Return the expression that does what `safe_text` does.

    Empty text becomes NULL, because CSV writes empty text as two quotes and NULL as nothing.
    """
    return _TEXT.format(value=value, risky=_RISKY_STARTS, control=_CONTROL, controls=_CONTROLS, formula=_FORMULA)


def code_cell(value: sql.Composable) -> sql.Composed:
    """Return the expression for a text that is almost always an id or a code word."""
    return _CODE.format(value=value, starts=_CODE_STARTS, text=safe_text_cell(value))


def unit_of(currency: sql.Composable) -> sql.Composed:
    """Return the expression for the value of one minor unit in major units."""
    return _UNIT.format(
        currency=currency,
        zero=sql.Literal(sorted(ZERO_DECIMAL_CURRENCIES)),
        three=sql.Literal(sorted(THREE_DECIMAL_CURRENCIES)),
    )


def money_cell(minor: sql.Composable, unit: sql.Composable) -> sql.Composed:
    """Return the expression for an amount in major units with the currency's digits, as `major_text` writes it."""
    return sql.SQL("({minor}::numeric * {unit})").format(minor=minor, unit=unit)


_NOTHING = sql.SQL("NULL::text")
# XML cannot hold the two characters at the end, and a spreadsheet is XML.
_SINGLE_LINE = sql.SQL("nullif(regexp_replace({value}, {unwritable}, ' ', 'g'), '')")
_UNWRITABLE = sql.Literal(f"[{CONTROL_CLASS}\\ufffe\\uffff]+")
_TYPES: Mapping[CellKind, sql.SQL] = {
    CellKind.INTEGER: sql.SQL("{value}"),
    CellKind.FLAG: _FORMATS[CellKind.FLAG],
    CellKind.INSTANT: sql.SQL("date_trunc('second', {value} AT TIME ZONE 'UTC')"),
    **dict.fromkeys(DAY_KINDS, sql.SQL("{value}::date")),
}


def cell(column: Column, *, has_decimal_comma: bool, has_personal_data: bool) -> sql.Composable:
    """Return the expression for a column of the row `r` as text. A personal column needs `has_personal_data`."""
    if column.is_personal and not has_personal_data:
        return _NOTHING
    value = sql.Identifier("r", column.source)
    match column.kind:
        case CellKind.TEXT:
            return safe_text_cell(value)
        case CellKind.CODE:
            return code_cell(value)
        case CellKind.MONEY if has_decimal_comma:
            return sql.SQL("replace({amount}::text, '.', ',')").format(amount=_amount(column))
        case CellKind.MONEY:
            return _amount(column)
        case _:
            return _FORMATS[column.kind].format(value=value)


def typed_cell(column: Column, *, has_personal_data: bool) -> sql.Composable:
    """Return the expression for a column of the row `r` as a value of its type, for a spreadsheet.

    Text needs no apostrophe there, because its cells are marked as text. Instants are in UTC, without a timezone.
    """
    if column.is_personal and not has_personal_data:
        return _NOTHING
    value = sql.Identifier("r", column.source)
    if column.kind is CellKind.MONEY:
        return _amount(column)
    if column.kind in _TYPES:
        return _TYPES[column.kind].format(value=value)
    return _SINGLE_LINE.format(value=value, unwritable=_UNWRITABLE)


def _amount(column: Column) -> sql.Composed:
    """Return the expression for an amount of the row `r` in major units, with exactly the currency's digits."""
    return money_cell(sql.Identifier("r", column.source), sql.Identifier("r", unit_name(column.currency)))


def unit_name(currency: str) -> str:
    """Return the name of the value that holds the unit of a row's currency column."""
    return f"unit_of_{currency}"


def units(columns: Sequence[Column]) -> sql.Composable:
    """Return expressions for the units of the columns' currencies, so that each is computed once per row `s`."""
    currencies = sorted({column.currency for column in columns if column.kind is CellKind.MONEY})
    return sql.SQL("").join(
        sql.SQL(", {unit} AS {name}").format(
            unit=unit_of(sql.Identifier("s", currency)), name=sql.Identifier(unit_name(currency))
        )
        for currency in currencies
    )
