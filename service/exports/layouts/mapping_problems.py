"""What a mapping must say for its accounting system, by the rules that the system's maker publishes."""

import re
from collections.abc import Collection, Iterator, Mapping

from service.exports.layouts.account_mapping import MAX_TRACKING, AccountMapping, MappedAccount
from service.exports.request import Layout

_REQUIRED: Mapping[Layout, tuple[str, ...]] = {
    Layout.XERO: ("code", "tax"),
    Layout.QUICKBOOKS: ("name",),
    Layout.SAGE50: ("code",),
    Layout.DATEV: ("code",),
    Layout.FEC: ("code", "name"),
}
_SHORT = (re.compile(".{1,100}"), "text of at most 100 characters")
_COST_CENTRE = (re.compile(".{1,36}"), "text of at most 36 characters")
# Xero: https://jetconvert.com/sp_faq/chart-of-accounts/
# QuickBooks: https://support.transactionpro.com/kb/article/492-journal-entry-import-fields-for-transaction-pro-online/
# Sage 50: https://docs.zynk.com/workflow/developers/sage-50-uk-schema/sage-50-uk-vat_details-columns.html
# The sources for DATEV and FEC are in the modules of these layouts.
_FORMS: Mapping[Layout, Mapping[str, tuple[re.Pattern[str], str]]] = {
    Layout.XERO: {"code": (re.compile(".{1,10}"), "an account code of at most 10 characters")},
    Layout.QUICKBOOKS: dict.fromkeys(("name", "party", "location", "account_class"), _SHORT),
    Layout.SAGE50: {
        "code": (re.compile(".{1,8}"), "a nominal code of at most 8 characters"),
        "tax": (re.compile("T[0-9]{1,2}"), "a tax code from T0 to T99"),
        "department": (re.compile("[0-9]{1,3}"), "a number of at most 3 digits"),
    },
    Layout.DATEV: {
        "code": (re.compile("[0-9]{4,9}"), "an account of 4 to 9 digits"),
        "department": _COST_CENTRE,
        "account_class": _COST_CENTRE,
    },
    Layout.FEC: {
        "code": (re.compile(r"[0-9]{3}\w*"), "an account that begins with three digits, as in the French plan")
    },
}
_WORDS: Mapping[str, str] = {"code": "code", "name": "name", "tax": "tax rate", "account_class": "class"}


def mapping_problems(mapping: AccountMapping, known_codes: Collection[str]) -> tuple[str, ...]:
    """Return a sentence for everything in the mapping that cannot be used. `known_codes` are the ledger's accounts."""
    return (*_account_problems(mapping, known_codes), *_form_problems(mapping), *_tracking_problems(mapping))


def _account_problems(mapping: AccountMapping, known_codes: Collection[str]) -> Iterator[str]:
    codes = {code for code, _ in mapping.accounts} | {rule.account for rule in mapping.rules if rule.account}
    for code in sorted(codes - set(known_codes)):
        yield f"{code} is not an account of the ledger"
    for (code, currency), account in sorted(mapping.accounts.items(), key=str):
        for name in _REQUIRED.get(mapping.layout, ()):
            if not getattr(account, name):
                place = f"{code} in {currency}" if currency else code
                yield f"{place} needs a {_WORDS[name]} for {mapping.layout.value}"


def _form_problems(mapping: AccountMapping) -> Iterator[str]:
    for name, (pattern, words) in _FORMS[mapping.layout].items():
        given = {text for account in _all_accounts(mapping) if (text := getattr(account, name))}
        if name == "code" and mapping.datev:
            given.add(mapping.datev.clearing)
        for text in sorted(text for text in given if not pattern.fullmatch(text)):
            yield f"the {_WORDS.get(name, name)} {text} is not {words}"


def _tracking_problems(mapping: AccountMapping) -> Iterator[str]:
    categories = sorted({category for account in _all_accounts(mapping) for category, _ in account.tracking})
    if mapping.rules and len(categories) > MAX_TRACKING:
        yield f"at most {MAX_TRACKING} tracking categories can be used, these are {', '.join(categories)}"


def _all_accounts(mapping: AccountMapping) -> tuple[MappedAccount, ...]:
    return (*mapping.accounts.values(), *(rule.given for rule in mapping.rules))
