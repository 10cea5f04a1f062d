"""Content hashes and integrity values of the widget's files."""

import base64
import hashlib
import shutil
from pathlib import Path

from service.widget.assets import FOLDER, assets, read_assets


def test_the_same_files_have_the_same_version() -> None:
    assert read_assets(FOLDER).version == assets().version


def test_one_changed_byte_makes_another_version(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "widget")
    with (tmp_path / "widget" / "modules" / "prompts.js").open("a") as file:
        file.write(";")

    assert read_assets(tmp_path / "widget").version != assets().version


SOURCE = """// Why this is so.
const address = 'https://example.org/'; // And where.
if (address) {
  // And this.
  open(
    address,
  );
}
const last = address
"""


def test_comments_indentation_and_most_line_ends_are_not_served(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "widget")
    (tmp_path / "widget" / "modules" / "prompts.js").write_text(SOURCE)

    served = read_assets(tmp_path / "widget").files["modules/prompts.js"].body.decode()

    assert served == "const address='https://example.org/';\nif (address) {open(address,);}\nconst last=address\n"


def test_integrity_is_the_hash_of_what_is_served() -> None:
    for asset in assets().files.values():
        digest = base64.b64encode(hashlib.sha384(asset.body).digest()).decode()
        assert asset.integrity == f"sha384-{digest}"


def test_the_loader_names_its_version_and_no_placeholder() -> None:
    body = assets().files["loader.js"].body.decode()

    assert assets().version in body
    assert "__" not in body.replace("__tcfapi", "").replace("__gpp", "")


def test_a_site_switched_off_is_named_in_the_loader() -> None:
    body = assets().loader(("courier", "other")).body.decode()

    assert "/^(courier|other)$/.test(site)" in body


def test_all_sites_can_be_switched_off() -> None:
    assert "/^/.test(site)" in assets().loader(("*",)).body.decode()
