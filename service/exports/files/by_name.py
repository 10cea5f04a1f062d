"""The definition of every file, by its name."""

from collections.abc import Mapping
from typing import Final

from service.exports.files.balance_statement import BALANCE_STATEMENT
from service.exports.files.contributions import CONTRIBUTIONS
from service.exports.files.deferred_income import DEFERRED_INCOME
from service.exports.files.definition import FileDefinition
from service.exports.files.dispute_movements import DISPUTE_MOVEMENTS
from service.exports.files.disputes import DISPUTES
from service.exports.files.exceptions import EXCEPTIONS
from service.exports.files.fees import FEES
from service.exports.files.gift_aid import GIFT_AID
from service.exports.files.journal import JOURNAL
from service.exports.files.open_items import OPEN_ITEMS
from service.exports.files.payout_lines import PAYOUT_LINES
from service.exports.files.payouts import PAYOUTS
from service.exports.files.receipts import RECEIPTS
from service.exports.files.refunds import REFUNDS
from service.exports.files.subscriptions import SUBSCRIPTIONS
from service.exports.files.trial_balance import TRIAL_BALANCE
from service.exports.request import ExportName

FILES: Final[Mapping[ExportName, FileDefinition]] = {
    ExportName.CONTRIBUTIONS: CONTRIBUTIONS,
    ExportName.REFUNDS: REFUNDS,
    ExportName.DISPUTES: DISPUTES,
    ExportName.FEES: FEES,
    ExportName.PAYOUTS: PAYOUTS,
    ExportName.PAYOUT_LINES: PAYOUT_LINES,
    ExportName.JOURNAL: JOURNAL,
    ExportName.TRIAL_BALANCE: TRIAL_BALANCE,
    ExportName.SUBSCRIPTIONS: SUBSCRIPTIONS,
    ExportName.RECEIPTS: RECEIPTS,
    ExportName.GIFT_AID: GIFT_AID,
    ExportName.EXCEPTIONS: EXCEPTIONS,
    ExportName.BALANCE_STATEMENT: BALANCE_STATEMENT,
    ExportName.OPEN_ITEMS: OPEN_ITEMS,
    ExportName.DISPUTE_MOVEMENTS: DISPUTE_MOVEMENTS,
    ExportName.DEFERRED_INCOME: DEFERRED_INCOME,
}
