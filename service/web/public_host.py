"""Give every request our public host, and remove what only our own proxies may say, before any other code reads it."""

from collections.abc import Iterable

import structlog

from service.addresses import split_address
from service.settings import Settings
from service.web.requests import Environ, StartResponse, Wsgi

log = structlog.get_logger()


class PublicHost:
    """A WSGI application that corrects the environment of a request and passes it on.

    - Host, scheme and the path before ours are always those of PUBLIC_URL, so that links are right below a path of a
      publication's own name, and no answer can contain an address that a caller made up.
    - Without a trusted proxy, `X-Request-Id` could come from any caller and is dropped.
    """

    def __init__(self, behind: Wsgi, settings: Settings) -> None:
        self._behind = behind
        public = split_address(settings.public_url)
        self._host, self._scheme, self._path = public.netloc, public.scheme, public.path
        self._trusts_proxy = settings.trusted_proxies > 0
        self._has_warned = False

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ["HTTP_HOST"], environ["wsgi.url_scheme"], environ["SCRIPT_NAME"] = self._host, self._scheme, self._path
        if not self._trusts_proxy:
            environ.pop("HTTP_X_REQUEST_ID", None)
            if "HTTP_X_FORWARDED_FOR" in environ and not self._has_warned:
                self._has_warned = True
                log.warning("forwarded_address_ignored", remedy="set TRUSTED_PROXIES if a proxy of yours sent it")
        return self._behind(environ, start_response)
