"""The reader's passport holds their open checkout and their contribution."""

from service.contributions.checkout.supporter_passport import (
    begun_passport,
    confirmed_contribution,
    recognised_passport,
)
from service.money import Interval, Money
from service.readers.contributions import GivenContribution
from service.readers.impressions import campaign_fingerprint
from service.readers.passports.passport import PassportSealer
from service.readers.reader import Reader, new_reader
from service.services import Services
from tests.conftest import NOW

INSTANT = int(NOW.timestamp())
CAMPAIGN = "open-for-all"


def opened(services: Services, passport: str) -> Reader:
    reader = services.part(PassportSealer).open(passport, "tide", INSTANT)
    assert reader is not None
    return reader


def begun(services: Services) -> str:
    """Return the passport of a reader who just left for Stripe's page."""
    before = services.part(PassportSealer).seal(new_reader(INSTANT, 5, 7), "tide", INSTANT)
    passport = begun_passport(services, before, "tide", Interval.MONTH)
    assert passport is not None
    return passport


def test_an_open_checkout_is_recorded(services: Services) -> None:
    support = opened(services, begun(services)).support

    assert (support.checkout_at, support.checkout_interval) == (INSTANT, "month")


def test_a_contribution_counts_for_the_campaign_that_asked(services: Services) -> None:
    passport = recognised_passport(
        services, begun(services), "tide", GivenContribution(Interval.ONE_OFF, INSTANT, campaign=CAMPAIGN)
    )

    reader = opened(services, passport)
    assert reader.prompt_record(campaign_fingerprint(CAMPAIGN)).contributed_count == 1
    assert (reader.support.one_off_at, reader.support.checkout_at) == (INSTANT, 0)


def test_the_amount_is_recorded_for_recurring_contributions_alone(services: Services) -> None:
    monthly, once = (
        confirmed_contribution(services, interval, None, Money(500, "EUR"))
        for interval in (Interval.MONTH, Interval.ONE_OFF)
    )

    supported = [
        opened(services, recognised_passport(services, "", "tide", given)).support for given in (monthly, once)
    ]

    assert [(support.recurring_minor, support.recurring_currency) for support in supported] == [(500, "EUR"), (0, "")]


def test_opening_the_thank_you_page_again_does_not_count_twice(services: Services) -> None:
    once = recognised_passport(
        services, begun(services), "tide", GivenContribution(Interval.MONTH, INSTANT, campaign=CAMPAIGN)
    )

    twice = recognised_passport(services, once, "tide", GivenContribution(Interval.MONTH, INSTANT, campaign=CAMPAIGN))

    assert opened(services, twice).prompt_record(campaign_fingerprint(CAMPAIGN)).contributed_count == 1


def test_a_supporter_without_a_passport_gets_one_that_holds_nothing_else(services: Services) -> None:
    reader = opened(
        services,
        recognised_passport(services, "", "tide", GivenContribution(Interval.MONTH, INSTANT, campaign=CAMPAIGN)),
    )

    assert reader.prompts == ()
    assert reader.support.recurring_at == INSTANT
