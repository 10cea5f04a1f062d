"""Single sign-on: people prove who they are at the newsroom's own provider, over OpenID Connect."""
