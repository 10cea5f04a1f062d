"""Why a server could not be reached, in words. An error's own text may quote what an operator must not see."""

import socket
import ssl

REASONS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not valid for this name"),
    (ssl.SSLError, "it does not speak TLS on this port"),
    (ConnectionRefusedError, "nothing listens there"),
    (TimeoutError, "it does not answer in time"),
    (socket.gaierror, "its name is not known"),
)


def reason_in_words(error: Exception) -> str:
    """Return the reason of an error of a connection; its type if there are no words for it."""
    return next((words for kind, words in REASONS if isinstance(error, kind)), type(error).__name__)
