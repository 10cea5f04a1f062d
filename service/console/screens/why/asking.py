"""Answer what a person asked on the screen Why?, or say which fields cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.campaigns.campaign import Campaign
from service.campaigns.reader_rules import Consent
from service.console.screens.why.article import article_fields, full_address
from service.console.screens.why.links import link_as_reader
from service.decisions.compile import CompiledSite
from service.errors import DomainError
from service.readers.my_data import Held, held_in_words
from service.readers.passports.reader_code import ReaderCode, ReaderCodeError, open_code
from service.sealing import KeyRing
from service.simulation.simulation import StartReader
from service.simulation.why.described import DescriptionError, described
from service.simulation.why.explanation import DecisionInWords, Question, explain
from service.widget.install.page.fetch import PageUnreachableError


@dataclass(frozen=True, slots=True)
class Asking:
    """Where and when a question is asked. `public_url`: the address of the service."""

    site: CompiledSite
    keys: KeyRing
    public_url: str
    now: datetime

    @property
    def campaigns(self) -> dict[str, Campaign]:
        """The live campaigns of the site by their keys."""
        found = (candidate.campaign for candidate in (*self.site.gates, *self.site.appeals))
        return {campaign.key: campaign for campaign in found}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked. `found` None: nothing was asked yet, or `errors` say by field what cannot be read.

    `link`: the real article as the reader sees it. `held`: what a reader's code holds, as on /my-data.
    """

    fields: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    found: DecisionInWords | None = None
    link: str | None = None
    held: tuple[tuple[str, Held], ...] = ()


def answered(asking: Asking, fields: Mapping[str, str], code_text: str = "") -> Asked:
    """Answer the question in the fields. The page of an address and a reader's code take the place of fields.

    Read everything, so that all fields that cannot be read are named at once.
    """
    errors: dict[str, str] = {}
    fields = {**fields, "address": full_address(fields["address"], asking.site.site)}
    facts = _facts(asking, fields, errors)
    code = _code(asking, code_text, errors) if code_text else None
    try:
        local = asking.now.astimezone(asking.site.zone).replace(tzinfo=None, microsecond=0)
        question = described({**fields, **facts}, asking.site.site.key, asking.campaigns, local)
    except DescriptionError as error:
        return Asked(fields, {**error.fields, **errors})
    if errors:
        return Asked(fields, errors)
    if code is not None:
        question = _carried(question, code)
    found = explain(asking.site, question)
    link = link_as_reader(asking.keys, fields["address"], question, found, int(asking.now.timestamp()))
    held = held_in_words(code.reader, asking.site.zone) if code else ()
    return Asked({**fields, **facts}, {}, found, link, held)


def _facts(asking: Asking, fields: Mapping[str, str], errors: dict[str, str]) -> dict[str, str]:
    if not fields["address"]:
        return {}
    try:
        return article_fields(fields["address"], asking.site.site, asking.public_url)
    except PageUnreachableError as error:
        errors["address"] = _sentence(error, "The page cannot be read: ")
        return {}


def _code(asking: Asking, text: str, errors: dict[str, str]) -> ReaderCode | None:
    try:
        return open_code(asking.keys, asking.site.site.key, text, int(asking.now.timestamp()))
    except ReaderCodeError as error:
        errors["code"] = _sentence(error)
        return None


def _carried(question: Question, code: ReaderCode) -> Question:
    """Return the question about the reader of a code. A reader without a bucket has given consent to the meter only."""
    bucket = code.reader.bucket
    consent = Consent.METER if bucket is None else Consent.FULL
    reader = StartReader(bucket=bucket, consent=consent, country=code.country, device=code.device)
    return replace(question, reader=reader, carried=code.reader)


def _sentence(error: DomainError, before: str = "") -> str:
    words = before + error.title
    return f"{words[:1].upper()}{words[1:]}."
