"""The widget reads and writes amounts as the service does."""

from typing import Any

import pytest
from playwright.sync_api import Page

from service.money import exponent
from service.pages.language import LANGUAGES, language
from service.widget.assets import assets
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt
from tests.typed_amounts import READABLE, UNREADABLE

pytestmark = [pytest.mark.browser, pytest.mark.kept_tab]

CHOOSER = """async (modules, { ask, copy }) => {
    const load = (name) => import(modules + name + '.js');
    const [{ chooser }, { wordsFor }] = await Promise.all(['amounts', 'appeal'].map(load));
    let choice;
    const onchoice = (chosen) => { choice = chosen; };
    const word = await wordsFor({ load }, copy.language);
    const form = chooser({ ask, copy }, { word, asked: '', onchoice });
    document.body.append(form);
    return { form, read: () => choice };
}"""
READ = f"""async ([modules, prompt, typed]) => {{
    const {{ form, read }} = await ({CHOOSER})(modules, prompt);
    form.querySelector('.amount [value=own]').click();
    const own = form.querySelector('.own input');
    return typed.map((text) => {{
        own.value = text;
        own.dispatchEvent(new Event('input'));
        return read().amount_minor;
    }});
}}"""
WRITE = f"""async ([modules, prompts]) => {{
    const written = [];
    for (const prompt of prompts) {{
        const {{ form }} = await ({CHOOSER})(modules, prompt);
        written.push([...form.querySelectorAll('.amount:not(:has([value=own])) span')].map((node) => node.textContent));
    }}
    return written;
}}"""
CURRENCIES = ("EUR", "GBP", "USD", "CAD", "AUD", "NZD", "JPY", "PLN", "CHF", "SEK", "KWD", "ISK")
AMOUNTS_MINOR = (500, 550, 123_456, 1_234_500, 100_000_00)


def asking(currency: str, language: str = "en", amounts: tuple[int, ...] = (500,)) -> dict[str, Any]:
    interval = {"interval": "one_off", "amounts_minor": list(amounts), "default_minor": amounts[0], "minimum_minor": 1}
    ask = {"currency": currency, "exponent": exponent(currency), "intervals": [{**interval, "maximum_minor": None}]}
    return prompt(copy__language=language, **{f"ask__{name}": value for name, value in ask.items()})


@pytest.fixture
def modules(page: Page, press: Press, stub: Stub) -> str:
    page.goto(press.publish("", head=""))
    return f"{stub.url}/v1/widget/{assets().version}/modules/"


@pytest.mark.parametrize("currency", sorted({currency for _, currency, _ in READABLE}))
def test_a_typed_amount_is_read_as_the_service_reads_it(page: Page, modules: str, currency: str) -> None:
    readable = {text: minor for text, of, minor in READABLE if of == currency}
    expected = {**readable, **dict.fromkeys((text for text, of in UNREADABLE if of == currency))}

    read = page.evaluate(READ, [modules, asking(currency), list(expected)])

    assert dict(zip(expected, read, strict=True)) == expected


@pytest.mark.parametrize("currency", ["ISK", "UGX", "KWD"])
def test_an_amount_between_two_steps_of_a_currency_is_not_read(page: Page, modules: str, currency: str) -> None:
    typed = ["5.005", "5.01"] if currency == "KWD" else ["5.50", "5"]

    read = page.evaluate(READ, [modules, asking(currency), typed])

    assert read == ([None, 5010] if currency == "KWD" else [None, 500])


@pytest.mark.parametrize("tag", [*LANGUAGES, "en-us", "de-at"])
def test_amounts_are_written_as_the_service_writes_them(page: Page, modules: str, tag: str) -> None:
    prompts = [asking(currency, tag, AMOUNTS_MINOR) for currency in CURRENCIES]

    written = page.evaluate(WRITE, [modules, prompts])

    assert dict(zip(CURRENCIES, written, strict=True)) == {
        currency: [language(tag).money(minor, currency) for minor in AMOUNTS_MINOR] for currency in CURRENCIES
    }
