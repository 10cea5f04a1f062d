"""Compile a site's snapshot into campaigns that are ready for deciding: once per published version, not per request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign, Kind, decision_order
from service.campaigns.schedule import ends_before, starts_at
from service.campaigns.site import Site
from service.campaigns.snapshot.snapshot import SiteSnapshot, Snapshot
from service.campaigns.variant import Variant
from service.decisions.assignment import draw_of
from service.decisions.campaign_index import CampaignIndex
from service.decisions.rules.in_order import RULES
from service.decisions.rules.rule import Prepared, PreparedCount
from service.readers.history import topic_fingerprint
from service.readers.impressions import campaign_fingerprint


@dataclass(frozen=True, slots=True)
class CompiledSite:
    """A site's campaigns, ready for deciding: gates and appeals in the order they are asked.

    `wanted_topics`: fingerprints of the topics that campaigns ask about. `dropped`: the campaigns that could not be
    prepared, with the reason; the others are not affected. `gate_index`, `appeal_index`: gates and appeals again, to
    find those that a page view leaves possible.
    """

    site: Site
    zone: ZoneInfo
    gates: tuple[Prepared, ...]
    appeals: tuple[Prepared, ...]
    wanted_topics: frozenset[bytes]
    raised_minor: Mapping[str, int]
    dropped: tuple[str, ...] = ()
    gate_index: CampaignIndex = field(init=False, compare=False, repr=False)
    appeal_index: CampaignIndex = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gate_index", CampaignIndex(self.gates, self.site, self.zone))
        object.__setattr__(self, "appeal_index", CampaignIndex(self.appeals, self.site, self.zone))


class CompiledSites:
    """A cache of compiled sites, valid as long as their snapshot is current.

    Two threads may compile a site at once; the results are equal.
    """

    def __init__(self) -> None:
        self._sites: dict[str, tuple[Snapshot, SiteSnapshot, CompiledSite]] = {}

    def compiled(self, snapshot: Snapshot, key: str) -> CompiledSite:
        """Return the compiled site with this key. Raise UnknownSiteError if the snapshot has no such site."""
        kept = self._sites.get(key)
        if kept is not None and kept[0] is snapshot:
            return kept[2]
        site = snapshot.site(key)
        compiled = compile_site(site) if kept is None or kept[1] is not site else kept[2]
        self._sites[key] = (snapshot, site, compiled)
        return compiled


def compile_site(snapshot: SiteSnapshot) -> CompiledSite:
    """Compile every campaign of a site. A campaign that cannot be prepared is left out and named in `dropped`."""
    campaigns: list[Prepared] = []
    dropped: list[str] = []
    for campaign in sorted(snapshot.campaigns, key=decision_order):
        try:
            campaigns.append(compile_campaign(campaign, snapshot))
        except (ValueError, OverflowError, ArithmeticError, LookupError) as error:
            dropped.append(f"{campaign.key}: {error}")
    return CompiledSite(
        site=snapshot.site,
        zone=snapshot.zone,
        gates=tuple(gate for gate in campaigns if gate.campaign.kind is Kind.GATE),
        appeals=tuple(appeal for appeal in campaigns if appeal.campaign.kind is not Kind.GATE),
        wanted_topics=_wanted_topics(campaigns),
        raised_minor=snapshot.raised_minor,
        dropped=tuple(dropped),
    )


def compile_campaign(campaign: Campaign, snapshot: SiteSnapshot) -> Prepared:
    """Compile a campaign. Raise ValueError if it cannot be shown."""
    if not campaign.variants:
        raise ValueError("a campaign needs a variant")
    if campaign.kind is Kind.GATE and campaign.gate is None:
        raise ValueError("a gate needs a type: registration or payment")
    starts, ends = campaign.schedule.starts, campaign.schedule.ends
    return Prepared(
        campaign=campaign,
        rules=tuple(rule for rule in RULES if rule.applies(campaign, snapshot.site)),
        fingerprint=campaign_fingerprint(campaign.key),
        starts_at=None if starts is None else int(starts_at(starts, snapshot.zone).timestamp()),
        ends_before=None if ends is None else int(ends_before(ends, snapshot.zone).timestamp()),
        counts=tuple(
            PreparedCount(rule, None if rule.topics is None else _fingerprints(rule.topics))
            for rule in campaign.reader.article_counts
        ),
        favourite_topics=_fingerprints(campaign.reader.favourite_topics_any or ()),
        draw=draw_of(campaign, snapshot.variant_shares.get(campaign.key, ())),
        languages=frozenset({""}.union(*map(_languages, campaign.variants))),
    )


def _languages(variant: Variant) -> set[str]:
    labels = variant.ticker.labels if variant.ticker else ()
    return {copy.language for copy in variant.copies} | {label.language for label in labels}


def _fingerprints(topics: Iterable[str]) -> frozenset[bytes]:
    return frozenset(topic_fingerprint(topic) for topic in topics)


def _wanted_topics(campaigns: Iterable[Prepared]) -> frozenset[bytes]:
    """Return the fingerprints of the topics that campaigns ask about."""
    counted = (count.topics or frozenset() for campaign in campaigns for count in campaign.counts)
    return frozenset().union(*(campaign.favourite_topics for campaign in campaigns), *counted)
