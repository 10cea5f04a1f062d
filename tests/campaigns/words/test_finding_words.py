"""A finding of lint names fields as the console labels them."""

import pytest

from service.campaigns.words.finding_words import finding_in_words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("privacy_url is missing, so", "“Address of the privacy notice” is missing, so"),
        ("needs an end: set schedule, ends", "needs an end: set “Ends”"),
        ("set reader, supporter: everyone", "set “Supporters” to “Everyone”"),
        ("no effect: total_impressions is not greater", "no effect: “Most asks ever” is not greater"),
        ("over_article is an overlay", "“Over the article” is an overlay"),
        ("{days_left} needs an end, so no page fits", "{days_left} needs an end, so no page fits"),
        ("autumn_appeal takes every reader, or most", "autumn_appeal takes every reader, or most"),
    ],
)
def test_fields_are_called_by_their_labels(words: str, said: str) -> None:
    assert finding_in_words(words) == said
