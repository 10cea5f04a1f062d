"""nginx with a file of infra/proxy, without TLS and on a port of loopback."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from infra.rehearsal.parts import HOST, RehearsalError

FOLDER = Path(__file__).parents[1] / "proxy"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def nginx_program() -> str:
    """Return the path of nginx. Raise RehearsalError if it is not installed."""
    found = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        raise RehearsalError("nginx is missing: apt install nginx-light")
    return found


def nginx_configuration(file: str, folder: Path, port: int, upstreams: Sequence[int]) -> str:
    """Return a whole configuration with one of our files in it, in front of servers on these ports.

    nginx writes its own files to `folder`, among them `access.log` with the method, path and status of each request.
    """
    example = (FOLDER / file).read_text(encoding="utf-8").replace("443 ssl", f"{HOST}:{port}")
    example = re.sub(r"^ +ssl_.*\n", "", example, flags=re.MULTILINE)
    servers = "".join(f"    server {HOST}:{upstream} max_fails=0;\n" for upstream in upstreams)
    example = re.sub(r"^ +server 127.0.0.1:8000 .*\n", servers, example, flags=re.MULTILINE)
    places = "".join(f"{name}_temp_path {folder}/{name};\n" for name in TEMPORARY)
    log = f"log_format short '$request_method $uri $status';\naccess_log {folder}/access.log short;\n"
    user = "user root;\n" if os.geteuid() == 0 else ""  # whose files are in folders that are closed to others
    main = f"{user}pid {folder}/pid;\nworker_processes auto;\nerror_log {folder}/error.log;\nevents {{}}\n"
    return f"{main}http {{\n{log}{places}{example}}}\n"
