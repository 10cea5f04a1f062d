"""The whole trace of a decision as a table, for files: a row for each rule of each campaign."""

from datetime import datetime
from zoneinfo import ZoneInfo

from service.console.tables import Row, Table, TableColumn
from service.simulation.why.explanation import DecisionInWords

COLUMNS = (
    TableColumn("campaign", "Campaign"),
    TableColumn("outcome", "Outcome"),
    TableColumn("rule", "Rule"),
    TableColumn("passed", "Passed"),
    TableColumn("value", "Value"),
    TableColumn("limit", "Limit"),
    TableColumn("words", "Why not"),
    TableColumn("change", "What would have to change"),
)


def trace_table(found: DecisionInWords, as_of: datetime, zone: ZoneInfo) -> Table:
    """Return every rule of every campaign as it was asked."""
    rows = []
    for campaign in found.campaigns:
        words = {rule.rule: rule.words for rule in campaign.failed}
        for rule in campaign.checked:
            reason, change = words.get(rule.rule, (None, None))
            cells = {
                "campaign": campaign.campaign.key,
                "outcome": campaign.outcome.value,
                "rule": rule.rule,
                "passed": rule.passed,
                "value": rule.value,
                "limit": rule.limit,
                "words": reason,
                "change": change,
            }
            rows.append(Row(cells))
    return Table("why", COLUMNS, tuple(rows), as_of, zone, "The site has no live campaign.", len(rows))
