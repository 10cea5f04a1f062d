"""`python -m infra.demo_past`: live the invented past of a site, up to this moment.

The settings are those of the service. Its database must have the site and its campaigns; no sandbox may run yet at
STRIPE_API_BASE, whose state the file keeps.
"""

import argparse
from datetime import timedelta
from pathlib import Path

from infra.demo_past.living import Living
from infra.demo_past.plan import plan
from infra.demo_past.town import town
from service.campaigns.snapshot.holder import SnapshotHolder
from service.clock import system_clock
from service.settings import read_settings

parser = argparse.ArgumentParser(prog="python -m infra.demo_past", description=__doc__)
parser.add_argument("--state", type=Path, required=True, help="the sandbox's state; a new file")
parser.add_argument("--site", required=True, help="the key of the site")


def main() -> None:
    chosen, settings, now = parser.parse_args(), read_settings(), system_clock()
    acts = plan(now, settings.accounting_zone)
    with town(settings, chosen.state, acts[0].at - timedelta(minutes=1)) as invented:
        site = invented.services.part(SnapshotHolder).current().site(chosen.site).site
        Living(invented, site.key, site.home_url).live(acts)
        invented.wait_until(now)
        invented.settle()
        invented.end()


if __name__ == "__main__":
    main()
