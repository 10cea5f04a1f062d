"""The real prompt on a plain article page: what the switches beside the form can choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.campaigns.reader_rules import Device
from service.campaigns.site import Site
from service.campaigns.words.phrases import language_name
from service.console.screens.campaigns.editor.opened import Opened
from service.decisions.preview import Preview, seal_preview
from service.sealing import KeyRing

PREVIEW_SECONDS = 8 * 3600
SCREENS = (("desktop", "Desktop"), ("phone", "Phone"))
SCHEMES = (("light", "Light"), ("dark", "Dark"))
STATES = (("first", "First view"), ("amounts", "Amounts open"), ("thanked", "Thanked"))
EXTRA_LANGUAGES = ("ar",)  # to see the prompt from right to left


@dataclass(frozen=True, slots=True)
class PreviewSwitches:
    """What a person chose to see. A choice that does not exist is the first one."""

    screen: str = "desktop"
    scheme: str = "light"
    state: str = "first"
    language: str = ""
    currency: str = ""

    def query(self) -> dict[str, str]:
        """Return the choices as parameters of an address."""
        return {
            "screen": self.screen,
            "scheme": self.scheme,
            "state": self.state,
            "language": self.language,
            "currency": self.currency,
        }


def switches_of(parameters: Mapping[str, str], site: Site, locale: str) -> PreviewSwitches:
    """Return the choices in the parameters of an address."""
    return PreviewSwitches(
        _known(parameters.get("screen"), SCREENS),
        _known(parameters.get("scheme"), SCHEMES),
        _known(parameters.get("state"), STATES),
        _known(parameters.get("language") or locale, languages_of(site, locale)),
        _known(parameters.get("currency") or site.currency, currencies_of(site)),
    )


def languages_of(site: Site, locale: str) -> tuple[tuple[str, str], ...]:
    """Return the languages to choose from: the one being edited, the site's, and one that is read from the right."""
    tags = dict.fromkeys((locale, *site.languages, *EXTRA_LANGUAGES))
    return tuple((tag, language_name(tag)) for tag in tags)


def currencies_of(site: Site) -> tuple[tuple[str, str], ...]:
    """Return the currencies to choose from."""
    return tuple((code, code) for code in dict.fromkeys((site.currency, *site.currencies.values())))


def preview_token(keys: KeyRing, opened: Opened, variant: int, switches: PreviewSwitches, now: datetime) -> str:
    """Return the token with which the prompt shows the person's draft."""
    variants = opened.content.get("variants")
    chosen = variants[variant] if isinstance(variants, list) and variant < len(variants) else {}
    key = str(chosen.get("key", "")) if isinstance(chosen, dict) else ""
    country = next((name for name, code in opened.site.currencies.items() if code == switches.currency), "")
    is_own = switches.currency == opened.site.currency
    preview = Preview(
        opened.site.key,
        opened.draft.key,
        key,
        True,
        int(now.timestamp()) + PREVIEW_SECONDS,
        opened.draft.person,
        "" if is_own else country,
        (Device.MOBILE if switches.screen == "phone" else Device.DESKTOP).value,
    )
    return seal_preview(keys, preview)


def _known(value: str | None, options: tuple[tuple[str, str], ...]) -> str:
    names = [name for name, _ in options]
    return value if value in names else names[0]
