"""The webhook endpoint and the inbox: an event is proven, saved and answered, and nothing else happens here."""
