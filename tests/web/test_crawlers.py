"""Which user agents are crawlers. Phones and browsers inside apps are readers, whatever their names contain."""

import pytest

from service.decisions.view import purpose_of
from service.readers.passports.passport_cookie import edge_of
from service.web.crawlers import is_crawler

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
_WEB_VIEW = "AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.6099.43 Mobile Safari/537.36"
_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
)


def _android(device: str, engine: str = _CHROME) -> str:
    return f"Mozilla/5.0 (Linux; Android 10; {device}) {engine}"


READERS = [
    *[
        _android(device)
        for device in (
            "CUBOT X30", "CUBOT KING KONG 3", "CUBOT", "Cubot J5", "CUBOT_NOTE_S", "CUBOT_P20 Build/PPR1.180610.011",
            "CUBOT MAX 3 Build/QP1A", "CUBOT TAB 10", "M bot 60", "M BOT TAB 101", "M bot 51 Build/O11019", "Robot 5",
            "Ulefone Spider X", "SM-G991B", "Pixel 8", "Mi 9T", "K",
        )
    ],
    _android("CUBOT X30; wv", _WEB_VIEW),
    _android("CUBOT X50; wv", f"{_WEB_VIEW} [FB_IAB/FB4A;FBAV/441.0.0.0;]"),
    "Dalvik/2.1.0 (Linux; U; Android 9; CUBOT_P20 Build/PPR1.180610.011)",
    "Mozilla/5.0 (Android 10; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0",
    "Opera/9.80 (Android; Opera Mini/36.2/191.283; U; en) Presto/2.12.423 Version/12.16",
    _android("SM-A515F; wv", f"{_WEB_VIEW} [FB_IAB/FB4A;FBAV/441.0.0.0;]"),
    _android("SM-A515F; wv", f"{_WEB_VIEW} Instagram 312.0.0.0 Android (29/10; 420dpi; samsung)"),
    _android("SM-A515F; wv", f"{_WEB_VIEW} Snapchat/12.64.0.33 (SM-A515F; Android 10#0; gzip)"),
    _android("SM-A515F; wv", f"{_WEB_VIEW} trill_320505 BytedanceWebview/d8a21c6 musical_ly_2023"),
    _android("SM-A515F; wv", f"{_WEB_VIEW} [Pinterest/Android]"),
    _android("SM-A515F; wv", f"{_WEB_VIEW} [LinkedInApp]"),
    _android("SM-A515F; wv", f"{_WEB_VIEW} GSA/15.1.36.28.arm64"),
    _android("SM-A515F; wv", f"{_WEB_VIEW} Telegram-Android/10.3.2 (Samsung SM-A515F; Android 10; SDK 29)"),
    _android("SM-A515F; wv", f"{_WEB_VIEW} MicroMessenger/8.0.43.2480 NetType/WIFI Language/en"),
    _android("SM-A515F; wv", f"{_WEB_VIEW} Line/13.19.1/IAB"),
    _android("SM-A515F; wv", f"{_WEB_VIEW} baiduboxapp/13.45.0.10 (Baidu; P1 10)"),
    _android("SM-A515F", "AppleWebKit/537.36 Chrome/120.0.0.0 YaBrowser/23.11 Mobile Safari/537.36"),
    f"{_IPHONE} [FBAN/FBIOS;FBAV/441.0.0.37.108;FBDV/iPhone14,5;FBMD/iPhone]",
    f"{_IPHONE} Instagram 310.0.2.24 (iPhone14,5; iOS 17_1; en_IE)",
    f"{_IPHONE} Twitter for iPhone/10.21",
    f"{_IPHONE} [Pinterest/iOS]",
    f"{_IPHONE} DuckDuckGo/7 Safari/605.1.15",
    f"{_IPHONE} GSA/293.0.589014285 Safari/604.1",
    f"{_IPHONE} Version/17.1 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; IEMobile/10.0; ARM; Touch; NOKIA; Lumia 520)",
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; http://bsalsa.com)",
    "",
]  # fmt: skip
CRAWLERS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    _android("Nexus 5X Build/MMB29P", f"{_CHROME} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    _android("Nexus 5X Build/MMB29P", f"{_CHROME} (compatible; Google-InspectionTool/1.0;)"),
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
    _android("Nexus 5X Build/MMB29P", f"{_CHROME} (compatible; GoogleOther)"),
    "AdsBot-Google (+http://www.google.com/adsbot.html)",
    "Mediapartners-Google",
    "Mozilla/5.0 (X11; Linux x86_64; Storebot-Google/1.0) AppleWebKit/537.36 Chrome/79.0 Safari/537.36",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
    _android("moto g power (2022)", "AppleWebKit/537.36 Chrome/119.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse"),
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15 (Applebot/0.1)",
    "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
    "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 (KHTML, like Gecko) facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.1; +https://openai.com/gptbot)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; PerplexityBot/1.0; +https://perplexity.ai/bot)",
    "CCBot/2.0 (https://commoncrawl.org/faq/)",
    "Mozilla/5.0 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
    _android("", "AppleWebKit/537.36 (KHTML, like Gecko; compatible; Bytespider; spider-feedback@bytedance.com)"),
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)",
    "Screaming Frog SEO Spider/19.4",
    "ia_archiver (+http://www.alexa.com/site/help/webmasters; crawler@alexa.com)",
    "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
    "Mozilla/5.0 (compatible; NewsroomCrawler/3.2)",
    "some-new-bot/0.1",
    "http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/)",
]  # fmt: skip


@pytest.mark.parametrize("user_agent", READERS)
def test_phones_apps_and_other_browsers_are_readers(user_agent: str) -> None:
    assert not is_crawler(user_agent)


@pytest.mark.parametrize("user_agent", CRAWLERS)
def test_crawlers_previews_and_tests_of_pages_are_crawlers(user_agent: str) -> None:
    assert is_crawler(user_agent)
    assert is_crawler(user_agent.upper())
    assert purpose_of(edge_of("", user_agent, "")) == "crawl"


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(set(READERS)) >= 40
    assert len(set(CRAWLERS)) >= 40
