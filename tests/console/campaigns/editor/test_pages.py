"""The editor keeps what a person types as a draft, names what is wrong, and shows the document as form and as file."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.campaigns.drafts.draft_store import DocumentDraft
from service.campaigns.drafts.drafting import DraftName, read_draft
from service.campaigns.store import DocumentKind
from service.console.screens.campaigns.editor.tabs import SiteTab, Tab
from service.staff.people import Role
from tests.campaigns.make import variant_document
from tests.console.world import services_of, store_campaign, store_site
from tests.staff.signed_in import add_person, client_of, signed_in

EDIT = "/console/courier/campaigns/autumn/edit"
SETTINGS = "/console/courier/settings/edit"
INPUT = re.compile(r'<input type="hidden" name="(field|window|revision|tab|variant|locale)"[^>]*?value="([^"]*)"')


@pytest.fixture
def app(app: Flask) -> Flask:
    """The service with a site and a published campaign."""
    store_site(app, languages=["en", "ga"], currencies={"GB": "GBP"})
    store_campaign(app)
    return app


@pytest.fixture
def editor(app: Flask) -> FlaskClient:
    return signed_in(app, Role.EDITOR)


def shown_form(client: FlaskClient, address: str) -> dict[str, list[str]]:
    """Return the fields of the editor's form with what they show, as a browser would send them."""
    page = client.get(address).get_data(as_text=True)
    form = page[page.index('id="editor"') : page.index('<aside class="beside"')]
    sent: dict[str, list[str]] = {}
    for name, value in INPUT.findall(form):
        sent.setdefault(name, []).append(html.unescape(value))
    for tag, body in re.findall(r"<textarea([^>]*)>\n(.*?)</textarea>", form, re.DOTALL):
        sent[re.findall(r'name="([^"]*)"', tag)[0]] = [html.unescape(body)]
    for tag, body in re.findall(r"<select([^>]*)>(.*?)</select>", form, re.DOTALL):
        chosen = re.findall(r'value="([^"]*)" selected', body) or re.findall(r'value="([^"]*)"', body)[:1]
        sent[re.findall(r'name="([^"]*)"', tag)[0]] = chosen
    for tag in re.findall(r'<input class="form-c[^>]*>', form):
        if 'type="checkbox"' in tag and " checked" not in tag:
            continue
        name = re.findall(r'name="([^"]*)"', tag)[0]
        sent.setdefault(name, []).append(html.unescape((re.findall(r'value="([^"]*)"', tag) or [""])[0]))
    return sent


def type_into(client: FlaskClient, address: str, changes: dict[str, Any], **headers: str) -> TestResponse:
    """Change some fields of the form at an address, and send it."""
    return client.post(address.partition("?")[0], data=shown_form(client, address) | changes, headers=headers)


def draft_of(app: Flask, person: str, kind: DocumentKind = DocumentKind.CAMPAIGN) -> DocumentDraft:
    key = "autumn" if kind is DocumentKind.CAMPAIGN else "courier"
    found = read_draft(services_of(app).engine, DraftName(kind, key, person))
    assert found is not None
    return found


@pytest.mark.parametrize("tab", list(Tab))
def test_every_tab_shows_its_form_and_sending_it_unchanged_keeps_the_document(app: Flask, tab: Tab) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)

    answer = type_into(client, f"{EDIT}?tab={tab}", {})

    assert answer.status_code == 303
    assert read_draft(services_of(app).engine, DraftName(DocumentKind.CAMPAIGN, "autumn", person.id)) is None


@pytest.mark.parametrize("tab", list(SiteTab))
def test_the_settings_of_a_site_have_the_same_editor(app: Flask, tab: SiteTab) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)

    answer = type_into(client, f"{SETTINGS}?tab={tab}", {})

    assert answer.status_code == 303
    assert read_draft(services_of(app).engine, DraftName(DocumentKind.SITE, "courier", person.id)) is None


def test_what_is_typed_becomes_the_persons_draft(app: Flask) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)

    type_into(client, f"{EDIT}?tab=words", {"variants.0.copy.en.heading": "Words of <b>Ana</b>"})
    page = client.get(f"{EDIT}?tab=words").get_data(as_text=True)

    assert draft_of(app, person.id).content["variants"][0]["copy"]["en"]["heading"] == "Words of <b>Ana</b>"
    assert "Words of &lt;b&gt;Ana&lt;/b&gt;" in page
    assert "Words of <b>" not in page
    assert "Words of" not in signed_in(app, Role.EDITOR, name="Ben").get(f"{EDIT}?tab=words").get_data(as_text=True)


