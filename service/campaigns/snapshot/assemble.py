"""From a reading of the database to a snapshot. One document that cannot be used is dropped alone, with an alarm."""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign, Kind, Placement, Status, decision_order
from service.campaigns.countries import with_countries_written_out
from service.campaigns.documents import stored_campaign, stored_site
from service.campaigns.site import Site
from service.campaigns.snapshot.snapshot import SiteSnapshot, Snapshot
from service.campaigns.snapshot.store import StoredCampaigns
from service.campaigns.store import DocumentKind, DocumentVersion
from service.campaigns.switch_store import Switch, SwitchScope
from service.errors import InvalidDocumentError

Parsed: TypeAlias = dict[tuple[DocumentKind, str, int], Site | Campaign | InvalidDocumentError]


def assemble(reading: StoredCampaigns, parsed: Parsed) -> Snapshot:
    """The snapshot of a reading. `parsed` keeps what documents said, so that each version is only ever parsed once."""
    alarms: list[str] = []
    is_paused = Switch(SwitchScope.EVERYTHING) in reading.paused
    sites = {}
    for version in _of_kind(reading.in_force, DocumentKind.SITE):
        site = _value(version, reading, parsed)
        if isinstance(site, Site):
            sites[site.key] = _site_snapshot(_switched(site, reading.paused), reading, parsed, alarms)
        else:
            alarms.append(f"site {version.key}: {site}")
    alarms += _orphans(reading, frozenset(sites))
    known = {(version.kind, version.key, version.version) for version in (*reading.in_force, *reading.newest)}
    for gone in parsed.keys() - known:
        del parsed[gone]
    return Snapshot(reading.number, MappingProxyType(sites), is_paused, tuple(alarms), reading.next_change_at)


def site_snapshot(site: Site, campaigns: Iterable[Campaign]) -> SiteSnapshot:
    """A site and its live campaigns in the order they are asked, nothing measured yet."""
    ready = [with_countries_written_out(one, site) for one in campaigns if one.status is Status.LIVE]
    return SiteSnapshot(site, ZoneInfo(site.timezone), tuple(sorted(ready, key=decision_order)))


def _site_snapshot(site: Site, reading: StoredCampaigns, parsed: Parsed, alarms: list[str]) -> SiteSnapshot:
    campaigns = _usable(site, reading.in_force, reading, parsed, alarms)
    drafts = _usable(site, reading.newest, reading, parsed, [])
    return replace(
        site_snapshot(site, campaigns),
        drafts=MappingProxyType({one.key: one for one in drafts if one.status is not Status.ARCHIVED}),
        variant_shares=MappingProxyType(dict(reading.variant_shares)),
        raised_minor=MappingProxyType(dict(reading.raised_minor)),
    )


def _usable(
    site: Site, versions: Iterable[DocumentVersion], reading: StoredCampaigns, parsed: Parsed, alarms: list[str]
) -> list[Campaign]:
    """The campaigns of a site that can be read and whose country groups exist; the others are named in `alarms`."""
    found = []
    for version in _of_kind(versions, DocumentKind.CAMPAIGN):
        if _site_of(version) != site.key:
            continue
        campaign = _value(version, reading, parsed)
        try:
            if not isinstance(campaign, Campaign):
                raise campaign if isinstance(campaign, InvalidDocumentError) else InvalidDocumentError(("unreadable",))
            is_off = Switch(SwitchScope.CAMPAIGN, campaign.site, campaign.key) in reading.paused
            found.append(with_countries_written_out(replace(campaign, is_paused=campaign.is_paused or is_off), site))
        except InvalidDocumentError as error:
            alarms.append(f"campaign {version.key}, version {version.version}: {error}")
    return found


def _value(
    version: DocumentVersion, reading: StoredCampaigns, parsed: Parsed
) -> Site | Campaign | InvalidDocumentError:
    identity = (version.kind, version.key, version.version)
    if identity not in parsed:
        load = stored_site if version.kind is DocumentKind.SITE else stored_campaign
        try:
            created_at = reading.created_at[version.kind, version.key]
            parsed[identity] = load(version.content, created_at, version.version)
        except InvalidDocumentError as error:
            parsed[identity] = error
        except Exception as error:  # whatever one document brings about, the others go on
            parsed[identity] = InvalidDocumentError((f"cannot be read: {type(error).__name__}",))
    return parsed[identity]


def _switched(site: Site, paused: frozenset[Switch]) -> Site:
    """The site with stored switches added to those its document sets."""
    mine = [switch for switch in paused if switch.site == site.key]
    switches = replace(
        site.switches,
        is_paused=site.switches.is_paused
        or bool({Switch(SwitchScope.EVERYTHING), Switch(SwitchScope.SITE, site.key)} & paused),
        paused_placements=site.switches.paused_placements
        | {Placement(one.name) for one in mine if one.scope is SwitchScope.PLACEMENT},
        paused_kinds=site.switches.paused_kinds | {Kind(one.name) for one in mine if one.scope is SwitchScope.KIND},
    )
    return replace(site, switches=switches)


def _orphans(reading: StoredCampaigns, sites: frozenset[str]) -> list[str]:
    wanted = {(version.key, str(_site_of(version))) for version in _of_kind(reading.in_force, DocumentKind.CAMPAIGN)}
    return [f"campaign {key}: its site {site} is not there" for key, site in sorted(wanted) if site not in sites]


def _site_of(version: DocumentVersion) -> object:
    return version.content.get("site") if isinstance(version.content, dict) else None


def _of_kind(versions: Iterable[DocumentVersion], kind: DocumentKind) -> Iterable[DocumentVersion]:
    return (version for version in versions if version.kind is kind)
