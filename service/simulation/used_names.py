"""The names that a site and its campaigns use: an invented newspaper needs them, or no rule would ever match."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.campaigns.campaign import Campaign
from service.campaigns.page_rules import PageMatch
from service.campaigns.site import Site


@dataclass(frozen=True, slots=True)
class Named:
    """Names in alphabetical order. `tags`: topics of readers among them, because a page sends its topics as tags."""

    sections: tuple[str, ...]
    tags: tuple[str, ...]
    page_ids: tuple[str, ...]
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    referrers: tuple[str, ...]
    audiences: tuple[str, ...]


def named_by(site: Site, campaigns: Sequence[Campaign]) -> Named:
    """Return every name in the rules of campaigns, in their meters and in the exclusions of the site."""
    pages = tuple(_pages(site, campaigns))
    rules = [campaign.reader for campaign in campaigns]
    return Named(
        _names(match.sections for match in pages),
        _names(match.tags for match in pages),
        _names(match.page_ids | match.paths for match in pages),
        _names([frozenset(site.currencies), *(found.countries_any for found in rules)]),
        _names([frozenset(site.languages), *(found.languages_any for found in rules)]),
        _names(found.referrers_any for found in rules),
        _names(found.external_audiences_any for found in rules),
    )


def _pages(site: Site, campaigns: Sequence[Campaign]) -> Iterator[PageMatch]:
    """Yield every list of pages that decisions about the site use."""
    yield from (exclusion.pages for exclusion in site.exclusions)
    if site.sensitivity.pages:
        yield site.sensitivity.pages
    for campaign in campaigns:
        rules, reader = campaign.page, campaign.reader
        topics = (reader.favourite_topics_any, *(count.topics for count in reader.article_counts))
        yield PageMatch(
            frozenset(_names((rules.sections_any, rules.sections_none))),
            frozenset(_names((rules.tags_any, rules.tags_none, *topics))),
            frozenset(_names((rules.page_ids_any, rules.page_ids_none))),
        )
        if campaign.meter and campaign.meter.free_pages:
            yield campaign.meter.free_pages


def _names(lists: Iterable[frozenset[str] | None]) -> tuple[str, ...]:
    return tuple(sorted(frozenset().union(*(names or () for names in lists))))
