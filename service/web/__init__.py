"""The HTTP edge that every room shares: bodies, origins, errors, rate limits and the API's description."""
