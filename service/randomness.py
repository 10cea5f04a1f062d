"""Random bytes for ids, nonces and draws.

From OpenSSL's generator in this process, which is seeded by the system, reseeds itself and notices a fork: asking the
system each time would cost a thread its turn at each id. See https://docs.openssl.org/3.0/man7/RAND/
"""

from ssl import RAND_bytes as random_bytes

__all__ = ["random_bytes"]
