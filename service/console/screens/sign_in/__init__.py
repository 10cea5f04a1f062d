"""Sign in with a passkey, at the newsroom's own provider, or with a one-time link; and sign out."""
