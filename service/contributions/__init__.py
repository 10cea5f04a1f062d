"""What readers give: from an attempt, through Stripe's hosted page, to its end; told by Stripe's facts alone."""
