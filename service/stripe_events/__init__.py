"""What Stripe tells us: the inbox, the objects events point at, and the facts we keep of them."""
