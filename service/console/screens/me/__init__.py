"""A person's own page: their passkeys and the browsers in which they are signed in."""
