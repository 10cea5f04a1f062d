"""The settings page, its check, and what is left after the plugin is deleted."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.cms.conftest import Opener, sign_in
from tests.cms.keepopen import Keepopen
from tests.cms.wordpress import WordPress

pytestmark = [pytest.mark.browser, pytest.mark.cms]

PAGE = "/wp-admin/options-general.php?page=keepopen"
LEFT = """
    global $wpdb;
    $options = $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->options WHERE option_name LIKE '%keepopen%'" );
    $marks   = $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->postmeta WHERE meta_key LIKE '%keepopen%'" );
    $choices = $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->usermeta WHERE meta_key LIKE '%keepopen%'" );
    return $options + $marks + $choices;
"""


def test_settings_are_saved_and_checked(
    wordpress: WordPress, keepopen: Keepopen, open_tab: Opener, artefacts: Path
) -> None:
    wordpress.run("delete_option('keepopen');")
    tab = open_tab()
    sign_in(tab, wordpress, "admin")
    tab.goto(wordpress.url + PAGE)
    expect(tab.get_by_role("link", name="Check now")).to_have_count(0)

    tab.get_by_label("Address of the service").fill(f"{keepopen.url}/")
    tab.get_by_label("Site key").fill("banner")
    tab.get_by_label("At the head of the article").uncheck()
    tab.get_by_label("Consent").select_option("Every reader has allowed the meter")
    tab.get_by_label("Contact page").select_option("Contact")
    tab.get_by_label("Sensitive: never ask here").fill("Obituaries, Obituary")
    tab.get_by_role("button", name="Save Changes").click()
    expect(tab.get_by_text("Settings saved.")).to_be_visible()
    expect(tab.get_by_text("No category or tag has this name: Obituary", exact=True)).to_be_visible()
    tab.get_by_role("link", name="Check now").click()

    tab.screenshot(path=artefacts / "wordpress-settings.png", full_page=True)
    saved = wordpress.run("return keepopen_settings();")
    assert (saved["service"], saved["site"], saved["places"]) == (keepopen.url, "banner", [])
    assert (saved["consent"], saved["contact"]) == ("meter", wordpress.ids["contact"])
    assert saved["rules"]["sensitive"] == "Obituaries, Obituary"
    expect(tab.get_by_text("The service can be reached.")).to_be_visible()
    expect(tab.get_by_text("The service knows this site and answers its pages.")).to_be_visible()
    for kind, words in {
        "Article": "page_type: article",
        "Category": "page_type: section",
        "Search": "page_id: search",
    }.items():
        expect(tab.get_by_role("row", name=kind)).to_contain_text(words)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"service": "http://127.0.0.1:9"}, "The service does not answer at this address"),
        ({"site": "nobody"}, "The service does not know this site key."),
    ],
    ids=["no service", "no site"],
)
def test_the_check_says_what_is_wrong(
    wordpress: WordPress, open_tab: Opener, settings: dict[str, str], words: str
) -> None:
    wordpress.configure(**settings)
    tab = open_tab()
    sign_in(tab, wordpress, "admin")
    tab.goto(wordpress.url + PAGE)

    tab.get_by_role("link", name="Check now").click()

    expect(tab.get_by_text(words)).to_be_visible()


def test_an_origin_that_is_not_listed_is_named(wordpress: WordPress) -> None:
    found = wordpress.run(
        """
        require WP_PLUGIN_DIR . '/keepopen/check.php';
        add_filter( 'home_url', fn() => 'https://www.tide.example/' );
        return keepopen_check_service();
        """
    )

    assert (
        found[1][0] == "The service knows the site key, but https://www.tide.example is not among the site’s origins."
    )


def test_only_administrators_change_settings(wordpress: WordPress, open_tab: Opener) -> None:
    tab = open_tab()
    sign_in(tab, wordpress, "editor")

    assert tab.request.get(wordpress.url + PAGE).status == 403


@pytest.mark.parametrize(
    ("given", "name", "kept"),
    [
        ({"service": "javascript:alert(1)"}, "service", ""),
        ({"site": "<b>Tide</b>"}, "site", "tide"),
        ({"consent": "everything"}, "consent", "tool"),
        ({"places": ["over_article"]}, "places", []),
        ({"gated": '.body"><script>'}, "gated", '.body">'),
        ({"unknown": "x"}, "unknown", None),
    ],
)
def test_a_setting_that_makes_no_sense_is_not_kept(
    wordpress: WordPress, given: dict[str, object], name: str, kept: object
) -> None:
    assert wordpress.run("return keepopen_clean_settings( $given );", given=given).get(name) == kept


@pytest.mark.parametrize(
    ("language", "words"),
    [("de_DE", "Alle Aufrufe anhalten"), ("de_CH", "Alle Aufrufe anhalten"), ("pt_BR", "Pause all appeals")],
)
def test_the_plugin_speaks_the_editors_language(wordpress: WordPress, language: str, words: str) -> None:
    assert (
        wordpress.run(
            "add_filter( 'locale', fn() => $language ); return __( 'Pause all appeals', 'keepopen' );",
            language=language,
        )
        == words
    )


def test_nothing_is_left_after_deletion(wordpress: WordPress) -> None:
    wordpress.configure(vouches="1")
    before = wordpress.run(f"keepopen_key_pair(); {LEFT}")

    wordpress.run("define( 'WP_UNINSTALL_PLUGIN', 'keepopen' ); require WP_PLUGIN_DIR . '/keepopen/uninstall.php';")

    after = wordpress.run(LEFT)
    wordpress.run("update_post_meta( $id, '_keepopen_paid', '1' );", id=wordpress.ids["kitchen"])
    assert before > 2
    assert after == 0


def test_php_has_nothing_to_complain_about(installed_wordpress: WordPress) -> None:
    assert installed_wordpress.plugin_complaints() == []
