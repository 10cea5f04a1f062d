"""From a snapshot of a site to campaigns ready to be decided on. Done once per published version, never per request."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign, Kind, decision_order
from service.campaigns.experiment import VariantShare
from service.campaigns.reader_rules import ArticleCount
from service.campaigns.schedule import ends_before, starts_at
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.decisions.compiled import Candidate, CompiledSite, Prepared, PreparedCount
from service.decisions.history import topic_fingerprint
from service.decisions.prompts import campaign_fingerprint
from service.decisions.reader_rules import span, window
from service.decisions.rules import RULES
from service.decisions.variants import draw_of


def compile_site(snapshot: SiteSnapshot) -> CompiledSite:
    """One campaign that cannot be prepared is dropped alone and named."""
    candidates: list[Candidate] = []
    dropped: list[str] = []
    for campaign in sorted(snapshot.campaigns, key=decision_order):
        try:
            candidates.append(compile_campaign(campaign, snapshot))
        except (ValueError, OverflowError, ArithmeticError, LookupError) as error:
            dropped.append(f"{campaign.key}: {error}")
    return CompiledSite(
        site=snapshot.site,
        zone=snapshot.zone,
        gates=tuple(one for one in candidates if one.prepared.campaign.kind is Kind.GATE),
        appeals=tuple(one for one in candidates if one.prepared.campaign.kind is not Kind.GATE),
        wanted_topics=_wanted_topics(candidates),
        raised_minor=snapshot.raised_minor,
        dropped=tuple(dropped),
    )


def compile_campaign(campaign: Campaign, snapshot: SiteSnapshot) -> Candidate:
    if not campaign.variants:
        raise ValueError("a campaign needs a variant")
    if campaign.kind is Kind.GATE and campaign.gate is None:
        raise ValueError("a gate needs to say what it asks for")
    shares = snapshot.variant_shares.get(campaign.key, ())
    rules = tuple(rule for rule in RULES if rule.applies(campaign, snapshot.site))
    return Candidate(_prepared(campaign, snapshot.zone, shares), rules)


def _prepared(campaign: Campaign, zone: ZoneInfo, shares: tuple[VariantShare, ...]) -> Prepared:
    starts, ends = campaign.schedule.starts, campaign.schedule.ends
    return Prepared(
        campaign=campaign,
        fingerprint=campaign_fingerprint(campaign.key),
        starts_at=None if starts is None else int(starts_at(starts, zone).timestamp()),
        ends_before=None if ends is None else int(ends_before(ends, zone).timestamp()),
        counts=tuple(_prepared_count(rule) for rule in campaign.reader.article_counts),
        favourite_topics=_fingerprints(campaign.reader.favourite_topics_any or ()),
        draw=draw_of(campaign, shares),
    )


def _prepared_count(rule: ArticleCount) -> PreparedCount:
    topics = None if rule.topics is None else _fingerprints(rule.topics)
    return PreparedCount(rule, topics, span(rule.minimum, rule.maximum), window(rule))


def _fingerprints(topics: Iterable[str]) -> frozenset[int]:
    return frozenset(topic_fingerprint(topic) for topic in topics)


def _wanted_topics(candidates: Iterable[Candidate]) -> frozenset[int]:
    wanted: set[int] = set()
    for candidate in candidates:
        wanted |= candidate.prepared.favourite_topics
        for count in candidate.prepared.counts:
            wanted |= count.topics or frozenset()
    return frozenset(wanted)
