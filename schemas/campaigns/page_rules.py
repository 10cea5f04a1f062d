"""Schemas of the `page` part of a campaign, and of the pages that a site excludes."""

from typing import Any

from marshmallow import ValidationError, post_load

from schemas.document import StrictSchema
from schemas.fields import AnyNone, Folded, FoldedPage, FoldedPath, Line, Members, Word
from schemas.times import NearDay
from service.campaigns.campaign import Kind
from service.campaigns.page_rules import Exclusion, PageAccess, PageCondition, PageMatch, PageRules, PageType


class PageRulesSchema(StrictSchema):
    """Which pages a campaign is shown on. One match among sections and tags is enough; a match in `none` fails."""

    types = Members(Word(PageType), load_default=None)
    sections = AnyNone(Folded())
    tags = AnyNone(Folded())
    pages = AnyNone(FoldedPage())
    access = Members(Word(PageAccess), load_default=None)
    sensitive = Word(PageCondition, load_default=PageCondition.NEVER)
    paid = Word(PageCondition, load_default=PageCondition.NEVER)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> PageRules:
        sections, tags, pages = data["sections"], data["tags"], data["pages"]
        return PageRules(
            types=data["types"],
            sections_any=sections.any_of,
            tags_any=tags.any_of,
            sections_none=sections.none_of,
            tags_none=tags.none_of,
            page_ids_any=pages.any_of,
            page_ids_none=pages.none_of,
            accesses=data["access"],
            sensitive=data["sensitive"],
            paid=data["paid"],
        )


class ExclusionSchema(StrictSchema):
    """Pages of a site on which no prompt is shown, or none of some kinds, always or between two days."""

    sections = Members(Folded(), load_default=frozenset)
    tags = Members(Folded(), load_default=frozenset)
    pages = Members(FoldedPage(), load_default=frozenset)
    paths = Members(FoldedPath(), load_default=frozenset)
    kinds = Members(Word(Kind), load_default=None)
    types = Members(Word(PageType), load_default=None)
    starts_on = NearDay(load_default=None)
    ends_on = NearDay(load_default=None)
    reason = Line(load_default="")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Exclusion:
        starts_on, ends_on = data["starts_on"], data["ends_on"]
        if starts_on and ends_on and ends_on < starts_on:
            raise ValidationError("is before starts_on; exchange the two days", "ends_on")
        pages = PageMatch(data["sections"], data["tags"], data["pages"], data["paths"])
        return Exclusion(pages, data["types"], starts_on, ends_on, data["reason"], data["kinds"])