def test_what_is_wrong_is_named_with_its_field_and_kept(editor: FlaskClient) -> None:
    changes = {"frequency.caps.0.impressions": "many", "schedule.starts.day": "2026-02-30"}

    type_into(editor, f"{EDIT}?tab=when", changes)
    page = editor.get(f"{EDIT}?tab=when").get_data(as_text=True)

    assert 'value="many"' in page
    assert 'value="2026-02-30"' in page
    assert "At most this many times must be a whole number." in page
    assert "Starts must be a day (2026-11-30)" in page
    assert 'href="/console/courier/campaigns/autumn/edit?locale=en&amp;tab=when#frequency.caps.0.impressions"' in page


def test_lint_answers_while_a_person_types(editor: FlaskClient) -> None:
    page = type_into(editor, f"{EDIT}?tab=when", {"frequency.caps.0.impressions": "0"}, **{"HX-Request": "true"})

    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "<html" not in text
    assert "saved by itself" in text
    assert "Go to the field" in text


def test_the_file_and_the_form_are_the_same_document(app: Flask) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)
    text = shown_form(client, f"{EDIT}?tab=file")["text"][0]

    type_into(client, f"{EDIT}?tab=file", {"text": f"# Why we ask\r\n{text}priority: 7 # early\r\n"})
    type_into(client, f"{EDIT}?tab=when", {"schedule.ends.day": "2026-12-06"})

    draft = draft_of(app, person.id)
    assert draft.text.startswith("# Why we ask\n")
    assert "priority: 7 # early\n" in draft.text
    assert draft.content["schedule"] == {"ends": "2026-12-06"}


def test_text_that_is_no_yaml_is_kept_and_explained(editor: FlaskClient) -> None:
    type_into(editor, f"{EDIT}?tab=file", {"text": "key: [autumn"})

    page = editor.get(f"{EDIT}?tab=file").get_data(as_text=True)

    assert "key: [autumn" in page
    assert "The file cannot be read" in page


def test_a_language_is_added_by_typing_its_words(app: Flask) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)
    words = {"variants.0.copy.ga.heading": "Fan linn", "variants.0.copy.ga.button": "Tabhair"}

    type_into(client, f"{EDIT}?tab=words&locale=ga", words)

    assert draft_of(app, person.id).content["variants"][0]["copy"]["ga"] == {"heading": "Fan linn", "button": "Tabhair"}


@pytest.mark.parametrize(
    ("tab", "act", "path", "item"),
    [
        ("who", "add:reader.article_count", ("reader", "article_count"), {"min": 5, "weeks": 4}),
        ("when", "add:frequency.caps", ("frequency", "caps"), {"impressions": 4, "days": 30}),
        ("when", "add:cool_off.show_again", ("cool_off", "show_again"), {}),
    ],
)
def test_a_button_adds_an_item_to_a_list(
    app: Flask, tab: str, act: str, path: tuple[str, str], item: dict[str, int]
) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)

    type_into(client, f"{EDIT}?tab={tab}", {"act": act})

    assert draft_of(app, person.id).content[path[0]][path[1]][-1] == item
    assert f'value="remove:{".".join(path)}.' in client.get(f"{EDIT}?tab={tab}").get_data(as_text=True)


def test_a_variant_is_copied_and_removed(app: Flask) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)

    type_into(client, f"{EDIT}?tab=words", {"act": "variant:0"})
    assert [item["key"] for item in draft_of(app, person.id).content["variants"]] == ["control", "variant-2"]
    type_into(client, f"{EDIT}?tab=words&variant=1", {"act": "remove:variants.0"})

    assert [item["key"] for item in draft_of(app, person.id).content["variants"]] == ["variant-2"]


