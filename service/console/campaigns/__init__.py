"""The campaigns of a site in the order in which readers are asked, and why a campaign may not appear."""
