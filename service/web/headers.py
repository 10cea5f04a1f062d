"""The response headers that every answer has, whichever road answers: Flask's routes and both fast paths."""

EVERY_ANSWER = (
    ("X-Content-Type-Options", "nosniff"),  # a browser must not take a JSON answer for a page or a script
    ("Vary", "Origin"),  # a cache must not give a page of one origin the CORS headers of another
)
# A page's address may hold a token or a session, so other sites learn only where the reader came from.
PAGE_REFERRER_POLICY = "strict-origin-when-cross-origin"
# The address of a page with a one-time link is the secret itself.
SECRET_PAGE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
