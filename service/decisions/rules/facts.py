"""The facts of a page view that rules compare with the names in campaigns."""

from collections.abc import Iterable

from service.campaigns.campaign import Campaign
from service.campaigns.site import Site
from service.decisions.rules.rule import Fact
from service.decisions.situation import Situation


def _topics(campaign: Campaign, _site: Site) -> Iterable[str]:
    rules = campaign.page
    included = (rules.sections_any or frozenset()) | (rules.tags_any or frozenset())
    return included | rules.sections_none | rules.tags_none


def _page_ids(campaign: Campaign, _site: Site) -> Iterable[str]:
    return (campaign.page.page_ids_any or frozenset()) | campaign.page.page_ids_none


def _countries(campaign: Campaign, site: Site) -> Iterable[str | None]:
    rules = campaign.reader
    return {None} | (rules.countries_any or frozenset()) | rules.countries_none | site.one_off_only_countries


def _languages(situation: Situation) -> Iterable[str]:
    language = situation.visit.language
    return () if language is None else (language, language.split("-")[0])


SECTION = Fact(
    lambda situation: (situation.page.section,),
    _topics,
    lambda situation, section: situation._replace(page=situation.page._replace(section=section)),
)
TAG = Fact(
    lambda situation: situation.page.tags,
    _topics,
    lambda situation, tag: situation._replace(page=situation.page._replace(tags=frozenset({tag}))),
)
PAGE_ID = Fact(
    lambda situation: (situation.page.page_id.casefold(),),
    _page_ids,
    lambda situation, page_id: situation._replace(page=situation.page._replace(page_id=page_id)),
)
COUNTRY = Fact(
    lambda situation: (situation.visit.country,),
    _countries,
    lambda situation, country: situation._replace(visit=situation.visit._replace(country=country)),
)
LANGUAGE = Fact(
    _languages,
    lambda campaign, _site: campaign.reader.languages_any or (),
    lambda situation, language: situation._replace(visit=situation.visit._replace(language=language)),
)
