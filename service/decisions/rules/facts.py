"""The facts of a page view that rules compare with the values and names in campaigns."""

from collections.abc import Hashable, Iterable
from itertools import combinations
from typing import Any

from msgspec.structs import replace

from service.campaigns.campaign import Campaign, Placement
from service.campaigns.page_rules import PageAccess, PageType, folded
from service.campaigns.reader_rules import Consent, Device, SupporterState
from service.campaigns.site import Site
from service.decisions.rules.rule import NamedFact
from service.decisions.situation import Purpose, Situation
from service.readers.history import most_read_topics, topic_fingerprint
from service.readers.reader import History, Reader
from service.readers.topics import topic_cells

Topic = str | tuple[str]  # a tag, or a section


def _with(situation: Situation, path: str, value: Any) -> Situation:
    """Return the situation with this value of a page, a visit or its own. `path`: where, such as `page.section`."""
    owner, _, name = path.rpartition(".")
    if owner:
        return replace(situation, **{owner: replace(getattr(situation, owner), **{name: value})})
    return replace(situation, **{name: value})


def _value(path: str, values: Iterable[Hashable] = (False, True)) -> NamedFact:
    """Return the fact at this path of a situation, which is one of these values."""
    every = tuple(values)
    put = lambda situation, value: _with(situation, path, value)  # noqa: E731
    return NamedFact(lambda _campaign, _site: every, put, path=path, values=every)


def counted_reader(situation: Situation) -> Reader | None:
    """Return the reader, or None if there is no consent or the reader has stopped the counting of articles."""
    reader = situation.reader
    return None if reader is None or reader.counting.is_stopped else reader


def _countries(campaign: Campaign, site: Site) -> Iterable[str | None]:
    rules = campaign.reader
    return {None} | (rules.countries_any or frozenset()) | rules.countries_none | site.one_off_only_countries


def _topics(campaign: Campaign, site: Site) -> Iterable[Topic]:
    rules, excluded = campaign.page, [exclusion.pages for exclusion in site.exclusions]
    included = (rules.sections_any or frozenset()) | (rules.tags_any or frozenset())
    listed = included.union(rules.sections_none, rules.tags_none, *(pages.sections | pages.tags for pages in excluded))
    return listed | {(topic,) for topic in listed}


def _topics_of(situation: Situation) -> Iterable[Topic]:
    page = situation.page
    return page.tags if page.section is None else (*page.tags, (page.section,))


def _with_topic(situation: Situation, topic: Topic) -> Situation:
    if isinstance(topic, tuple):
        return _with(situation, "page.section", topic[0])
    return _with(situation, "page.tags", frozenset({topic}))


def _page_ids(campaign: Campaign, site: Site) -> Iterable[str]:
    listed = (campaign.page.page_ids_any or frozenset()) | campaign.page.page_ids_none
    return listed.union(*(exclusion.pages.page_ids for exclusion in site.exclusions))


def _languages_of(situation: Situation) -> Iterable[str]:
    language = situation.visit.language
    return () if language is None else (language, language.partition("-")[0])


def _most_read_topics(situation: Situation) -> Iterable[bytes]:
    reader = counted_reader(situation)
    return most_read_topics(reader.history) if reader else ()


def _with_most_read(situation: Situation, topic: bytes) -> Situation:
    history = History(topics=topic_cells({(topic, 0): 1}))
    return replace(situation, reader=Reader(bucket=None, salt=0, first_seen_at=0, history=history))


PAGE_TYPE = _value("page.page_type", PageType)
PAGE_ACCESS = _value("page.access", PageAccess)
SENSITIVE = _value("page.is_sensitive")
PAID_CONTENT = _value("page.is_paid_content")
HIDES_APPEALS = _value("page.hides_appeals")
PLACEMENTS = _value(
    "page.placements",
    (frozenset(found) for count in range(len(Placement) + 1) for found in combinations(Placement, count)),
)
CONSENT = _value("visit.consent", Consent)
DEVICE = _value("visit.device", Device)
SIGNED_IN = _value("visit.is_signed_in")
PURPOSE = _value("visit.purpose", Purpose)
SUPPRESSED = _value("visit.is_suppressed")
SUPPORTER = _value("supporter", SupporterState)
COUNTRY = NamedFact(
    _countries,
    lambda situation, country: _with(situation, "visit.country", country),
    lambda situation: (situation.visit.country,),
)
TOPIC = NamedFact(_topics, _with_topic, _topics_of)
PAGE_ID = NamedFact(
    _page_ids,
    lambda situation, page_id: _with(situation, "page.page_id", page_id),
    lambda situation: (folded(situation.page.page_id),),
)
LANGUAGE = NamedFact(
    lambda campaign, _site: campaign.reader.languages_any or (),
    lambda situation, language: _with(situation, "visit.language", language),
    _languages_of,
)
AUDIENCE = NamedFact(
    lambda campaign, _site: campaign.reader.external_audiences_any or (),
    lambda situation, audience: _with(situation, "visit.audiences", frozenset({audience})),
    lambda situation: situation.visit.audiences or (),
)
MOST_READ_TOPIC = NamedFact(
    lambda campaign, _site: map(topic_fingerprint, campaign.reader.favourite_topics_any or ()),
    _with_most_read,
    _most_read_topics,
)
