#!/bin/sh
# The first word says what this container does: `web` serves, `health` asks a serving container whether it is alive, and
# every other word, such as `worker`, `migrate` or `doctor`, is a command of Keepopen. The words after it are its options.
set -eu
bin=/opt/keepopen/.venv/bin
ask='from urllib.request import urlopen; urlopen("http://127.0.0.1:8000/livez", timeout=2)'
role="${1:-web}"
[ $# -eq 0 ] || shift
case "$role" in
  web) exec "$bin/python" -m service --host 0.0.0.0 --port 8000 "$@" ;;
  health) "$bin/python" -I -c "$ask" 2>/dev/null || { echo "no answer from /livez within 2 seconds"; exit 1; } ;;
  *) exec "$bin/flask" --app wsgi "$role" "$@" ;;
esac
