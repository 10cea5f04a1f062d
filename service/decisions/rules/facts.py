"""The facts of a page view that rules compare with the names in campaigns."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from operator import attrgetter
from typing import Any

from service.campaigns.campaign import Campaign
from service.campaigns.page_rules import PageAccess, PageType, folded
from service.campaigns.reader_rules import Consent, Device, SupporterState
from service.campaigns.site import Site
from service.decisions.rules.rule import NamedFact
from service.decisions.situation import Page, Purpose, Situation, Visit


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
    return () if language is None else (language, language.partition("-")[0])


def _of_page(name: str, named: Callable[[Campaign, Site], Iterable[Any]]) -> NamedFact:
    """Return the fact that is an attribute of the page."""
    return NamedFact(
        attrgetter("page." + name),
        named,
        lambda situation, value: situation._replace(page=situation.page._replace(**{name: value})),
        of_page=Page._fields.index(name),
    )


def _of_visit(name: str, named: Callable[[Campaign, Site], Iterable[Any]]) -> NamedFact:
    """Return the fact that is an attribute of the visit."""
    return NamedFact(
        attrgetter("visit." + name),
        named,
        lambda situation, value: situation._replace(visit=situation.visit._replace(**{name: value})),
        of_visit=Visit._fields.index(name),
    )


def _all(*values: StrEnum | bool) -> Callable[[Campaign, Site], Iterable[Any]]:
    return lambda _campaign, _site: values


SECTION = _of_page("section", _topics)
PAGE_TYPE = _of_page("page_type", _all(*PageType))
PAGE_ACCESS = _of_page("access", _all(*PageAccess))
PAID_CONTENT = _of_page("is_paid_content", _all(True))
CONSENT = _of_visit("consent", _all(*Consent))
COUNTRY = _of_visit("country", _countries)
DEVICE = _of_visit("device", _all(*Device))
SIGNED_IN = _of_visit("is_signed_in", _all(True))
HIDES_APPEALS = _of_page("hides_appeals", _all(True))
PURPOSE = _of_visit("purpose", _all(*Purpose))
SUPPRESSED = _of_visit("is_suppressed", _all(True))
TAG = NamedFact(
    attrgetter("page.tags"),
    _topics,
    lambda situation, tag: situation._replace(page=situation.page._replace(tags=frozenset({tag}))),
    has_many=True,
)
PLACEMENT = NamedFact(
    attrgetter("page.placements"),
    lambda campaign, _site: (campaign.placement,),
    lambda situation, placement: situation._replace(page=situation.page._replace(placements=frozenset({placement}))),
    has_many=True,
)
PAGE_ID = NamedFact(
    lambda situation: folded(situation.page.page_id),
    _page_ids,
    lambda situation, page_id: situation._replace(page=situation.page._replace(page_id=page_id)),
)
LANGUAGE = NamedFact(
    _languages,
    lambda campaign, _site: campaign.reader.languages_any or (),
    lambda situation, language: situation._replace(visit=situation.visit._replace(language=language)),
    has_many=True,
)
SUPPORTER = NamedFact(
    attrgetter("supporter"),
    _all(*SupporterState),
    lambda situation, state: situation._replace(supporter=state),
)
