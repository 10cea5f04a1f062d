"""FEC: the eighteen columns of the "fichier des écritures comptables", which French accounting systems import.

Names, order and formats are those of article A47 A-1 of the Livre des procédures fiscales: tabs between the cells, days
as YYYYMMDD, a decimal comma, https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000027804775. Nothing is quoted,
because no cell holds a tab. The file is for importing; the FEC that a tax inspector gets is that of the whole books.
"""

from service.exports.columns import CellKind, Column
from service.exports.layouts.definition import LayoutDefinition, mapped_column, money_column, text_column
from service.exports.layouts.text_form import TextForm

_NEVER = "\x01"  # no cell has this control character, so no cell is quoted

FEC = LayoutDefinition(
    (
        mapped_column("JournalCode", "journal_code"),
        mapped_column("JournalLib", "journal_name"),
        text_column("EcritureNum", "number"),
        Column("EcritureDate", CellKind.COMPACT_DAY, "accounting_date"),
        mapped_column("CompteNum", "account_code"),
        mapped_column("CompteLib", "account_name"),
        text_column("CompAuxNum", "blank"),
        text_column("CompAuxLib", "blank"),
        text_column("PieceRef", "extra_ref"),
        Column("PieceDate", CellKind.COMPACT_DAY, "accounting_date"),
        text_column("EcritureLib", "memo"),
        money_column("Debit", "debit_minor", is_summed=True),
        money_column("Credit", "credit_minor", is_summed=True),
        text_column("EcritureLet", "blank"),
        text_column("DateLet", "blank"),
        Column("ValidDate", CellKind.COMPACT_DAY, "accounting_date"),
        text_column("Montantdevise", "blank"),
        text_column("Idevise", "blank"),
    ),
    max_lines=None,
    is_one_currency=True,
    form=TextForm(delimiter="\t", has_decimal_comma=True, quote=_NEVER),
)
