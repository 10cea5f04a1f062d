"""The proxies of infra/proxy pass on what the service believes, close what is for operators, and keep links right."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.rehearsal.proxy import nginx_configuration
from tests.infra.programs import INFRA, run
from tests.infra.proxy_world import Proxy, echo, proxied
from tests.recovery.conftest import Installation, installation  # noqa: F401 a fixture
from tests.recovery.serving import serving

pytestmark = pytest.mark.infra
FILES = sorted(path.name for path in (INFRA / "proxy").iterdir())
CADDY = [name for name in FILES if name.endswith(".Caddyfile")]
NGINX = [name for name in FILES if name.endswith(".conf")]


@pytest.fixture(scope="module", params=FILES)
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy in front of a server that answers with what arrived."""
    with echo() as port, proxied(request.param, [port], tmp_path_factory.mktemp("proxy")) as running:
        yield running


def test_there_are_examples_for_a_name_and_for_a_path_of_both_proxies() -> None:
    assert FILES == ["nginx-path.conf", "nginx.conf", "path.Caddyfile", "subdomain.Caddyfile"]


def test_the_service_gets_its_own_path_and_an_address_that_the_caller_did_not_choose(proxy: Proxy) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Request-Id": "chosen-by-the-caller"}

    status, _, body = proxy.ask(f"{proxy.prefix}/v1/decide?site=a", b"{}", **forged)

    arrived = json.loads(body)
    assert (status, arrived["path"]) == (200, "/v1/decide?site=a")
    assert re.split(", *", arrived["headers"]["x-forwarded-for"])[-1] == "127.0.0.1"
    assert arrived["headers"]["x-request-id"] != "chosen-by-the-caller"


@pytest.mark.parametrize("path", ["/metrics", "/metrics?a", "//metrics", "/%6detrics"])
def test_metrics_are_closed(proxy: Proxy, path: str) -> None:
    assert proxy.ask(f"{proxy.prefix}{path}")[0] == 404


def test_bodies_are_passed_on_up_to_what_the_service_takes(proxy: Proxy) -> None:
    assert proxy.ask(f"{proxy.prefix}/v1/simulate", b"x" * 2_100_000)[0] == 200
    assert proxy.ask(f"{proxy.prefix}/v1/simulate", b"x" * 4_000_000)[0] == 413


@pytest.mark.parametrize("file", FILES)
def test_only_decisions_are_asked_of_another_server_if_one_dies(file: str, tmp_path: Path) -> None:
    with echo(dies=True) as dead, echo() as alive, proxied(file, [dead, alive], tmp_path) as running:
        decisions = {running.ask(f"{running.prefix}/v1/decide", b"{}")[0] for _ in range(6)}
        checkouts = {running.ask(f"{running.prefix}/v1/checkout", b"{}")[0] for _ in range(6)}

    assert decisions == {200}
    assert 502 in checkouts


@pytest.mark.parametrize("file", FILES)
def test_links_of_pages_lead_through_the_proxy(file: str, installation: Installation, tmp_path: Path) -> None:  # noqa: F811
    prefix = "/support-api" if "path" in file else ""
    settings = {"PUBLIC_URL": f"https://www.courier.example{prefix}", "TRUSTED_PROXIES": "1"}

    with serving(installation, **settings) as served, proxied(file, [served.port], tmp_path) as running:
        status, _, page = running.ask(f"{prefix}/")
        links = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.decode())
        assert (status, bool(links)) == (200, True)
        assert [running.ask(link)[0] for link in links] == [200] * len(links)


@pytest.mark.parametrize("file", CADDY)
def test_caddy_finds_the_file_valid_and_well_formatted(file: str, tmp_path: Path) -> None:
    home = str(tmp_path)
    path = str(INFRA / "proxy" / file)

    valid = run("caddy", "validate", "--adapter", "caddyfile", "--config", path, HOME=home, XDG_DATA_HOME=home)
    assert valid.returncode == 0, valid.stdout
    assert run("caddy", "fmt", path, HOME=home, XDG_DATA_HOME=home).stdout == Path(path).read_text(encoding="utf-8")


@pytest.mark.parametrize("file", NGINX)
def test_gixy_finds_nothing_in_the_file(file: str, tmp_path: Path) -> None:
    whole = tmp_path / "nginx.conf"
    whole.write_text(nginx_configuration(file, tmp_path, 8443, [8000]), encoding="utf-8")

    checked = run("gixy", str(whole))

    assert checked.returncode == 0, checked.stdout


def test_gixy_finds_a_slip(tmp_path: Path) -> None:
    whole = tmp_path / "nginx.conf"
    slip = nginx_configuration("nginx.conf", tmp_path, 8443, [8000]).replace(
        "proxy_pass http://keepopen;", "return 302 https://$host$uri;"
    )
    whole.write_text(slip, encoding="utf-8")

    assert run("gixy", str(whole)).returncode != 0


@pytest.mark.parametrize("file", NGINX)
def test_a_restarted_server_gets_requests_again_at_once(file: str) -> None:
    servers = re.findall(r"^ +server \d.*;", (INFRA / "proxy" / file).read_text(encoding="utf-8"), re.MULTILINE)

    assert servers
    assert all("max_fails=0" in server for server in servers)
