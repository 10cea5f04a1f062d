"""Recognise crawlers by their user agent. In doubt a visit is a reader's, because a reader must be asked and counted.

Phones are named in user agents too, and some of their names end like the name of a crawler (CUBOT, M bot). So a word
that ends in "bot" is not enough: a crawler that is not listed here gives its version or its address.
"""

import re
from functools import lru_cache

# Parts of names. Crawlers that execute scripts matter most, because only they ask for decisions.
_NAMES = (
    "googlebot", "adsbot-google", "storebot-google", "mediapartners-google", "apis-google", "feedfetcher-google",
    "google-inspectiontool", "google-read-aloud", "google-safety", "google-extended", "google-cloudvertexbot",
    "googleother", "google favicon", "chrome-lighthouse", "bingbot", "bingpreview", "adidxbot", "microsoftpreview",
    "applebot", "slurp", "duckduckbot", "duckassistbot", "baiduspider", "yandexbot", "yandexmobilebot",
    "yandexrenderresourcesbot", "yandeximages", "facebookexternalhit", "facebookcatalog", "facebot",
    "meta-externalagent", "meta-externalfetcher", "twitterbot", "linkedinbot", "pinterestbot", "slackbot",
    "slack-imgproxy", "telegrambot", "discordbot", "redditbot", "skypeuripreview", "snap url preview", "vkshare",
    "embedly", "iframely", "quora link preview", "gptbot", "chatgpt-user", "oai-searchbot", "claudebot",
    "claude-user", "claude-web", "claude-searchbot", "anthropic-ai", "perplexitybot", "perplexity-user",
    "mistralai-user", "bytespider", "ccbot", "amazonbot", "petalbot", "ia_archiver", "archive.org_bot",
    "screaming frog", "sogou web spider", "yisouspider", "360spider", "w3c_validator", "uptimerobot",
    "pingdom.com_bot", "pingdompagespeed", "gtmetrix", "ptst/", "seznambot",
)  # fmt: skip
_FORMS = re.compile(
    r"\+https?:"  # no browser gives an address after a plus sign
    r"|(?:bot|crawler|spider|fetcher)(?:-[a-z]+)?/v?\d"
    r"|compatible;[^)]*(?:bot|crawler|spider)\b"
    r"|^[\w .!-]*(?:bot|crawler|spider)\b"
)
_PHONE = re.compile(r"\bcubot\b|\bm bot\b")


@lru_cache(maxsize=4096)  # readers have few browsers
def is_crawler(user_agent: str) -> bool:
    """Return True if a user agent is that of a crawler, a preview of a link or a test of pages."""
    text = _PHONE.sub("", user_agent.lower())
    return any(name in text for name in _NAMES) or _FORMS.search(text) is not None
