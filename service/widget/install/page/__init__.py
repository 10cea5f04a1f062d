"""A publisher's page as text: fetch it, parse it, and work out the facts the widget reads from it."""
