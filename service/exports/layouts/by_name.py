"""The definition of every layout of another system, by its name."""

from collections.abc import Mapping
from typing import Final

from service.exports.layouts.datev import DATEV
from service.exports.layouts.definition import LayoutDefinition
from service.exports.layouts.fec import FEC
from service.exports.layouts.quickbooks import QUICKBOOKS
from service.exports.layouts.sage50 import SAGE50
from service.exports.layouts.xero import XERO, XERO_BANK
from service.exports.request import Layout

LAYOUTS: Final[Mapping[Layout, LayoutDefinition]] = {
    Layout.XERO: XERO,
    Layout.QUICKBOOKS: QUICKBOOKS,
    Layout.SAGE50: SAGE50,
    Layout.XERO_BANK: XERO_BANK,
    Layout.DATEV: DATEV,
    Layout.FEC: FEC,
}
