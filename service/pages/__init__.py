"""Templates, style and texts of the pages for readers: support, thank-you, portal, stored data, and errors."""
