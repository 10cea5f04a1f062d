"""The class of a reader's device, which is all that is used of a user agent."""

from service.campaigns.reader_rules import Device


def device_of(user_agent: str) -> Device:
    """Return the class of a device, or desktop if it is unknown."""
    if "iPad" in user_agent or ("Android" in user_agent and "Mobile" not in user_agent):
        return Device.TABLET
    if "iPhone" in user_agent or "iPod" in user_agent:
        return Device.IOS
    return Device.ANDROID if "Android" in user_agent else Device.DESKTOP
