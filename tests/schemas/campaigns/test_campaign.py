"""A campaign document is loaded as written: a zero is a zero, and a missing field is unset."""

from datetime import UTC, date, datetime, time

from service.campaigns.campaign import Status, control_of
from service.campaigns.documents import load_campaign
from service.campaigns.experiment import ControlRange, Method
from service.campaigns.frequency import Cap, Counting, Cycle, DailyCap, Gap
from service.campaigns.gate import Allowance, GateType, Period, Pool, Strength
from service.campaigns.page_rules import PageAccess, PageCondition, PageType
from service.campaigns.reader_rules import (
    EVERYONE,
    NON_SUPPORTERS,
    AbandonedCheckout,
    ArticleCount,
    Device,
    Inclusion,
    SupporterState,
)
from service.campaigns.schedule import Hours, WallTime, Weekday
from service.campaigns.variant import CopyDevice
from service.money import Interval
from tests.campaigns.make import campaign, campaign_document, variant_document


def test_a_missing_field_is_unset() -> None:
    found = load_campaign(
        {key: value for key, value in campaign_document().items() if key not in {"frequency", "cool_off"}}
    )

    assert found.name == "autumn"
    assert found.status is Status.LIVE
    assert found.share == 1.0
    assert found.frequency.caps == ()
    assert found.frequency.total_impressions is None
    assert found.frequency.first_after_views is None
    assert found.cool_off.one_off_days is None
    assert found.schedule.starts is None
    assert found.page.sections_any is None
    assert found.reader.supporters == NON_SUPPORTERS
    assert found.reader.countries_any is None
    assert found.experiment is None
    assert found.is_dismissible


def test_a_zero_is_a_zero() -> None:
    found = campaign(
        share=0,
        priority=0,
        reader={"article_count": {"min": 0, "max": 0, "weeks": 0}},
        frequency={"caps": {"impressions": 0, "days": 1}, "total_impressions": 0, "first_after_views": 0},
        cool_off={"after_dismissal": {"ends_after": 0}, "after_contribution": {"one_off_days": 0}},
    )

    assert found.share == 0
    assert found.reader.article_counts == (ArticleCount(0, 0, 0),)
    assert found.frequency.caps == (Cap(0, 1),)
    assert found.frequency.total_impressions == 0
    assert found.frequency.first_after_views == 0
    assert found.cool_off.ends_after_dismissals == 0
    assert found.cool_off.one_off_days == 0


def test_a_schedule_is_loaded_as_times_on_the_sites_clock() -> None:
    schedule = campaign(
        schedule={
            "starts": "2026-09-01",
            "ends": "2026-11-30 18:00",
            "weekdays": ["mon", "sun"],
            "hours": "22:00-06:00",
        }
    ).schedule

    assert schedule.starts == WallTime(date(2026, 9, 1))
    assert schedule.ends == WallTime(date(2026, 11, 30), time(18))
    assert schedule.weekdays == frozenset({Weekday.MON, Weekday.SUN})
    assert schedule.hours == (Hours(1320, 360),)


def test_sections_and_tags_ignore_case_and_a_plain_list_means_any() -> None:
    page = campaign(
        page={"sections": ["News", "SPORT"], "tags": {"any": ["Coast"], "none": ["Obituary"]}, "types": "article",
              "access": ["metered"], "sensitive": "also", "paid": "only", "pages": {"none": ["About"]}}
    ).page  # fmt: skip

    assert page.sections_any == frozenset({"news", "sport"})
    assert page.tags_any == frozenset({"coast"})
    assert page.tags_none == frozenset({"obituary"})
    assert page.types == frozenset({PageType.ARTICLE})
    assert page.accesses == frozenset({PageAccess.METERED})
    assert page.sensitive is PageCondition.ALSO
    assert page.paid is PageCondition.ONLY
    assert page.page_ids_none == frozenset({"about"})


