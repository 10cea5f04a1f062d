"""`python -m infra.demo_site --port N --service URL --site KEY`: serve the newspaper until it is interrupted."""

import argparse
import sys

from werkzeug.serving import make_server

from infra.demo_site import Widget, create_newspaper


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.demo_site", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 chooses a free one")
    parser.add_argument(
        "--service", required=True, help="address of the Keepopen service, such as http://127.0.0.1:8000"
    )
    parser.add_argument("--site", required=True, help="key of the site in the service")
    options = parser.parse_args()
    newspaper = create_newspaper(Widget(service=options.service.rstrip("/"), site=options.site))
    try:
        server = make_server(options.host, options.port, newspaper, threaded=True)
    except (OSError, SystemExit):
        print(f"port {options.port} on {options.host} is in use; choose another with --port", file=sys.stderr)
        return 1
    print(f"demo newspaper ready on http://{options.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
