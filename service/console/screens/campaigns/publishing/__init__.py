"""Publish a draft: what would change, for whom, who must agree, when; and compare it with what another person wrote."""
