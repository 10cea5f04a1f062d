"""The installation check: open a publisher's page, report what the widget sent and drew there, and say what to mend."""