def test_reader_rules_are_loaded() -> None:
    reader = campaign(
        reader={
            "article_count": [
                {"min": 3, "weeks": 4},
                {"max": 9, "weeks": 1, "topics": ["Coast"]},
                {"max": 3, "days": 7},
            ],
            "supporter": ["supporters", "lapsed"],
            "signed_in": False,
            "countries": {"any": ["ie", "islands"], "none": ["US"]},
            "devices": ["mobile"],
            "referrers": ["News.Example"],
            "languages": ["en-IE"],
            "abandoned_checkout": True,
            "just_contributed": {"within_minutes": 30, "intervals": ["month"]},
            "holdout": "only",
        }
    ).reader

    assert reader.article_counts == (
        ArticleCount(minimum=3, weeks=4),
        ArticleCount(maximum=9, weeks=1, topics=frozenset({"coast"})),
        ArticleCount(maximum=3, days=7),
    )
    assert reader.supporters == EVERYONE - {SupporterState.NONE}
    assert reader.is_signed_in is False
    assert reader.countries_any == frozenset({"IE", "islands"})
    assert reader.countries_none == frozenset({"US"})
    assert reader.devices == frozenset({Device.MOBILE})
    assert reader.referrers_any == frozenset({"news.example"})
    assert reader.languages_any == frozenset({"en-ie"})
    assert reader.abandoned_checkout == AbandonedCheckout()
    assert reader.just_contributed is not None
    assert reader.just_contributed.intervals == frozenset({Interval.MONTH})
    assert reader.holdout is Inclusion.ONLY


def test_abandoned_checkout_false_means_readers_without_one() -> None:
    assert campaign(reader={"abandoned_checkout": False}).reader.abandoned_checkout == AbandonedCheckout(has_one=False)


def test_every_field_of_frequency_is_loaded() -> None:
    frequency = campaign(
        frequency={
            "caps": [{"impressions": 4, "days": 30}, {"impressions": 9, "days": 90, "counting": "all"}],
            "gap": {"days": 2, "hours": 1, "minutes": 30},
            "first_after_views": 3,
            "every_nth_view": 2,
            "daily": {"impressions": 1, "turns_at": "04:00"},
            "cycle": {"impressions": 3, "rest_days": 14},
            "total_impressions": 20,
            "total_contributions": 1,
            "always_ask": False,
        }
    ).frequency

    assert frequency.caps == (Cap(4, 30), Cap(9, 90, Counting.ALL))
    assert frequency.gap == Gap(2 * 86400 + 5400)
    assert (frequency.first_after_views, frequency.every_nth_view) == (3, 2)
    assert frequency.daily == DailyCap(1, 240)
    assert frequency.cycle == Cycle(3, 14 * 86400)
    assert (frequency.total_impressions, frequency.total_contributions) == (20, 1)


def test_every_field_of_cool_off_is_loaded() -> None:
    cool_off = campaign(
        cool_off={
            "after_dismissal": {"days": [7, 14, 30], "until_shown_again": True, "ends_after": 5, "counting": "all"},
            "show_again": {"at": "2026-11-01T09:00:00Z", "countries": ["IE"]},
            "weekly_show_again": {"weekday": "sun", "at": "09:00"},
            "after_contribution": {"one_off_days": 30},
        }
    ).cool_off

    assert cool_off.dismissal_seconds == (7 * 86400, 14 * 86400, 30 * 86400)
    assert cool_off.until_shown_again
    assert cool_off.ends_after_dismissals == 5
    assert cool_off.dismissals is Counting.ALL
    assert cool_off.show_again[0].at == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert cool_off.weekly_show_again[0].minute_of_day == 540
    assert (cool_off.one_off_days, cool_off.recurring_days) == (30, None)


def test_the_control_is_the_marked_variant_or_else_the_first() -> None:
    two = [variant_document(key="a"), variant_document(key="b")]

    assert control_of(campaign(variants=two)).key == "a"
    assert control_of(campaign(variants=[two[0], two[1] | {"is_control": True}])).key == "b"


