"""The net receipts of each campaign as a table, and the campaigns that can be chosen."""

from collections.abc import Callable, Mapping, Sequence

from service.campaigns.campaign import Campaign
from service.console.screens.money import words
from service.console.screens.money.tables import Moment, signed_figure
from service.console.tables import Row, Table, TableColumn
from service.ledger.net_receipts.report import Figure, NetReceipts
from service.money import major_text

NO_CAMPAIGN = "no campaign"
FIGURES = (Figure.GROSS, Figure.FEES, Figure.REFUNDS, Figure.DISPUTES)


def campaign_choices(campaigns: Sequence[Campaign], chosen: str) -> list[tuple[str, str]]:
    """Return the keys and names of campaigns. A chosen campaign that is no longer published is among them."""
    names = {campaign.key: campaign.name for campaign in campaigns}
    return list({**({chosen: chosen} if chosen else {}), **names}.items())


def campaigns_table(
    receipts: Mapping[str | None, Sequence[NetReceipts]], link_to: Callable[[str], str], moment: Moment
) -> Table:
    """Return a row for each campaign and currency, the highest net first, and a sum for each currency."""
    found = [(campaign, figures) for campaign, sums in receipts.items() for figures in sums]
    found.sort(key=lambda pair: (pair[1].currency, -pair[1].net_minor, pair[0] or ""))
    currencies = sorted({figures.currency for _, figures in found})
    columns = (
        TableColumn("campaign", "Campaign"),
        TableColumn("currency", "Currency", is_only_in_files=len(currencies) < 2),
        *(TableColumn(figure.value, words.FIGURES[figure], is_number=True) for figure in FIGURES),
        TableColumn("net", "Net", is_number=True),
    )
    rows = [_row(campaign, figures, link_to) for campaign, figures in found]
    rows += [
        _sum(currency, [figures for _, figures in found if figures.currency == currency]) for currency in currencies
    ]
    return Table("campaign-receipts", columns, tuple(rows), moment.as_of, moment.zone, "No money moved on these days.")


def _row(campaign: str | None, figures: NetReceipts, link_to: Callable[[str], str]) -> Row:
    minors = {figure.value: signed_figure(figures, figure) for figure in FIGURES} | {"net": figures.net_minor}
    row = _amounts(campaign or NO_CAMPAIGN, figures.currency, minors)
    return Row(row.cells, row.words, {"campaign": link_to(campaign)} if campaign else {})


def _sum(currency: str, receipts: Sequence[NetReceipts]) -> Row:
    minors = {figure.value: sum(signed_figure(figures, figure) for figures in receipts) for figure in FIGURES}
    row = _amounts("All", currency, minors | {"net": sum(figures.net_minor for figures in receipts)})
    return Row(row.cells, row.words, is_sum=True)


def _amounts(name: str, currency: str, minors: Mapping[str, int]) -> Row:
    cells = {key: major_text(minor, currency) for key, minor in minors.items()}
    shown = {key: words.amount(minor, currency) for key, minor in minors.items()}
    return Row({"campaign": name, "currency": currency, **cells}, shown)
