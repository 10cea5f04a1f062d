"""What a person sees in the browser: hosted checkout, portal, receipts, and the sandbox's own controls."""