def test_amounts_of_a_currency_are_added(app: Flask) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)
    tab = f"{EDIT}?tab=amounts"

    type_into(client, tab, {"act": "add:variants.0.ask.intervals", "new:variants.0.ask.intervals": "month"})
    name = "variants.0.ask.intervals.month"
    type_into(client, tab, {"act": f"add:{name}", f"new:{name}": "EUR"})
    type_into(client, tab, {f"{name}.EUR.amounts": "3 5,50 10", f"{name}.EUR.default": "3"})

    asked = draft_of(app, person.id).content["variants"][0]["ask"]["intervals"]["month"]["EUR"]
    assert asked == {"amounts": [3, "5.50", 10], "default": 3}


def test_rules_are_said_as_sentences(editor: FlaskClient) -> None:
    type_into(editor, f"{EDIT}?tab=who", {"reader.countries.any": "IE\r\nGB"})

    page = re.sub(r"<[^>]+>", "", editor.get(f"{EDIT}?tab=who").get_data(as_text=True))

    assert "Readers who are not supporters AND in Ireland OR the United Kingdom" in page


def test_another_window_of_the_same_person_is_compared(app: Flask) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)
    old = shown_form(client, f"{EDIT}?tab=when")
    type_into(client, f"{EDIT}?tab=when", {"priority": "5"})

    answer = client.post(EDIT, data=old | {"priority": "9"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Priority: 9 instead of 5" in page
    assert draft_of(app, person.id).content["priority"] == 5
    assert 'value="9"' in page


def test_the_same_window_may_save_again_before_its_answer_arrived(app: Flask) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)
    form = shown_form(client, f"{EDIT}?tab=when")

    first = client.post(EDIT, data=form | {"priority": "5"}, headers={"HX-Request": "true"})
    second = client.post(EDIT, data=form | {"priority": "55"})

    assert (first.status_code, second.status_code) == (200, 303)
    assert draft_of(app, person.id).content["priority"] == 55


def test_a_discarded_draft_is_gone(app: Flask) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)
    type_into(client, f"{EDIT}?tab=when", {"priority": "5"})

    client.post("/console/courier/campaigns/autumn/discard")

    assert "Nothing is changed yet" in client.get(EDIT).get_data(as_text=True)


def test_the_preview_shows_the_prompt_on_an_article(editor: FlaskClient) -> None:
    page = editor.get(EDIT).get_data(as_text=True)
    address = html.unescape(re.findall(r'<iframe[^>]*src="([^"]*)"', page)[0])

    preview = editor.get(address)

    assert "/v1/widget.js" in preview.get_data(as_text=True)
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    assert "keepopen_preview=" in address


def test_a_wrong_draft_is_not_previewed(editor: FlaskClient) -> None:
    type_into(editor, f"{EDIT}?tab=words", {"variants.0.copy.en.heading": ""})

    preview = editor.get("/console/courier/campaigns/autumn/preview").get_data(as_text=True)

    assert "/v1/widget.js" not in preview


@pytest.mark.parametrize("role", [Role.VIEWER, Role.FINANCE])
def test_other_roles_may_not_edit(app: Flask, role: Role) -> None:
    client = signed_in(app, role)

    assert client.get(EDIT).status_code == 403
    assert client.post(EDIT, data={}).status_code == 403


def test_a_campaign_of_another_site_is_not_found(app: Flask) -> None:
    store_site(app, key="herald")
    client = signed_in(app, Role.EDITOR)
    stranger = signed_in(app, Role.EDITOR, name="Ben", sites=frozenset({"herald"}))

    assert client.get("/console/herald/campaigns/autumn/edit").status_code == 404
    assert client.get("/console/courier/campaigns/nothing/edit").status_code == 404
    assert stranger.get(EDIT).status_code == 404
    assert stranger.post(EDIT, data={}).status_code == 404


def test_any_document_can_be_opened(app: Flask) -> None:
    variants = [variant_document(), variant_document(key="blue", ask={"one_off": {"EUR": [5, 10]}})]
    store_campaign(
        app,
        key="gate",
        kind="gate",
        placement="over_article",
        gate={"type": "registration", "strength": "soft", "mandatory_after": 3},
        meter={"anonymous": {"allowance": 5}},
        cool_off={"show_again": "2026-11-01T09:00:00Z"},
        share={"share": 0.3, "offset": 0.1},
        reader={"just_contributed": True, "abandoned_checkout": False, "recurring_below": {"EUR": 10}},
        variants=variants,
    )
    client = signed_in(app, Role.EDITOR)

    for tab in Tab:
        assert client.get(f"/console/courier/campaigns/gate/edit?tab={tab}&variant=1").status_code == 200


