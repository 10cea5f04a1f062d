"""`setup` makes keys, creates what is needed at Stripe, and writes a private file; run again it changes nothing."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from service.errors import StripeUnavailableError
from service.operations.environment_file import EnvironmentFileError, read_environment, save_environment
from service.operations.setup import EndpointExistsError, SetupWish, set_up
from service.settings import SettingsError, read_settings
from service.stripe_gateway import API_VERSION
from service.stripe_gateway.event_types import SUBSCRIBED_EVENTS
from tests.contributions.conftest import stripe
from tests.stripe import StripeStand

__all__ = ["stripe"]

ROOT = Path(__file__).parents[2]
URL = "https://support.tide.example"


@pytest.fixture
def answers(stripe: StripeStand, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name in read_environment(Path("/nonexistent")):
        monkeypatch.delenv(name, raising=False)
    return {
        "PUBLIC_URL": URL,
        "STRIPE_API_KEY": "sk_test_of_the_tests",
        "STRIPE_API_BASE": stripe.url,
        "SMTP_URL": "smtps://app:pass word@mail.tide.example",
    }


def endpoints(stripe: StripeStand) -> list[dict[str, object]]:
    found: list[dict[str, object]] = stripe.get("/v1/webhook_endpoints?limit=100")["data"]
    return [endpoint for endpoint in found if endpoint["url"] == f"{URL}/webhooks/stripe"]


def test_a_first_setup_writes_a_private_file_that_the_service_can_use(
    answers: dict[str, str], stripe: StripeStand, tmp_path: Path
) -> None:
    path = tmp_path / "keepopen.env"

    said = list(set_up(SetupWish(path, answers)))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = read_settings(read_environment(path))
    assert (settings.public_url, settings.smtp_url) == (URL, answers["SMTP_URL"])
    assert len(settings.secret_keys[0]) >= 32
    (endpoint,) = endpoints(stripe)
    assert set(endpoint["enabled_events"]) == SUBSCRIBED_EVENTS  # type: ignore[call-overload]
    assert endpoint["api_version"] == API_VERSION
    assert settings.stripe_webhook_secrets[0].startswith("whsec_")
    assert not [secret for secret in settings.stripe_webhook_secrets for sentence in said if secret in sentence]


def test_a_second_setup_changes_nothing_and_mends_what_was_changed_at_stripe(
    answers: dict[str, str], stripe: StripeStand, tmp_path: Path
) -> None:
    path = tmp_path / "keepopen.env"
    list(set_up(SetupWish(path, answers)))
    before = path.read_bytes()

    assert list(set_up(SetupWish(path, {}))) == [f"{path} is complete."]
    assert path.read_bytes() == before
    stripe.post(f"/v1/webhook_endpoints/{endpoints(stripe)[0]['id']}", disabled="true")

    said = list(set_up(SetupWish(path, {})))

    assert len(said) == 2
    assert [endpoint["status"] for endpoint in endpoints(stripe)] == ["enabled"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"PUBLIC_URL": "http://support.tide.example"}, SettingsError),
        ({"STRIPE_API_KEY": "pk_test_of_the_tests"}, SettingsError),
        ({"STRIPE_API_BASE": "http://127.0.0.1:9"}, StripeUnavailableError),
    ],
    ids=["http", "publishable key", "Stripe is away"],
)
def test_a_wrong_answer_is_refused_before_anything_is_written_or_created(
    answers: dict[str, str], stripe: StripeStand, tmp_path: Path, wrong: dict[str, str], error: type[Exception]
) -> None:
    path = tmp_path / "keepopen.env"

    with pytest.raises(error):
        list(set_up(SetupWish(path, answers | wrong)))

    assert not path.exists()
    assert endpoints(stripe) == []


def test_what_the_environment_says_hides_no_wrong_answer(
    answers: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", URL)

    with pytest.raises(SettingsError, match="must be https"):
        list(set_up(SetupWish(tmp_path / "keepopen.env", answers | {"PUBLIC_URL": "http://support.tide.example"})))

    assert os.environ["PUBLIC_URL"] == URL


def test_an_embedded_database_has_one_folder_wherever_commands_are_called_from(
    answers: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "keepopen.env"

    list(set_up(SetupWish(path, answers)))

    assert Path(read_environment(path)["VAR_DIR"]).is_absolute()
    list(set_up(SetupWish(tmp_path / "own.env", answers | {"DATABASE_URL": "postgresql://127.0.0.1/own"}, True)))
    assert "VAR_DIR" not in read_environment(tmp_path / "own.env")


def test_an_endpoint_whose_secret_is_unknown_is_not_doubled(
    answers: dict[str, str], stripe: StripeStand, tmp_path: Path
) -> None:
    list(set_up(SetupWish(tmp_path / "lost.env", answers)))
    path = tmp_path / "keepopen.env"

    with pytest.raises(EndpointExistsError, match="--replace-endpoint"):
        list(set_up(SetupWish(path, answers)))
    old = endpoints(stripe)[0]["id"]
    list(set_up(SetupWish(path, answers, replaces_endpoint=True)))

    assert [endpoint["id"] for endpoint in endpoints(stripe)] != [old]
    assert len(endpoints(stripe)) == 1
    assert read_settings(read_environment(path)).stripe_webhook_secrets


def test_settings_that_are_not_usable_are_listed(answers: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "keepopen.env"

    with pytest.raises(SettingsError, match="LOG_LEVEL"):
        list(set_up(SetupWish(path, {**answers, "LOG_LEVEL": "LOUD"})))


def test_other_lines_of_the_file_stay_and_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "keepopen.env"
    path.write_text('# ours\nHOME_CURRENCY=EUR\nSECRET_KEYS="old key"\n\n')

    save_environment(path, {"SECRET_KEYS": "new key & more"})

    assert path.read_text() == "# ours\nHOME_CURRENCY=EUR\n\nSECRET_KEYS='new key & more'\n"
    assert read_environment(path) == {"HOME_CURRENCY": "EUR", "SECRET_KEYS": "new key & more"}
    with pytest.raises(EnvironmentFileError, match="SMTP_URL"):
        save_environment(path, {"SMTP_URL": "it's"})
    path.write_text("A=1\nexport B=2\n")
    with pytest.raises(EnvironmentFileError, match="line 2"):
        read_environment(path)


def test_the_command_works_without_any_settings_and_asks_for_what_is_missing(
    stripe: StripeStand, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    command = [sys.executable, "-m", "service.operations", "setup", "--file", str(tmp_path / "keepopen.env")]
    command += ["--stripe-api-base", stripe.url, "--stripe-key", "sk_test_of_the_tests"]

    ended = subprocess.run(
        command, cwd=ROOT, env=environment, input=f"{URL}\n\n", capture_output=True, text=True, check=False, timeout=60
    )

    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert read_environment(tmp_path / "keepopen.env")["MAIL_TO_FILES"] == "1"
    shown = subprocess.run(
        [*command[:3], "-e", str(tmp_path / "keepopen.env"), "settings"],
        cwd=ROOT,
        env={**environment, "VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": "postgresql://127.0.0.1:9/away"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert f"PUBLIC_URL={URL}" in shown.stdout, shown.stderr
