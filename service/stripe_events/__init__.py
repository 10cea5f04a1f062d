"""The webhook endpoint and the inbox: an event is verified, saved and answered. Other rooms do the work on it."""
