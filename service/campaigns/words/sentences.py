"""All rules of a campaign as sentences, each under its heading."""

from service.campaigns.campaign import Campaign
from service.campaigns.words.audience import pages_in_words, readers_in_words, share_in_words
from service.campaigns.words.timing import cool_off_in_words, frequency_in_words, schedule_in_words


def rules_in_words(campaign: Campaign) -> tuple[tuple[str, str], ...]:
    """Return pairs of a heading and a sentence: readers, pages, share, when, how often, silence."""
    told = (
        ("Readers", readers_in_words(campaign.reader)),
        ("Pages", pages_in_words(campaign)),
        ("Share", share_in_words(campaign)),
        ("When", schedule_in_words(campaign.schedule)),
        ("How often", frequency_in_words(campaign.frequency)),
        ("Silence", cool_off_in_words(campaign.cool_off)),
    )
    return tuple((heading, words) for heading, words in told if words)
