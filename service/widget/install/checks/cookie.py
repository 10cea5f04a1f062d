"""Check how long the deployment lets a browser keep the reader's history."""

from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.site_relation import SiteRelation, is_other_network


def check_cookie(relation: SiteRelation, is_local: bool, networks: tuple[str, str]) -> Finding:
    """Say whether the cookie is sent, and what the deployment costs in Safari.

    `is_local`: the page sets `data-passport="local"`. `networks`: the numeric addresses of the page and of the service.
    """
    if relation is SiteRelation.CROSS_SITE and not is_local:
        return problem(
            Code.THIRD_PARTY_COOKIE,
            "the service is on another domain: browsers do not send its cookie, so every reader is new on every page",
            'Serve it under a path of your own domain. If that is impossible, set data-passport="local"; '
            "Safari then still forgets a reader after 7 days without a visit.",
        )
    if relation is SiteRelation.CROSS_SITE:
        return advice(
            Code.THIRD_PARTY_STORAGE,
            "the history is in local storage, which Safari erases after 7 days without a visit",
            "Serve the service under a path of your own domain: the history is then kept for 400 days.",
        )
    if is_local:
        return advice(
            Code.LOCAL_NEEDLESS,
            'data-passport="local" is not needed on your own domain, and Safari erases the history after 7 days',
            "Remove the attribute: the cookie lasts 400 days.",
        )
    if relation is SiteRelation.SAME_SITE and is_other_network(*networks):
        return advice(
            Code.SAFARI_SEVEN_DAYS,
            "the service is on another network than the page, so Safari keeps its cookie for 7 days only",
            "Let the same proxy or CDN answer for both, best under a path.",
        )
    return fine(f"the service is first-party ({relation}): the cookie lasts 400 days, in Safari too")
