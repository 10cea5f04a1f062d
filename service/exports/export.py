"""An export: which file, over which days, as the books stood when, in which shape."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.errors import ConflictError, DomainError, ForbiddenError, StoreUnavailableError

SCHEMA_VERSION = 1
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2199, 12, 31)
MAX_PARTS = 10_000


class ExportName(StrEnum):
    """The files."""

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


class Profile(StrEnum):
    """`excel` puts a byte order mark in front, which Excel needs to read UTF-8."""

    PLAIN = "plain"
    EXCEL = "excel"


class Granularity(StrEnum):
    """What one journal of journal.csv covers. Account totals are the same in all three."""

    TRANSACTION = "transaction"
    DAY = "day"
    PAYOUT = "payout"


class Layout(StrEnum):
    """Whose columns journal.csv has."""

    GENERIC = "generic"
    XERO = "xero"
    QUICKBOOKS = "quickbooks"
    SAGE50 = "sage50"
    XERO_BANK = "xero_bank"

    @property
    def is_mapped(self) -> bool:
        """Whether it names accounts, and so needs to know what they are called in the organisation's books."""
        return self not in {Layout.GENERIC, Layout.XERO_BANK}


class InvalidExportError(DomainError):
    """A combination of parameters that means nothing, or an `as_of` that has not been reached."""

    code = "invalid_export"


class UnmappedAccountError(ConflictError):
    """The organisation's chart has no account for one of ours that has postings."""

    code = "unmapped_account"


class SplitExportError(ConflictError):
    """The accounting system takes fewer lines in one file than this export has."""

    code = "export_has_parts"


class PersonalDataError(ForbiddenError):
    """Personal columns were asked for without the permission to see them."""

    code = "personal_data_forbidden"


class BusyBooksError(StoreUnavailableError):
    """The books did not come to rest for a moment, or too many exports are being made."""

    code = "export_busy"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What was asked for. `from_on` and `to_on` are local days, both included; None leaves that side open.

    `as_of` is a number from an earlier manifest; None means as the books stand now.
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


def check_meaning(request: ExportRequest) -> None:
    """Raises InvalidExportError for parameters that do not go together or lie out of range."""
    for day in (request.from_on, request.to_on):
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise InvalidExportError(f"days lie between {FIRST_DAY} and {LAST_DAY}")
    if request.from_on and request.to_on and request.from_on > request.to_on:
        raise InvalidExportError("the first day comes after the last")
    is_plain = request.granularity is Granularity.TRANSACTION and request.layout is Layout.GENERIC
    if request.name is not ExportName.JOURNAL and not (is_plain and request.currency is None):
        raise InvalidExportError("granularity, layout and currency belong to the journal")
    if request.part is not None and request.name not in {ExportName.JOURNAL, ExportName.GIFT_AID}:
        raise InvalidExportError("this file has no parts")
    if request.currency is not None and request.layout is Layout.GENERIC:
        raise InvalidExportError("the generic journal holds every currency; currency belongs to other layouts")


def download_name(request: ExportRequest, as_of: int, extension: str = "csv") -> str:
    """A file name made of known words, days and numbers only."""
    words = ["keepopen", request.name.value.replace("_", "-")]
    if request.layout is not Layout.GENERIC:
        words.append(request.layout.value)
    if request.granularity is not Granularity.TRANSACTION:
        words.append(f"per-{request.granularity.value}")
    words += [day.isoformat() for day in (request.from_on, request.to_on) if day is not None]
    words.append(f"as-of-{as_of}")
    if request.part is not None:
        words.append(f"part-{request.part}")
    return f"{'-'.join(words)}.{extension}"