def test_a_schedule_the_wrong_way_round_is_refused_at_once(editor: FlaskClient) -> None:
    days = {"schedule.starts.day": "2026-12-06", "schedule.ends.day": "2026-12-04"}

    part = type_into(editor, f"{EDIT}?tab=when", days, **{"HX-Request": "true"}).get_data(as_text=True)
    page = editor.get(f"{EDIT}?tab=when").get_data(as_text=True)

    assert "before this can be published" in part
    assert 'id="schedule.ends-error"' in page
    assert 'value="2026-12-06"' in page


def test_publishing_saves_what_was_typed_last(app: Flask) -> None:
    person = add_person(services_of(app), Role.EDITOR)
    client = client_of(app, person)

    answer = type_into(client, f"{EDIT}?tab=when", {"priority": "5", "go": "leaf=publish"})

    assert answer.headers["Location"] == "/console/courier/campaigns/autumn/publish"
    assert draft_of(app, person.id).content["priority"] == 5


def test_a_language_is_added_by_its_name(editor: FlaskClient) -> None:
    added = type_into(editor, f"{EDIT}?tab=words", {"go": "locale=", "language": "Polish"})
    unknown = type_into(editor, f"{EDIT}?tab=words", {"go": "locale=", "language": "Klingonese"})

    assert "locale=pl" in added.headers["Location"]
    assert "locale=en" in unknown.headers["Location"]
    assert "“Klingonese” is not a language that we know." in editor.get(unknown.headers["Location"]).get_data(
        as_text=True
    )


def test_an_error_names_the_language_and_the_variant_if_there_are_several(editor: FlaskClient) -> None:
    type_into(editor, f"{EDIT}?tab=words&locale=ga", {"variants.0.copy.ga.heading": "Fan linn"})
    assert "Button (Irish) is missing." in editor.get(EDIT).get_data(as_text=True)

    type_into(editor, f"{EDIT}?tab=experiment", {"act": "variant:0"})
    assert "Button (variant-2, Irish) is missing." in editor.get(EDIT).get_data(as_text=True)


def test_rules_are_said_before_the_words_are_written(editor: FlaskClient) -> None:
    type_into(editor, f"{EDIT}?tab=words", {"variants.0.copy.en.heading": ""})

    assert "who are not supporters" in editor.get(f"{EDIT}?tab=who").get_data(as_text=True)


def test_sections_of_rare_fields_open_when_something_in_them_is_set(editor: FlaskClient) -> None:
    folded = re.compile(r'<details class="folded"( open)?><summary><h2>More about how often')
    assert folded.findall(editor.get(f"{EDIT}?tab=when").get_data(as_text=True)) == [""]

    type_into(editor, f"{EDIT}?tab=when", {"frequency.total_impressions": "9"})

    assert folded.findall(editor.get(f"{EDIT}?tab=when").get_data(as_text=True)) == [" open"]


def test_advice_calls_fields_by_their_labels(app: Flask, editor: FlaskClient) -> None:
    store_site(app, privacy_url=None)

    page = editor.get(f"{SETTINGS}").get_data(as_text=True)

    assert "“Address of the privacy notice” is missing" in page
    assert "privacy_url is missing" not in page


def test_an_error_in_a_set_names_the_field_of_the_set(editor: FlaskClient) -> None:
    type_into(editor, f"{EDIT}?tab=who", {"reader.countries.any": "Ireland <3", "page.sections.none": "x" * 600})

    page = editor.get(f"{EDIT}?tab=who").get_data(as_text=True)

    assert "Countries must be a country code such as IE" in page
    assert "Sections must be" in page


def test_a_newer_version_is_told_while_a_person_types(app: Flask) -> None:
    client = client_of(app, add_person(services_of(app), Role.EDITOR))
    type_into(client, f"{EDIT}?tab=when", {"priority": "5"})
    form = shown_form(client, f"{EDIT}?tab=when")
    store_campaign(app, priority=7)

    part = client.post(EDIT, data=form | {"priority": "9"}, headers={"HX-Request": "true"}).get_data(as_text=True)

    assert "A newer version was saved while you were writing." in part
    assert 'href="/console/courier/campaigns/autumn/compare"' in part
