"""The sections of what is held about a supporter, put together by the reason for which they are held."""

from service.contributions.held.sections import HeldData, HeldSection


def by_reason(held: HeldData) -> list[tuple[str, str, list[HeldSection]]]:
    """Return each reason with what stays after erasing and its sections that have rows, in their order."""
    reasons: dict[tuple[str, str], list[HeldSection]] = {}
    for section in held.sections:
        if section.rows:
            reasons.setdefault((section.why, section.after_erasing), []).append(section)
    return [(why, after_erasing, sections) for (why, after_erasing), sections in reasons.items()]
