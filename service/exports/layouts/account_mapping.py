"""What our accounts are called in an organisation's chart of accounts, for each accounting system."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from service.exports.layouts.datev import DatevClient
from service.exports.layouts.translation import Rate
from service.exports.request import Layout

MAX_TRACKING = 2  # Xero has at most two active tracking categories


class DateOrder(StrEnum):
    """The order of day and month in the dates that an organisation's QuickBooks or Xero imports, by its region."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


@dataclass(frozen=True, slots=True)
class MappedAccount:
    """The organisation's account for one of ours. `tax` is the display name of a tax rate in Xero, a code in Sage.

    `party` is the name that QuickBooks asks for on lines of receivable and payable accounts. `tracking` has pairs of
    a Xero tracking category and its option.
    """

    code: str | None = None
    name: str | None = None
    tax: str | None = None
    department: str | None = None
    party: str | None = None
    location: str | None = None
    account_class: str | None = None
    tracking: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LineKind:
    """What decides the account of a journal's line: our account, the currency, and what the money was given for."""

    account: str
    currency: str
    site: str | None = None
    campaign: str | None = None
    fund: str | None = None


@dataclass(frozen=True, slots=True)
class MappingRule:
    """Fields of a mapped account for lines of a site, a campaign, a fund or an account; None stands for all of them.

    A `*` in the site, the campaign or the fund stands for any characters.
    """

    site: str | None
    campaign: str | None
    fund: str | None
    account: str | None
    given: MappedAccount

    def matches(self, line: LineKind) -> bool:
        """Return True if the rule is for this kind of line."""
        return (
            self.account in {None, line.account}
            and (self.site is None or fnmatchcase(line.site or "", self.site))
            and (self.campaign is None or fnmatchcase(line.campaign or "", self.campaign))
            and (self.fund is None or fnmatchcase(line.fund or "", self.fund))
        )


@dataclass(frozen=True, slots=True)
class AccountMapping:
    """The organisation's accounts for one layout, by our account code and currency; None stands for every currency.

    `date_order` None is the layout's own order. `is_multicurrency` is True if the organisation's accounting system
    keeps several currencies. `journal_code` and `journal_name` are the journal of a FEC. `rates` translate other
    currencies into the home currency.
    """

    layout: Layout
    accounts: Mapping[tuple[str, str | None], MappedAccount]
    date_order: DateOrder | None = None
    rules: tuple[MappingRule, ...] = ()
    is_multicurrency: bool = False
    journal_code: str = "ST"
    journal_name: str = "Stripe"
    datev: DatevClient | None = None
    rates: Mapping[str, Rate] = field(default_factory=dict)

    def account_of(self, line: LineKind) -> MappedAccount | None:
        """Return the account of a kind of line, or None if it is not mapped. A later rule overrides earlier ones."""
        account = self.accounts.get((line.account, line.currency)) or self.accounts.get((line.account, None))
        if account is None:
            return None
        for rule in self.rules:
            if rule.matches(line):
                account = _with(account, rule.given)
        return account


def _with(account: MappedAccount, given: MappedAccount) -> MappedAccount:
    """Return the account with every field that `given` has, and the tracking categories of both."""
    tracking = tuple((dict(account.tracking) | dict(given.tracking)).items())
    set_fields = {field.name: value for field in fields(given) if (value := getattr(given, field.name))}
    return replace(account, **set_fields | {"tracking": tracking})
