"""Words that several screens share."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 payment`, `2 payments`, `2 entries`."""
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{number} {plural}"
