"""The plugin's files, without a WordPress: every text translated, every file small, and the licence in its place."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "infra" / "wordpress" / "keepopen"
SOURCES = sorted([*PLUGIN.glob("*.php"), *PLUGIN.glob("*.js")])
TEXT = re.compile(r"_(?:_|e)\( '((?:[^'\\]|\\.)*)', 'keepopen' \)")
MESSAGE = re.compile(r"^\t\t'((?:[^'\\]|\\.)*)' => '((?:[^'\\]|\\.)*)',$", re.MULTILINE)
PLACEHOLDER = re.compile(r"%(?:\d\$)?s")
LANGUAGES = sorted(
    {path.stem for path in (ROOT / "service" / "widget" / "locales").glob("*.json")} - {"en"}
)  # English is in the source
LINE_LIMIT, FILE_LINE_LIMIT = 1500, 300


def texts() -> list[str]:
    """Return every text in the plugin that a person may read."""
    return sorted({text for path in SOURCES for text in TEXT.findall(path.read_text(encoding="utf-8"))})


def test_there_are_texts_to_translate() -> None:
    assert len(texts()) > 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_its_placeholders(language: str) -> None:
    file = (PLUGIN / "languages" / f"{language}.l10n.php").read_text(encoding="utf-8")

    messages = dict(MESSAGE.findall(file))

    assert sorted(messages) == texts()
    for text, translation in messages.items():
        assert sorted(PLACEHOLDER.findall(translation)) == sorted(PLACEHOLDER.findall(text)), translation


def test_the_plugin_stays_small() -> None:
    lines = {path.name: path.read_text(encoding="utf-8").count("\n") for path in SOURCES}

    assert sum(lines.values()) <= LINE_LIMIT
    assert max(lines.values()) <= FILE_LINE_LIMIT
    assert len(list(PLUGIN.iterdir())) <= 22


def test_no_file_does_anything_when_it_is_opened_by_itself() -> None:
    guards = ("defined( 'ABSPATH' ) || exit;", "defined( 'WP_UNINSTALL_PLUGIN' ) || exit;")

    assert [
        path.name for path in PLUGIN.glob("*.php") if not any(guard in path.read_text("utf-8") for guard in guards)
    ] == []


def test_the_licence_is_named_and_there() -> None:
    assert "License: GPL-2.0-or-later" in (PLUGIN / "keepopen.php").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in (PLUGIN / "LICENSE").read_text(encoding="utf-8")


def test_the_block_is_the_one_the_script_registers() -> None:
    block = json.loads((PLUGIN / "block.json").read_text(encoding="utf-8"))

    assert f"'{block['name']}'" in (PLUGIN / "block.js").read_text(encoding="utf-8")
    assert block["editorScript"] in (PLUGIN / "places.php").read_text(encoding="utf-8")
