"""Says how a figure of today compares with earlier days, and how many of a thousand something is."""

from datetime import datetime

from service.insights.today import PerThousand, SoFar


def so_far_words(figure: SoFar, local: datetime) -> str:
    """Return a sentence that compares a figure with earlier days. `local` is the site's time."""
    if figure.by_hour is None:
        return "The day has only begun, so it cannot be compared yet."
    if figure.usual is None:
        return "There are not enough earlier days to say what is usual."
    usual = figure.usual
    days = f"{usual.day_count} {local:%A}s" if usual.is_weekday else f"{usual.day_count} days"
    span = f"{usual.low:,}" if usual.low == usual.high else f"{usual.low:,} to {usual.high:,}"
    return f"{figure.by_hour:,} by {local:%H}:00. Usual by then, from the last {days}: {span}."


def rate_words(rate: PerThousand, of: str) -> str:
    """Return how many of a thousand something is, such as `31 of 1,000 views`."""
    if rate.value is None:
        return f"not enough {of} to say ({rate.of:,} so far)"
    return f"{rate.value:.3g} of 1,000 {of}"
