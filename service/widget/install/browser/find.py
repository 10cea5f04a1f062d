"""Find out whether this machine can open pages in a browser. Playwright is optional: the service runs without it."""

import importlib
from collections.abc import Callable
from functools import partial
from typing import cast

from service.widget.install.browser.visit import BrowserVisit

VisitPage = Callable[[str], BrowserVisit]


def find_browser(chromium: str | None = None) -> VisitPage | None:
    """Return a function that visits a page with the Chromium at this path, or with any that is found.

    Return None if Playwright is not installed.
    """
    try:
        module = importlib.import_module("service.widget.install.browser.chromium")
    except ModuleNotFoundError:
        return None
    return cast("VisitPage", partial(module.visit, chromium=chromium))
