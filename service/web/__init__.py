"""The parts of HTTP that every room shares: bodies, origins, errors, rate limits and the API's description."""
