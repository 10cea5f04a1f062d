"""Replaces the names of country groups by country codes, so that decisions compare only codes."""

from collections.abc import Mapping
from dataclasses import replace

from service.campaigns.campaign import Campaign
from service.campaigns.gate import Gate
from service.campaigns.site import Site
from service.errors import InvalidDocumentError

# The member states: https://european-union.europa.eu/principles-countries-history/eu-countries_en
EUROPEAN_UNION = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
        "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip


def with_countries_written_out(campaign: Campaign, site: Site) -> Campaign:
    """Return the campaign with each country group replaced by its countries. The group `EU` always exists.

    Raise InvalidDocumentError if the site does not define a group that the campaign names.
    """
    groups = {"EU": EUROPEAN_UNION, **site.country_groups}
    reader, cool_off, gate = campaign.reader, campaign.cool_off, campaign.gate
    return replace(
        campaign,
        reader=replace(
            reader,
            countries_any=_codes(reader.countries_any, groups),
            countries_none=_codes(reader.countries_none, groups) or frozenset(),
        ),
        cool_off=replace(
            cool_off,
            show_again=tuple(
                replace(press, countries=_codes(press.countries, groups)) for press in cool_off.show_again
            ),
            weekly_show_again=tuple(
                replace(press, countries=_codes(press.countries, groups)) for press in cool_off.weekly_show_again
            ),
        ),
        gate=None if gate is None else _gate(gate, groups),
    )


def _gate(gate: Gate, groups: Mapping[str, frozenset[str]]) -> Gate:
    limits = tuple(replace(limit, countries=_codes(limit.countries, groups)) for limit in gate.mandatory_after)
    return replace(gate, mandatory_after=limits)


def _codes(names: frozenset[str] | None, groups: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    if names is None:
        return None
    codes: set[str] = set()
    for name in sorted(names):
        if name not in groups and len(name) != 2:
            known = ", ".join(sorted(groups))
            raise InvalidDocumentError((f"{name} is not one of the site's country groups, which are {known}",))
        codes |= groups.get(name, frozenset({name}))
    return frozenset(codes)
