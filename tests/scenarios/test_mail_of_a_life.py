"""Every mail that a contributor receives in the life of their contributions, as the text they read."""

import re
from email.message import EmailMessage

import pytest

from tests.scenarios import contribution_events, subscription_events
from tests.scenarios.objects import DAY, event
from tests.scenarios.scripted_stripe import Json
from tests.scenarios.world import Stage

MARY = "mary.byrne@reader.example"
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})
PORTAL = "https://support.courier.example/portal?site=courier"


def text_of(mail: EmailMessage) -> str:
    """Return subject and text of a mail, without the random part of a link."""
    text = f"{mail['Subject']}\n{mail.get_content()}".translate(SPACES).strip()
    return re.sub(r"/resume/\S+", "/resume/<token>", text)


def change_subscription(stage: Stage, **changes: object) -> list[Json]:
    """Change the subscription as the contributor does in the portal, and return the event."""
    subscription = stage.stripe.objects["sub_1"]
    subscription |= changes
    return [event("customer.subscription.updated", subscription, stage.at)]


def live(stage: Stage, language: str) -> str:
    """Live through a one-off and a monthly contribution. Return each step with the mails that it caused."""
    stripe, steps = stage.stripe, list[str]()

    def step(title: str, events: list[Json], days: int = 1) -> None:
        known = len(stage.sent_mail())
        stage.deliver(events)
        received = [text_of(mail) for mail in stage.sent_mail()[known:] if mail["To"] == MARY]
        steps.append("\n".join([f"{title}:", *received]) + "\n")
        stage.clock.advance(days=days)

    session = stage.checkout(amount="12.50", language=language)
    step("A bank debit begins", contribution_events.one_off_delayed(stripe, session, stage.at), days=20)
    step("It fails", contribution_events.delayed_ends(stripe, session, stage.at, is_good=False))

    session = stage.checkout("month", language=language)
    step("A monthly contribution begins", subscription_events.subscribed(stripe, session, stage.at))
    stripe.objects["sub_1"]["items"]["data"][0]["price"]["unit_amount"] = 2500
    step("Its amount changes", change_subscription(stage), days=29)
    renewal = subscription_events.bill(stripe, "in_2", stage.at, total=2500)
    step("Its renewal fails", subscription_events.declined(stripe, renewal, stage.at, stage.at + DAY))
    step("The next attempt succeeds", subscription_events.recovered(stripe, renewal, stage.at))
    charge = stripe.objects["ch_in_2_yes"]
    step("A part is refunded", contribution_events.refunded(stripe, charge, 700, stage.at))
    step("Another part is refunded", contribution_events.refunded(stripe, charge, 300, stage.at, number=2))
    cancelled = change_subscription(stage, cancel_at_period_end=True, canceled_at=stage.at)
    step("The contributor cancels", cancelled, days=30)
    step("It ends", subscription_events.ended(stripe, stage.at, "cancellation_requested"))

    stage.run("readers", "forget", MARY)
    first = contribution_events.refunded(stripe, stripe.objects["ch_in_1_1"], 1000, stage.at)
    step("The contributor is erased, and a payment refunded", first)
    return "\n".join(steps)


ENGLISH = """\
A bank debit begins:
Your contribution to The Courier is on its way
Thank you. Your bank is sending €12.50 to The Courier. This can take several working days.
We will only write again if the payment does not arrive.

It fails:
Your contribution to The Courier did not arrive
Your bank did not send €12.50 to The Courier. You have not been charged.
If you would still like to contribute, you can do so here: https://support.courier.example/resume/<token>

A monthly contribution begins:

Its amount changes:

Its renewal fails:
Your contribution to The Courier could not be renewed
We could not collect your regular contribution of €25 to The Courier.
This often happens when a card has expired. You can change your card, or stop your contribution, here: {portal}

The next attempt succeeds:

A part is refunded:
Your contribution to The Courier has been refunded
The Courier has refunded €7 to you. Depending on your bank, it arrives within ten working days.

Another part is refunded:
Your contribution to The Courier has been refunded
The Courier has refunded €3 to you. Depending on your bank, it arrives within ten working days.

The contributor cancels:
Your contribution to The Courier will end
As you asked, your regular contribution to The Courier ends on January 8, 2027. We will not collect anything after that.
If you change your mind before then, you can continue it here: {portal}

It ends:
Your contribution to The Courier has ended
Your regular contribution to The Courier has ended. We will not collect anything more. Thank you for your support.

The contributor is erased, and a payment refunded:
"""
GERMAN = """\
A bank debit begins:
Ihr Beitrag für The Courier ist unterwegs
Vielen Dank. Ihre Bank überweist 12,50 € an The Courier. Das kann einige Werktage dauern.
Sie hören nur dann von uns, wenn das Geld nicht ankommt.

It fails:
Ihr Beitrag für The Courier ist nicht angekommen
Ihre Bank hat 12,50 € nicht an The Courier überwiesen. Ihnen wurde nichts berechnet.
Wenn Sie weiterhin beitragen möchten: https://support.courier.example/resume/<token>

A monthly contribution begins:

Its amount changes:

Its renewal fails:
Ihr Beitrag für The Courier konnte nicht verlängert werden
Wir konnten Ihren regelmäßigen Beitrag von 25 € für The Courier nicht abbuchen.
Oft ist eine Karte abgelaufen. Hier können Sie sie ändern oder Ihren Beitrag beenden: {portal}

The next attempt succeeds:

A part is refunded:
Ihr Beitrag für The Courier wurde erstattet
The Courier hat 7 € erstattet. Je nach Bank ist das Geld innerhalb von zehn Werktagen bei Ihnen.

Another part is refunded:
Ihr Beitrag für The Courier wurde erstattet
The Courier hat 3 € erstattet. Je nach Bank ist das Geld innerhalb von zehn Werktagen bei Ihnen.

The contributor cancels:
Ihr Beitrag für The Courier endet
Wie gewünscht endet Ihr regelmäßiger Beitrag für The Courier am 8. Januar 2027. Danach wird nichts mehr abgebucht.
Falls Sie es sich bis dahin anders überlegen: {portal}

It ends:
Ihr Beitrag für The Courier ist beendet
Ihr regelmäßiger Beitrag für The Courier ist beendet. Es wird nichts mehr abgebucht. Danke für Ihre Unterstützung.

The contributor is erased, and a payment refunded:
"""


@pytest.mark.parametrize(("language", "expected"), [("en", ENGLISH), ("de", GERMAN)])
def test_a_contributor_receives_these_mails_in_a_whole_life(stage: Stage, language: str, expected: str) -> None:
    assert live(stage, language) == expected.format(portal=PORTAL)
