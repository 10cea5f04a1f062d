"""The bundle for those who help holds no secret, however it got into a text."""

import zipfile
from dataclasses import replace
from pathlib import Path

from service.operations.doctor.bundle import redacted, write_bundle
from service.reconciliation.doctor import SetupFinding
from service.settings import Settings

SECRET = "Sup3rSecret"


def full_of_secrets(settings: Settings) -> Settings:
    return replace(
        settings,
        database_url=f"postgresql://db.example/keepopen?user=app&password={SECRET}-1",
        smtp_url=f"smtp://app:{SECRET}-%40-2@mail.example",
        ratelimit_storage_uri=f"redis://:{SECRET}-3@cache.example",
        metrics_token=f"{SECRET}-of-the-metrics",
    )


def test_no_secret_of_the_settings_is_in_the_bundle_even_if_a_message_quotes_it(
    settings: Settings, tmp_path: Path
) -> None:
    given = full_of_secrets(settings)
    quoted = f"{SECRET}-1 {SECRET}-@-2 {SECRET}-%40-2 {SECRET}-3 {given.metrics_token} {given.secret_keys[0]}"
    finding = SetupFinding(
        False, quoted, f"{given.stripe_api_key} {given.stripe_webhook_secrets[0]} mary@reader.example"
    )
    path = tmp_path / "bundle.zip"

    write_bundle(path, given, [finding], f"{SECRET}-1")

    with zipfile.ZipFile(path) as bundle:
        texts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert set(texts) == {"findings.txt", "settings.txt", "versions.json", "status.txt"}
    everything = "".join(texts.values())
    for secret in (SECRET, "a-key-of-the-tests", "sk_test_of", "whsec_of", "mary@"):
        assert secret not in everything
    assert "PUBLIC_URL=https://support.courier.example" in texts["settings.txt"]


def test_words_that_only_look_like_secrets_stay(settings: Settings) -> None:
    assert redacted("the task and the risk_level stay", settings) == "the task and the risk_level stay"
