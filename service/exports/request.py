"""A request for an export: the file, the days, the point in the books, and the form of the file."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.errors import ConflictError, DomainError, ForbiddenError, StoreUnavailableError

SCHEMA_VERSION = 2
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2199, 12, 31)
MAX_PARTS = 10_000


class ExportName(StrEnum):
    """The name of a file, without its extension."""

    CONTRIBUTIONS = "contributions"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    FEES = "fees"
    PAYOUTS = "payouts"
    PAYOUT_LINES = "payout_lines"
    JOURNAL = "journal"
    TRIAL_BALANCE = "trial_balance"
    SUBSCRIPTIONS = "subscriptions"
    RECEIPTS = "receipts"
    GIFT_AID = "gift_aid"
    EXCEPTIONS = "exceptions"
    BALANCE_STATEMENT = "balance_statement"
    OPEN_ITEMS = "open_items"
    DISPUTE_MOVEMENTS = "dispute_movements"
    DEFERRED_INCOME = "deferred_income"


class FileFormat(StrEnum):
    """The format of a file: text, or a spreadsheet whose cells are numbers, days, instants or text."""

    CSV = "csv"
    XLSX = "xlsx"


class Profile(StrEnum):
    """How a CSV file is written.

    `excel` starts it with a byte order mark, which Excel needs to recognise UTF-8. `decimal_comma` also has semicolons
    between the cells and a comma in amounts, as spreadsheets expect in countries that write 25,00.
    """

    PLAIN = "plain"
    EXCEL = "excel"
    DECIMAL_COMMA = "decimal_comma"


class Granularity(StrEnum):
    """What a journal in journal.csv covers. The totals of every account are equal in all three."""

    TRANSACTION = "transaction"
    DAY = "day"
    PAYOUT = "payout"


class Layout(StrEnum):
    """The system whose import columns journal.csv has; `generic` has our own."""

    GENERIC = "generic"
    XERO = "xero"
    QUICKBOOKS = "quickbooks"
    SAGE50 = "sage50"
    XERO_BANK = "xero_bank"
    DATEV = "datev"
    FEC = "fec"

    @property
    def is_mapped(self) -> bool:
        """True if the layout names accounts, so that it needs the organisation's account mapping."""
        return self not in {Layout.GENERIC, Layout.XERO_BANK}


class InvalidExportError(DomainError):
    """The parameters contradict each other or are out of range, or the books cannot be read as of that number."""

    code = "invalid_export"


class UnmappedAccountError(ConflictError):
    """An account of ours has postings, but the organisation's mapping names no account for it."""

    code = "unmapped_account"


class SplitExportError(ConflictError):
    """The export has more lines than the accounting system takes in one file, so it must be requested in parts."""

    code = "export_has_parts"


class PersonalDataError(ForbiddenError):
    """The caller asked for personal columns and may not see them."""

    code = "personal_data_forbidden"


class BusyBooksError(StoreUnavailableError):
    """Too many exports are running, or the books change too fast to be read at one moment. The caller may try again."""

    code = "export_busy"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The parameters of an export. `from_on` and `to_on` are local days, both included; None leaves that side open.

    `as_of` is a number from an earlier manifest. None means the books as they are now or, if every day is closed, as
    they were at the closing; `is_current` True always means now. `part` counts from 1; None means the whole file.
    `batch` is the number of a batch, which says its layout and everything else itself.
    """

    name: ExportName
    from_on: date | None = None
    to_on: date | None = None
    as_of: int | None = None
    profile: Profile = Profile.PLAIN
    granularity: Granularity = Granularity.TRANSACTION
    layout: Layout = Layout.GENERIC
    has_personal_data: bool = False
    part: int | None = None
    currency: str | None = None
    file_format: FileFormat = FileFormat.CSV
    batch: int | None = None
    is_current: bool = False


# Files that follow the present also for closed days: what is left to do, and what donors and tax authorities get.
_ALWAYS_CURRENT = frozenset({ExportName.EXCEPTIONS, ExportName.RECEIPTS, ExportName.GIFT_AID, ExportName.SUBSCRIPTIONS})


def follows_closings(request: ExportRequest) -> bool:
    """Return True if the file of closed days shows the books as they were when the days were closed."""
    return request.as_of is None and not request.is_current and request.name not in _ALWAYS_CURRENT


def check_meaning(request: ExportRequest) -> None:
    """Raise InvalidExportError if parameters contradict each other or are out of range."""
    _check_days(request)
    _check_form(request)
    if request.batch is not None:
        _check_batch(request)
        return
    is_plain = request.granularity is Granularity.TRANSACTION and request.layout is Layout.GENERIC
    if request.name is not ExportName.JOURNAL and not (is_plain and request.currency is None):
        raise InvalidExportError("granularity, layout and currency belong to the journal")
    if request.is_current and request.as_of is not None:
        raise InvalidExportError("as_of and current contradict each other; give only one of them")
    if request.part is not None and request.name not in {ExportName.JOURNAL, ExportName.GIFT_AID}:
        raise InvalidExportError("this file has no parts")
    if request.currency is not None and request.layout is Layout.GENERIC:
        raise InvalidExportError("the generic journal holds every currency; currency belongs to other layouts")
    if request.layout is Layout.XERO_BANK and request.granularity is not Granularity.TRANSACTION:
        raise InvalidExportError("a bank statement has a line for each movement: leave out the granularity")


def _check_batch(request: ExportRequest) -> None:
    alone = ExportRequest(
        ExportName.JOURNAL,
        profile=request.profile,
        has_personal_data=request.has_personal_data,
        part=request.part,
        file_format=request.file_format,
        batch=request.batch,
    )
    if request != alone:
        raise InvalidExportError("a batch of the journal has its own days, layout, granularity and currency")


def _check_days(request: ExportRequest) -> None:
    for day in (request.from_on, request.to_on):
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise InvalidExportError(f"days must be between {FIRST_DAY} and {LAST_DAY}")
    if request.from_on and request.to_on and request.from_on > request.to_on:
        raise InvalidExportError("the first day comes after the last")


def _check_form(request: ExportRequest) -> None:
    if request.file_format is FileFormat.XLSX and request.profile is not Profile.PLAIN:
        raise InvalidExportError("a profile belongs to the CSV format")
    if request.profile is Profile.DECIMAL_COMMA and request.layout is not Layout.GENERIC:
        raise InvalidExportError("accounting systems read a decimal point: this profile is for spreadsheets")
    if request.layout in {Layout.DATEV, Layout.FEC} and (
        request.file_format is FileFormat.XLSX or request.profile is not Profile.PLAIN
    ):
        raise InvalidExportError(f"{request.layout.value} is a text file with a form of its own: leave out the profile")


def download_name(request: ExportRequest, as_of: int) -> str:
    """Return a file name that consists of known words, days and numbers only, so it is safe in a header."""
    words = ["keepopen", request.name.value.replace("_", "-")]
    if request.batch is not None:
        words.append(f"batch-{request.batch}")
    if request.layout is not Layout.GENERIC:
        words.append(request.layout.value)
    if request.granularity is not Granularity.TRANSACTION:
        words.append(f"per-{request.granularity.value}")
    if request.currency is not None:
        words.append(request.currency.lower())
    words += [day.isoformat() for day in (request.from_on, request.to_on) if day is not None]
    words.append(f"as-of-{as_of}")
    if request.part is not None:
        words.append(f"part-{request.part}")
    return f"{'-'.join(words)}.{request.file_format}"
