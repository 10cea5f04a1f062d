"""The facts of a page view that rules compare with the names in campaigns."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Any

from service.campaigns.campaign import Campaign
from service.campaigns.page_rules import PageAccess, PageType, folded
from service.campaigns.reader_rules import Consent, Device, SupporterState
from service.campaigns.site import Site
from service.decisions.rules.rule import NamedFact
from service.decisions.situation import FACTS, Page, Purpose, Situation

Named = Callable[[Campaign, Site], Iterable[Any]]
Topic = str | tuple[str]  # a tag, or a section


def _with(situation: Situation, name: str, value: Any) -> Situation:
    """Return the situation with this value of a page, a visit or its own."""
    if name in Situation._fields:
        return situation._replace(**{name: value})
    if name in Page._fields:
        return situation._replace(page=situation.page._replace(**{name: value}))
    return situation._replace(visit=situation.visit._replace(**{name: value}))


def _value(name: str, *values: StrEnum | bool, named: Named | None = None) -> NamedFact:
    """Return the fact that has one of these values, or of the names that campaigns list."""
    return NamedFact(
        named or (lambda _campaign, _site: values),
        lambda situation, value: _with(situation, name, value),
        FACTS.index(name),
    )


def _countries(campaign: Campaign, site: Site) -> Iterable[str | None]:
    rules = campaign.reader
    return {None} | (rules.countries_any or frozenset()) | rules.countries_none | site.one_off_only_countries


def _topics(campaign: Campaign, _site: Site) -> Iterable[Topic]:
    rules = campaign.page
    included = (rules.sections_any or frozenset()) | (rules.tags_any or frozenset())
    listed = included | rules.sections_none | rules.tags_none
    return listed | {(topic,) for topic in listed}


def _topics_of(situation: Situation) -> AbstractSet[Topic]:
    page = situation.page
    return page.tags if page.section is None else {*page.tags, (page.section,)}


def _with_topic(situation: Situation, topic: Topic) -> Situation:
    if isinstance(topic, tuple):
        return _with(situation, "section", topic[0])
    return _with(situation, "tags", frozenset({topic}))


def _languages_of(situation: Situation) -> AbstractSet[str]:
    language = situation.visit.language
    return frozenset() if language is None else {language, language.partition("-")[0]}


PAGE_TYPE = _value("page_type", *PageType)
PAGE_ACCESS = _value("access", *PageAccess)
PAID_CONTENT = _value("is_paid_content", True)
HIDES_APPEALS = _value("hides_appeals", True)
CONSENT = _value("consent", *Consent)
DEVICE = _value("device", *Device)
SIGNED_IN = _value("is_signed_in", True)
PURPOSE = _value("purpose", *Purpose)
SUPPRESSED = _value("is_suppressed", True)
SUPPORTER = _value("supporter", *SupporterState)
COUNTRY = _value("country", named=_countries)
TOPIC = NamedFact(_topics, _with_topic, names=_topics_of)
PAGE_ID = NamedFact(
    lambda campaign, _site: (campaign.page.page_ids_any or frozenset()) | campaign.page.page_ids_none,
    lambda situation, page_id: _with(situation, "page_id", page_id),
    names=lambda situation: {folded(situation.page.page_id)},
)
PLACEMENT = NamedFact(
    lambda campaign, _site: (campaign.placement,),
    lambda situation, placement: _with(situation, "placements", frozenset({placement})),
    names=lambda situation: situation.page.placements,
)
LANGUAGE = NamedFact(
    lambda campaign, _site: campaign.reader.languages_any or (),
    lambda situation, language: _with(situation, "language", language),
    names=_languages_of,
)
AUDIENCE = NamedFact(
    lambda campaign, _site: campaign.reader.external_audiences_any or (),
    lambda situation, audience: _with(situation, "audiences", frozenset({audience})),
    names=lambda situation: situation.visit.audiences or frozenset(),
)
