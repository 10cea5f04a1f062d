"""Which way a decide request is answered: a preview, a signed-in reader, or a reader who carries all there is."""

from datetime import datetime

from service.decisions.act import Answer, answer_preview, answer_view, carried_reader
from service.decisions.assertion import AssertedReader, Standing, asserted_reader
from service.decisions.compiled import CompiledSite
from service.decisions.outside import OutsideServices, OutsideWord
from service.decisions.page_view import Arrival
from service.decisions.preview import Preview, PreviewRequest, open_preview, previewed, seal_preview
from service.decisions.signed_in import answer_signed_in
from service.decisions.site_time import as_datetime, site_time_at
from service.decisions.view import Carrier, ViewRequest, visitor_of
from service.errors import NotFoundError
from service.services import Services


def make_preview(services: Services, asked: PreviewRequest) -> dict[str, str]:
    """A preview link's parts. Raises NotFoundError for a campaign or variant that is not there."""
    snapshot = services.campaigns.current().site(asked.site)
    expires_at = int(services.clock().timestamp()) + asked.seconds
    preview = Preview(asked.site, asked.campaign, asked.variant, asked.is_draft, expires_at)
    candidate = previewed(snapshot, preview)
    if candidate is None:
        raise NotFoundError("no such campaign")
    if asked.variant and asked.variant not in {one.key for one in candidate.prepared.campaign.variants}:
        raise NotFoundError("no such variant")
    text = seal_preview(services.passports.ring, preview)
    return {"preview": text, "query": f"keepopen_preview={text}", "expires_at": as_datetime(expires_at).isoformat()}


def answer(
    services: Services, site: CompiledSite, view: ViewRequest, carrier: Carrier, outside: OutsideServices
) -> Answer:
    """Previews and assertions that do not hold are as good as none."""
    now = services.clock()
    preview = open_preview(services.passports.ring, view.preview, view.site, int(now.timestamp()))
    if preview is not None:
        candidate = previewed(services.campaigns.current().site(view.site), preview)
        if candidate is not None:
            at = site_time_at(now, site.zone)
            visitor = visitor_of(view, carrier, site.site)
            arrival = Arrival(view, visitor, carried_reader(services.passports, view, carrier, visitor, at), at)
            return answer_preview(site, services.passports, arrival, (preview, candidate))
    asserted = asserted_reader(site.site.assertion, view.reader_assertion, int(now.timestamp()))
    if asserted.standing is Standing.SIGNED_OUT:
        return answer_view(site, services.passports, view, carrier, now)
    return answer_signed_in(services, site, (view, carrier), asserted, _outside_word(site, asserted, outside, now))


def _outside_word(site: CompiledSite, asserted: AssertedReader, outside: OutsideServices, now: datetime) -> OutsideWord:
    """What the publication's own services say of a signed-in reader, where some campaign wants to know."""
    rules = [candidate.prepared.campaign.reader for candidate in (*site.gates, *site.appeals)]
    reader_id, where = asserted.reader_id, site.site
    audiences: frozenset[str] | None = None
    is_suppressed = False
    if where.audience_service is not None and any(one.external_audiences_any is not None for one in rules):
        audiences = outside.audiences(where.audience_service, reader_id, now)
    if where.suppressor_service is not None and any(one.is_suppressible for one in rules):
        is_suppressed = outside.is_suppressed(where.suppressor_service, reader_id, now)
    return OutsideWord(audiences, is_suppressed)
