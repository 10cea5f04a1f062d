"""Finding somebody to look at a page with a browser, where the machine has what it takes."""

import importlib
from collections.abc import Callable
from functools import partial
from typing import cast

from service.errors import DomainError
from service.widget.install.sight import Sight

Observer = Callable[[str], Sight]


class BrowserMissingError(DomainError):
    """There is no browser, or it does not start."""

    code = "no_browser"


def find_observer(chromium: str | None = None) -> Observer | None:
    """What looks at a page with the Chromium named, or with one that is found; None without Playwright."""
    try:
        module = importlib.import_module("service.widget.install.browser")
    except ModuleNotFoundError:
        return None
    return cast("Observer", partial(module.observe, chromium=chromium))
