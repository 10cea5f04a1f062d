"""Starting a contribution: one open attempt per showing and choice, one session at Stripe per attempt."""

from dataclasses import replace
from datetime import timedelta

from service.campaigns.amounts import round_unit_minor
from service.campaigns.site import Site
from service.contributions import store
from service.contributions.checkout.card_testing import (
    RAISED_MINIMUM_UNITS,
    WINDOW,
    Outcomes,
    ProofNeededError,
    is_proof,
    is_tripped,
)
from service.contributions.checkout.form import (
    CheckoutForm,
    Origin,
    attempt_key,
    chosen_amount,
    refuse_unoffered_interval,
    refuse_unwanted_fields,
    return_address,
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

SESSION_LIFE = timedelta(hours=1)
# A page about to close is no page to send a reader to.
LEAST_LIFE_LEFT = timedelta(minutes=5)


class PreviewOnlyError(ForbiddenError):
    """A preview shows what readers would see; it takes no money."""

    code = "preview_only"


def origin_of_form(services: Services, form: CheckoutForm) -> Origin:
    """Which showing this form belongs to. Raises InvalidTokenError without a fresh token of ours."""
    instant = int(services.clock().timestamp())
    ring = services.keys
    if form.prompt_token is not None:
        prompt = open_prompt_token(prompt_sealer(services.keys), form.prompt_token, instant)
        if prompt.is_preview:
            raise PreviewOnlyError("this is a preview: no money is taken")
        origin = Origin(
            site=prompt.site,
            campaign=prompt.campaign,
            variant=prompt.variant,
            placement=prompt.placement,
            page_id=prompt.page_id or None,
            currency=prompt.currency,
            is_counted=prompt.is_counted,
            reader_hash=bytes.fromhex(prompt.account) or None,
        )
    elif form.support_token is not None:
        origin = Origin(open_support_token(ring, form.support_token, instant).site, page_id=form.page_id)
    else:
        raise InvalidTokenError("a prompt or support page token is needed")
    if form.site is not None and form.site != origin.site:
        raise InvalidTokenError("this token belongs to another site")
    return origin


def start_checkout(services: Services, site: Site, origin: Origin, form: CheckoutForm, country: str | None) -> Attempt:
    """The attempt this form opens or joins, with the address of Stripe's hosted page.

    Asked again with the same token and choice it answers with the same page, also after a crash in between: the
    attempt is stored first, and Stripe makes one session per attempt.
    """
    refuse_unoffered_interval(site, form.interval, country)
    refuse_unwanted_fields(site, form)
    currency = form.currency or origin.currency or site.currency_in(country)
    amount = chosen_amount(form, site, currency, _raised_minimum(services, site, form, currency))
    return begin_session(services, site, open_or_join(services, _new_attempt(services, site, origin, form, amount)))


def begin_session(services: Services, site: Site, attempt: Attempt) -> Attempt:
    """The attempt with its hosted page, which a repeat finds again."""
    if attempt.checkout_url is not None:
        return attempt
    session = services.gateway.create_checkout_session(_request(services, site, attempt))
    with committed(services.engine) as connection:
        store.set_checkout(connection, attempt.id, session)
    return replace(attempt, checkout_session_id=session.id, checkout_url=session.url)


def _raised_minimum(services: Services, site: Site, form: CheckoutForm, currency: str) -> int:
    """Nothing on ordinary days. While cards are being tested: a minimum, and ProofNeededError without a proof."""
    with committed(services.engine) as connection:
        outcomes = Outcomes(*count_outcomes(connection, site.key, services.clock() - WINDOW))
    if not is_tripped(outcomes):
        return 0
    if not is_proof(form.token, form.proof):
        raise ProofNeededError("this needs a proof of work")
    return RAISED_MINIMUM_UNITS * round_unit_minor(currency)


def _new_attempt(services: Services, site: Site, origin: Origin, form: CheckoutForm, amount: Money) -> Attempt:
    now = services.clock()
    mark = ContributionMark(
        contribution_id=new_id("ctb"),
        site=site.key,
        interval=form.interval,
        campaign=origin.campaign,
        variant=origin.variant,
        page_id=origin.page_id or form.page_id,
    )
    return Attempt(
        mark=mark,
        key=attempt_key(form, amount),
        amount=amount,
        language=form.language or site.default_language,
        return_url=return_address(site, form.return_url, services.settings.public_origin),
        created_at=now,
        expires_at=now + SESSION_LIFE,
        placement=origin.placement,
        covers_fee=form.covers_fee,
        is_anonymous=form.is_anonymous,
        message=form.message,
        is_counted=origin.is_counted,
        reader_hash=origin.reader_hash,
    )


def open_or_join(services: Services, wanted: Attempt) -> Attempt:
    """The open attempt of the same key, or `wanted`, now stored."""
    for _ in range(3):
        with committed(services.engine) as connection:
            found = store.open_attempt(connection, wanted.key, wanted.created_at + LEAST_LIFE_LEFT)
            if found is not None:
                return found
            store.close_attempts(connection, wanted.key, wanted.created_at + LEAST_LIFE_LEFT)
            if store.insert_attempt(connection, wanted):
                return wanted
    raise ConflictError("another attempt is being opened; try again")


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
