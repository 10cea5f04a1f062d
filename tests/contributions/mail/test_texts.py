"""The texts of mail to readers, in the language of their contribution."""

import pytest

from service.contributions.mail.kinds import STAFF_KINDS, MailKind
from service.pages.language import LANGUAGES, texts_in
from tests.contributions.world import MARY, Newsroom


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_kind_of_mail_to_readers_has_a_text_in_every_language(tag: str) -> None:
    for kind in set(MailKind) - STAFF_KINDS:
        assert texts_in(tag)[f"mail_{kind}_subject"]
        assert texts_in(tag)[f"mail_{kind}_body"]


@pytest.mark.parametrize(("tag", "words"), [("fr", "a remboursé 5 €"), ("de", "hat 5 € erstattet"), ("xx", "€5")])
def test_mail_is_written_in_the_language_of_the_contribution(newsroom: Newsroom, tag: str, words: str) -> None:
    newsroom.give(amount="5", language=tag)
    newsroom.settle_after(minutes=1)
    newsroom.stripe.post("/v1/refunds", charge=newsroom.rows("SELECT id FROM charges")[0][0])

    newsroom.settle_after(minutes=1)

    (mail,) = newsroom.sent_mail()
    assert words in mail.get_content().replace("\u202f", " ").replace("\xa0", " ")
    assert mail["To"] == MARY
