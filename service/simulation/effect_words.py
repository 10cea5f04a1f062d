"""Write the effect of a change in sentences, for the person who is about to publish it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from service.campaigns.campaign import Kind
from service.campaigns.words.phrases import percent
from service.simulation.effect import CampaignEffect, Effect, GroupEffect
from service.simulation.invented_readers import DAYS

NO_DIFFERENCE = "Readers would see no difference."
MOST_PLACES = 3
SMALL_SHARE = 0.1


def effect_in_words(effect: Effect, names: Mapping[str, str] = MappingProxyType({})) -> tuple[str, ...]:
    """Return sentences about an effect, the most important first. The last says how it was found.

    `names`: of campaigns by their keys. A campaign without a name is called by its key.
    """
    sentences = tuple(_differences(effect, names)) if effect.changes else (NO_DIFFERENCE,)
    return (*sentences, promise_in_words(effect), _method(effect))


def campaign_in_words(campaign: CampaignEffect, name: str) -> str:
    """Return how often a campaign would be shown, as a sentence."""
    verb = "met" if campaign.kind is Kind.GATE else "shown"
    return f"“{name}”: {verb} {_from_to(campaign.before, campaign.after)} times in 1,000 page views."


def group_in_words(group: GroupEffect) -> str:
    """Return who of a group would be asked more or less often, as a sentence."""
    more, less = _percent(group.gaining_share), _percent(group.losing_share)
    return f"Of {group.group}: {more} more often, {less} less often."


def promise_in_words(effect: Effect) -> str:
    """Return whether the site's promise to readers would be kept, as a sentence."""
    promise, share = effect.promise, effect.after.over_promise_share
    most = f"the reader asked most often would be asked {_times(effect.after.most)} in {DAYS} days"
    if promise is None:
        return f"The site promises readers no limit; {most}."
    limit = f"{_times(promise.impressions)} in {promise.days} days"
    if not share:
        return f"No reader would be asked more often than the site promises, {limit}; {most}."
    today = _percent(effect.before.over_promise_share) if effect.before.over_promise_share != share else "as"
    return f"{_percent(share)} of readers would be asked more often than the site promises, {limit} ({today} today)."


def _differences(effect: Effect, names: Mapping[str, str]) -> Iterator[str]:
    before, after = effect.before, effect.after
    yield f"Asks in 1,000 page views: {_from_to(before.per_1000, after.per_1000)}."
    for found in effect.campaigns:
        if found.before != found.after:
            yield campaign_in_words(found, names.get(found.campaign, found.campaign))
    gaining, losing = _percent(effect.gaining_share), _percent(effect.losing_share)
    yield f"{gaining} of readers would be asked more often, {losing} less often."
    yield from (group_in_words(group) for group in effect.groups if group.gaining_share or group.losing_share)
    yield f"Asks of a reader in {DAYS} days, on average: {_from_to(before.per_reader, after.per_reader, 1)}."
    if before.gates_per_1000 or after.gates_per_1000:
        yield f"Gates met in 1,000 page views: {_from_to(before.gates_per_1000, after.gates_per_1000)}."


def _method(effect: Effect) -> str:
    day = f"{effect.begins_at.day} {effect.begins_at:%B %Y}"
    return (
        f"Found by replaying {effect.readers} invented readers with {effect.views:,} page views in {DAYS} days "
        f"after {day}; your readers' numbers will differ."
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _percent(share: float) -> str:
    """Return a share as a percentage with one place if it is small, so that no reader is rounded away."""
    return percent(round(share, 3 if share < SMALL_SHARE else 2))


def _from_to(before: float, after: float, places: int = 0) -> str:
    """Return two numbers with as many places as it takes to tell them apart."""
    was, would = f"{before:,.{places}f}", f"{after:,.{places}f}"
    if before == after:
        return f"{was} (as today)"
    return f"{was} → {would}" if was != would or places == MOST_PLACES else _from_to(before, after, places + 1)
