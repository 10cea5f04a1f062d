"""The link that shows the real article as the reader of a question sees it."""

from service.addresses import split_address
from service.campaigns.reader_rules import Device
from service.decisions.preview import AsReader, seal_as_reader
from service.decisions.situation import Visit
from service.decisions.view import host_of
from service.sealing import KeyRing
from service.simulation.why.explanation import DecisionInWords, Question

VALID_SECONDS = 3600
MAX_CHARACTERS = 2048  # of a preview in a decide request


def link_as_reader(keys: KeyRing, address: str, question: Question, found: DecisionInWords, now: int) -> str | None:
    """Return the address of the article with a signed preview, valid for an hour.

    If the question is about another time than `now`, the preview decides as at that time. Return None if there is no
    address, or if the reader's history is too long for a link.
    """
    if not address:
        return None
    reader = question.reader
    visit = Visit(
        reader.consent,
        reader.country,
        reader.device or Device.DESKTOP,
        reader.language,
        host_of(reader.referrer),
        reader.is_signed_in,
    )
    at = 0 if abs(found.now.instant - now) < 60 else found.now.instant
    site = question.view.view.site
    text = seal_as_reader(keys, AsReader(site, now + VALID_SECONDS, found.reader, visit, at))
    if len(text) > MAX_CHARACTERS:
        return None
    parts = split_address(address)
    query = "&".join(filter(None, (parts.query, f"keepopen_preview={text}")))
    return parts._replace(query=query).geturl()
