"""DATEV: a "Buchungsstapel", format version 13, as https://developer.datev.de/datev/platform/en/dtvf describes it.

The file has a line about itself, the names of 125 columns, then a line for each posting: a positive amount with its
side (S debit, H credit), the account, and a contra account. A journal of several lines goes through one clearing
account, which returns to zero with each journal. A day has no year, so a file lies in one fiscal year.
"""

from dataclasses import dataclass
from datetime import date

from service.exports.columns import CellKind, Column
from service.exports.layouts.definition import LayoutDefinition, mapped_column, money_column, text_column
from service.exports.layouts.text_form import TextForm

MAX_LINES = 99_999

_FILLED = {
    "Umsatz (ohne Soll/Haben-Kz)": money_column("Umsatz (ohne Soll/Haben-Kz)", "positive_minor", is_summed=True),
    "Soll/Haben-Kennzeichen": text_column("Soll/Haben-Kennzeichen", "side"),
    "WKZ Umsatz": text_column("WKZ Umsatz", "currency"),
    "Konto": Column("Konto", CellKind.NUMBER, "account_code"),
    "Gegenkonto (ohne BU-Schlüssel)": Column("Gegenkonto (ohne BU-Schlüssel)", CellKind.NUMBER, "clearing"),
    "BU-Schlüssel": mapped_column("BU-Schlüssel", "tax"),
    "Belegdatum": Column("Belegdatum", CellKind.DAY_AND_MONTH, "accounting_date"),
    "Belegfeld 1": text_column("Belegfeld 1", "number"),
    "Buchungstext": text_column("Buchungstext", "details"),
    "KOST1 - Kostenstelle": mapped_column("KOST1 - Kostenstelle", "department"),
    "KOST2 - Kostenstelle": mapped_column("KOST2 - Kostenstelle", "class"),
}
_NAMES = (
    *("Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz"),
    *("WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1"),
    *("Belegfeld 2", "Skonto", "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank"),
    *("Sachverhalt", "Zinssperre", "Beleglink"),
    *(f"Beleginfo - {part} {number}" for number in range(1, 9) for part in ("Art", "Inhalt")),
    *("KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)"),
    *("EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L"),
    *("BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung"),
    *(f"Zusatzinformation{dash} {number}" for number in range(1, 21) for dash in (" - Art", "- Inhalt")),
    *("Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp"),
    *("Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)"),
    *("Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz"),
    *("Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername"),
    *("Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis"),
    *("Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum"),
    *("Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land"),
    *("Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)"),
    "Abw. Skontokonto",
)
DATEV = LayoutDefinition(
    tuple(_FILLED.get(name, text_column(name, "blank")) for name in _NAMES),
    max_lines=MAX_LINES,
    is_one_currency=True,
    form=TextForm(delimiter=";", has_decimal_comma=True, has_byte_order_mark=True, is_quoting_text=True),
)


@dataclass(frozen=True, slots=True)
class DatevClient:
    """Whose books a DATEV file is for. The fiscal year starts on a day and month of every year."""

    consultant: int
    client: int
    fiscal_year_starts: tuple[int, int]
    account_length: int
    clearing: str

    def fiscal_year(self, day: date) -> date:
        """Return the first day of the fiscal year that a day lies in."""
        month, first_day = self.fiscal_year_starts
        start = date(day.year, month, first_day)
        return start if start <= day else date(day.year - 1, month, first_day)


def preamble(client: DatevClient, currency: str, from_on: date, to_on: date) -> str:
    """Return the first line of a file with postings of these days, which lie in one fiscal year.

    The time of creation is that of the last day, so that the same postings give the same bytes.
    """
    starts_on = client.fiscal_year(from_on)
    fields = ['"EXTF"', "700", "21", '"Buchungsstapel"', "13", f"{to_on:%Y%m%d}000000000", "", '"KO"', '""', '""']
    fields += [str(client.consultant), str(client.client), f"{starts_on:%Y%m%d}", str(client.account_length)]
    fields += [f"{from_on:%Y%m%d}", f"{to_on:%Y%m%d}", '"Keepopen"', '""', "1", "0", "0", f'"{currency}"']
    return ";".join([*fields, "", '""', "", "", '""', "", "", '""', '""'])
