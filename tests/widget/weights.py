"""How many bytes the widget's files are after Brotli at its strongest."""

import brotli

from service.widget.assets import assets

KILOBYTE = 1024
# Without these no appeal can be drawn.
APPEAL = ("facts", "prompts", "appeal")


def weight(*names: str) -> int:
    return sum(len(brotli.compress(assets().files[name].body, quality=11)) for name in names)


def modules(*names: str) -> list[str]:
    return [f"modules/{name}.js" for name in names]
