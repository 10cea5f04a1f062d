"""Pages for the browser: hosted checkout, customer portal, invoices, receipts, and the sandbox's own overview."""