def test_the_default_seed_is_the_campaigns_key() -> None:
    control = {"share": 0.2, "offset": 0.9}
    found = campaign(experiment={"method": "thompson", "control": control, "holdout": 0.05}).experiment

    assert found is not None
    assert found.seed == "autumn"
    assert found.method is Method.THOMPSON
    assert found.control == ControlRange(0.2, 0.9)
    assert found.holdout_share == 0.05


def test_small_screens_may_have_other_words() -> None:
    words = {"heading": "Long", "button": "Give", "small": {"heading": "Short", "button": "Give"}}

    copies = campaign(variants=[variant_document(copy={"en-IE": words})]).variants[0].copies

    assert [(copy.language, copy.device, copy.heading) for copy in copies] == [
        ("en-ie", CopyDevice.ANY, "Long"),
        ("en-ie", CopyDevice.SMALL, "Short"),
    ]


def test_amounts_are_loaded_as_minor_units_of_their_currency() -> None:
    ask = (
        campaign(
            variants=[
                variant_document(
                    ask={
                        "default_interval": "month",
                        "intervals": {
                            "one_off": {"EUR": {"amounts": [5, "7.50", 25.5], "default": "7.50"}, "JPY": [500]},
                            "month": {"EUR": {"amounts_minor": [300, 500], "default_minor": 300}, "JPY": [300]},
                        },
                    }
                )
            ]
        )
        .variants[0]
        .ask
    )

    assert ask is not None
    assert ask.default_interval is Interval.MONTH
    euro = ask.in_currency("EUR")
    assert euro is not None
    assert [(ask.interval, ask.amounts_minor, ask.default_minor) for ask in euro.intervals] == [
        (Interval.ONE_OFF, (500, 750, 2550), 750),
        (Interval.MONTH, (300, 500), 300),
    ]
    yen = ask.in_currency("JPY")
    assert yen is not None
    assert yen.intervals[0].amounts_minor == (500,)
    assert ask.in_currency("USD") is None


def test_a_ticker_has_a_goal_in_minor_units() -> None:
    ticker = (
        campaign(
            variants=[
                variant_document(
                    ticker={"goal": 50000, "currency": "eur", "label": {"en": "Roof"}, "stops_at_goal": True}
                )
            ]
        )
        .variants[0]
        .ticker
    )

    assert ticker is not None
    assert (ticker.goal_minor, ticker.currency, ticker.stops_at_goal) == (5_000_000, "EUR", True)


def test_a_gate_is_by_default_a_hard_payment_gate_on_articles() -> None:
    found = campaign(kind="gate", placement="over_article")

    assert found.gate is not None
    assert (found.gate.gate_type, found.gate.strength) == (GateType.PAYMENT, Strength.HARD)
    assert found.page.types == frozenset({PageType.ARTICLE, PageType.LIVEBLOG})
    assert not found.is_dismissible
    assert found.meter is None


def test_a_meter_is_loaded() -> None:
    found = campaign(
        kind="gate",
        placement="over_article",
        gate={"type": "registration", "strength": "soft", "mandatory_after": {"dismissals": 3, "countries": ["IE"]}},
        meter={
            "anonymous": {"allowance": 0},
            "registered": {"allowance": 10, "period": "rolling", "days": 30},
            "pool": "own",
            "does_not_spend": {"types": ["liveblog"], "sections": ["Notices"]},
        },
    )

    assert found.is_dismissible
    assert found.gate is not None
    assert found.gate.mandatory_after[0].countries == frozenset({"IE"})
    assert found.meter is not None
    assert found.meter.anonymous == Allowance(0, Period.MONTH)
    assert found.meter.registered == Allowance(10, Period.ROLLING, 30)
    assert found.meter.unverified is None
    assert found.meter.pool is Pool.OWN
    assert found.meter.free_types == frozenset({PageType.LIVEBLOG})
    assert found.meter.free_pages is not None
    assert found.meter.free_pages.sections == frozenset({"notices"})
