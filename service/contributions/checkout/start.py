"""Start a contribution: save an attempt for the prompt and choice, and create its checkout session at Stripe."""

from dataclasses import replace
from datetime import timedelta

from service.campaigns.amounts.suggested import round_unit_minor
from service.campaigns.site import Site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.contributions import store
from service.contributions.checkout.card_testing import (
    RAISED_MINIMUM_UNITS,
    WINDOW,
    Outcomes,
    ProofNeededError,
    is_card_testing,
    is_proof,
)
from service.contributions.checkout.form import (
    CheckoutForm,
    Origin,
    attempt_key,
    chosen_amount,
    refuse_unoffered_interval,
    refuse_unwanted_fields,
    return_address,
    with_fee_covered,
)
from service.contributions.checkout.support_token import open_support_token
from service.contributions.contribution import Attempt
from service.database.transaction import committed
from service.decisions.prompt_token import open_prompt_token, prompt_sealer
from service.errors import ConflictError, ForbiddenError, InvalidTokenError
from service.ids import new_id
from service.money import Money
from service.services import Services
from service.stripe_facts.contribution_store import count_outcomes
from service.stripe_gateway.checkout import CheckoutRequest, stripe_locale
from service.stripe_gateway.facts import ContributionMark
from service.stripe_gateway.transport import StripeFailedError

SESSION_DURATION = timedelta(hours=1)
# A hosted page that closes sooner leaves a reader too little time to pay.
MINIMUM_TIME_LEFT = timedelta(minutes=5)


class PreviewOnlyError(ForbiddenError):
    """A preview shows what readers would see. It takes no money."""

    code = "preview_only"


def origin_of_form(services: Services, form: CheckoutForm) -> Origin:
    """Return the prompt or support page that the form's token stands for.

    Raise InvalidTokenError if the token is missing, forged or expired, and PreviewOnlyError if it is of a preview.
    """
    instant = int(services.clock().timestamp())
    ring = services.keys
    if form.prompt_token is not None:
        token = open_prompt_token(prompt_sealer(services.keys), form.prompt_token, instant)
        if token.is_preview:
            raise PreviewOnlyError("this prompt is a preview, which takes no money")
        origin = Origin(
            site=token.site,
            campaign=token.prompt.campaign,
            variant=token.prompt.variant,
            placement=token.prompt.placement,
            page_id=token.page_id or None,
            currency=token.prompt.currency,
            is_counted=token.prompt.is_counted,
            reader_hash=bytes.fromhex(token.account) or None,
        )
    elif form.support_token is not None:
        origin = Origin(open_support_token(ring, form.support_token, instant).site, page_id=form.page_id)
    else:
        raise InvalidTokenError("the token is missing: send a prompt_token or a support_token")
    if form.site is not None and form.site != origin.site:
        raise InvalidTokenError("this token belongs to another site than the one named in `site`")
    return origin


def start_checkout(services: Services, site: Site, origin: Origin, form: CheckoutForm, country: str | None) -> Attempt:
    """Return the attempt that this form opens or joins, with the address of Stripe's hosted page.

    A repeat with the same token and choice returns the same page, also after a crash: the attempt is saved first, and
    Stripe creates only one session per attempt.
    """
    refuse_unoffered_interval(site, form.interval, country)
    refuse_unwanted_fields(site, form)
    currency = form.currency or origin.currency or site.currency_in(country)
    chosen = chosen_amount(form, site, currency, _raised_minimum(services, site, form, currency))
    return begin_session(services, site, open_or_join(services, _new_attempt(services, site, origin, form, chosen)))


def begin_session(services: Services, site: Site, attempt: Attempt) -> Attempt:
    """Return the attempt with its hosted page. If it has none yet, create the session at Stripe and save it.

    If Stripe fails, close the attempt. The next click is then another attempt, with another idempotency key. Should
    Stripe have made a session all the same, no reader gets its address, so it is never paid.
    """
    if attempt.checkout_url is not None:
        return attempt
    try:
        session = services.gateway.create_checkout_session(_request(services, site, attempt))
    except StripeFailedError:
        with committed(services.engine) as connection:
            store.close_attempts(connection, attempt.key, attempt.expires_at)
        raise
    with committed(services.engine) as connection:
        store.set_checkout(connection, attempt.id, session)
    return replace(attempt, checkout_session_id=session.id, checkout_url=session.url)


def _raised_minimum(services: Services, site: Site, form: CheckoutForm, currency: str) -> int:
    """Return the minimum amount while cards are being tested, in minor units, and 0 at all other times.

    Raise ProofNeededError if cards are being tested and the form has no valid proof of work.
    """
    with committed(services.engine) as connection:
        outcomes = Outcomes(*count_outcomes(connection, site.key, services.clock() - WINDOW))
    if not is_card_testing(outcomes):
        return 0
    if not is_proof(form.token, form.proof):
        raise ProofNeededError("cards are being tested on this site: send a proof of work in `proof`")
    return RAISED_MINIMUM_UNITS * round_unit_minor(currency)


def _new_attempt(services: Services, site: Site, origin: Origin, form: CheckoutForm, chosen: Money) -> Attempt:
    now = services.clock()
    mark = ContributionMark(
        contribution_id=new_id("ctb"),
        site=site.key,
        interval=form.interval,
        campaign=origin.campaign,
        variant=origin.variant,
        page_id=origin.page_id or form.page_id,
        fund=_fund(services, site, origin),
    )
    return Attempt(
        mark=mark,
        key=attempt_key(form, chosen),
        amount=with_fee_covered(chosen) if form.covers_fee else chosen,
        chosen_minor=chosen.amount_minor,
        language=form.language or site.default_language,
        return_url=return_address(site, form.return_url, services.settings.public_origin),
        created_at=now,
        expires_at=now + SESSION_DURATION,
        placement=origin.placement,
        covers_fee=form.covers_fee,
        is_anonymous=form.is_anonymous,
        message=form.message,
        is_counted=origin.is_counted,
        reader_hash=origin.reader_hash,
    )


def _fund(services: Services, site: Site, origin: Origin) -> str | None:
    """Return the fund that the campaign names, or else the site's. A campaign that ended since names none."""
    campaigns = services.part(SnapshotHolder).current().site(site.key).campaigns
    named = (campaign.fund for campaign in campaigns if campaign.key == origin.campaign)
    return next(named, None) or site.fund


def open_or_join(services: Services, wanted: Attempt) -> Attempt:
    """Return the open attempt with the same key; if there is none, save `wanted` and return it.

    Raise ConflictError if other requests keep opening and closing attempts with this key.
    """
    for _ in range(3):
        with committed(services.engine) as connection:
            found = store.open_attempt(connection, wanted.key, wanted.created_at + MINIMUM_TIME_LEFT)
            if found is not None:
                return found
            store.close_attempts(connection, wanted.key, wanted.created_at + MINIMUM_TIME_LEFT)
            if store.insert_attempt(connection, wanted):
                return wanted
    raise ConflictError("another request is starting the same contribution: try again")


def _request(services: Services, site: Site, attempt: Attempt) -> CheckoutRequest:
    return CheckoutRequest(
        mark=attempt.mark,
        amount=attempt.amount,
        product_name=f"Contribution to {site.name}",
        success_url=f"{services.settings.public_url}/thanks?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=attempt.return_url,
        expires_at=attempt.expires_at,
        locale=stripe_locale(attempt.language),
    )
