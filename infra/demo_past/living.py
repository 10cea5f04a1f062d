"""Lives the acts of a plan: every reader, supporter and member of staff acts through the service's own interfaces."""

from base64 import b64encode
from collections.abc import Iterable
from datetime import timedelta
from functools import singledispatchmethod
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from infra.demo_past.plan import Act, Cancellation, CardChange, Contribution, NewCampaign, PartialRefund, Silence, Visit
from infra.demo_past.town import STRIPE_SETTLES, Town
from infra.demo_site.stories import Story, load_stories
from infra.stripe_sandbox.store import Json
from service.campaigns.documents import read_file
from service.campaigns.editing import NOW, Author, PauseTerms, begin_pause, publish, save_campaign
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.store import DocumentKind
from service.campaigns.switch_store import Switch, SwitchScope
from service.contributions.checkout.support_token import new_support_token
from service.database.transaction import committed
from service.ids import new_id
from service.reconciliation.refunds import RefundWish, refund_charge

SEEN_SHARE, DISMISSED_SHARE, CLICKED_SHARE = 0.88, 0.11, 0.03
CAMPAIGNS = Path(__file__).with_name("campaigns")
EDITOR = "Ana Byrne"
ARTICLES_BEFORE_ASK = 6  # a reader who is not asked by then gives up
FIRST_CONTRIBUTOR = 1 << 15  # the number of a browser; the readers of the plan's visits have smaller numbers


class PastError(Exception):
    """An act of the plan did not go as planned. The message names the act."""


class Living:
    """The readers of a site, and what they do. `home_url` is the newspaper's address."""

    def __init__(self, town: Town, site: str, home_url: str) -> None:
        self._town, self._site, self._home = town, site, home_url.rstrip("/")
        self._stories = [story for story in load_stories() if not (story.is_sensitive or story.is_paid_content)]
        self._readers: dict[int, FlaskClient] = {}
        self._source = Random(2)  # noqa: S311 an invented past, not a secret

    def live(self, acts: Iterable[Act]) -> None:
        """Live the acts in their order."""
        for act in acts:
            self._town.wait_until(act.at)
            self._town.services.part(SnapshotHolder).refresh()
            self.act(act)
            if not isinstance(act, Visit):
                self._town.wait_until(self._town.time() + STRIPE_SETTLES)
                self._town.settle()

    @singledispatchmethod
    def act(self, act: Act) -> None:
        """Do what the act says."""
        raise TypeError(f"{type(act).__name__} is no act of the invented past")

    @act.register
    def _(self, visit: Visit) -> None:
        client = self._readers.setdefault(visit.reader, self._town.client(visit.reader))
        for story in self._source.sample(self._stories, visit.article_count):
            for prompt in self._read(client, story):
                if self._source.random() < SEEN_SHARE:
                    self._report(client, prompt, "seen")
                    if self._source.random() < DISMISSED_SHARE:
                        self._report(client, prompt, "dismissed")
                    elif self._source.random() < CLICKED_SHARE:
                        self._report(client, prompt, "clicked")

    @act.register
    def _(self, contribution: Contribution) -> None:
        number = FIRST_CONTRIBUTOR + len(self._readers)
        client = self._readers[number] = self._town.client(number)
        if contribution.is_asked:
            story, prompt = self._read_until_asked(client)
            self._report(client, prompt, "seen")
            self._report(client, prompt, "clicked")
            token = {"prompt_token": prompt["prompt_token"]}
        else:
            story = self._stories[0]
            support_token = new_support_token(self._town.services.keys, self._site, int(self._town.time().timestamp()))
            token = {"support_token": support_token, "site": self._site}
        wanted = {"interval": contribution.interval, "amount": contribution.amount, "currency": "EUR"}
        started = self._post(client, "/v1/checkout", {**token, **wanted, "return_url": self._address(story)})
        self._pay(client, started["checkout_url"], contribution)

    @act.register
    def _(self, change: CardChange) -> None:
        customer = self._customer(change.name)
        method = self._stripe_api("POST", f"/v1/payment_methods/{change.card}/attach", customer=customer["id"])
        for subscription in self._town.stripe.sandbox.store.where("subscription", customer=customer["id"]):
            self._stripe_api("POST", f"/v1/subscriptions/{subscription['id']}", default_payment_method=method["id"])

    @act.register
    def _(self, refund: PartialRefund) -> None:
        charges = self._town.stripe.sandbox.store.all("charge")
        charge = next(charge for charge in charges if charge["billing_details"]["name"] == refund.name)
        refund_charge(self._town.services, RefundWish(charge["id"], new_id("wish"), "demo finance", refund.amount))

    @act.register
    def _(self, end: Cancellation) -> None:
        customer = self._customer(end.name)
        for subscription in list(self._town.stripe.sandbox.store.where("subscription", customer=customer["id"])):
            self._stripe_api("DELETE", f"/v1/subscriptions/{subscription['id']}")

    @act.register
    def _(self, silence: Silence) -> None:
        terms = PauseTerms(silence.reason, self._town.time() + timedelta(hours=silence.hours))
        with committed(self._town.services.engine) as connection:
            begin_pause(connection, Switch(SwitchScope.SITE, self._site), self._editor(), terms)

    @act.register
    def _(self, new: NewCampaign) -> None:
        content = read_file(CAMPAIGNS / f"{new.key}.yaml").content
        if new.begins is not None:
            content["schedule"] = {"starts": f"{new.begins} 06:00", "ends": str(new.begins + timedelta(days=9))}
        save_campaign(self._town.services.engine, content, self._editor())
        if new.begins is not None:
            publish(self._town.services.engine, DocumentKind.CAMPAIGN, new.key, NOW, self._editor())

    def _editor(self) -> Author:
        return Author(EDITOR, self._town.time())

    def _read_until_asked(self, client: FlaskClient) -> tuple[Story, Json]:
        for story in self._stories[:ARTICLES_BEFORE_ASK]:
            if prompts := self._read(client, story):
                return story, prompts[0]
        raise PastError(f"no article asked within {ARTICLES_BEFORE_ASK} articles")

    def _read(self, client: FlaskClient, story: Story) -> list[Json]:
        """Open an article as the widget does, and return its prompts."""
        view = {
            "site": self._site,
            "view_id": new_id("view"),
            "page_id": story.slug,
            "page_type": "article",
            "section": story.section.lower(),
            "tags": list(story.tags),
            "placements": ["article_top", "article_end", "page_bottom", "over_article"],
            "consent": "full",
        }
        prompts: list[Json] = self._post(client, "/v1/decide", view)["prompts"]
        return prompts

    def _report(self, client: FlaskClient, prompt: Json, event: str) -> None:
        body = {"site": self._site, "prompt_token": prompt["prompt_token"], "event": event, "event_id": new_id("event")}
        self._post(client, "/v1/events", body)

    def _pay(self, client: FlaskClient, checkout_url: str, contribution: Contribution) -> None:
        """Pay on the hosted page and return to the thank-you page."""
        fields = {
            "email": contribution.email,
            "name": contribution.name,
            "country": "IE",
            "card_number": contribution.card,
            "card_expiry": "12 / 34",
            "card_cvc": "123",
        }
        paid = self._town.stripe.test_client().post(urlsplit(checkout_url).path, data=fields)
        if paid.status_code != 303:
            raise PastError(f"the payment of {contribution.name} was answered {paid.status_code}")
        thanks = urlsplit(paid.headers["Location"])
        if client.get(f"{thanks.path}?{thanks.query}").status_code != 200:
            raise PastError(f"{contribution.name} was not thanked")

    def _post(self, client: FlaskClient, path: str, body: Json) -> Json:
        answer = client.post(path, json=body, headers={"Origin": self._home})
        if answer.status_code != 200:
            raise PastError(f"POST {path} answered {answer.status_code}: {answer.text}")
        found: Json = answer.get_json()
        return found

    def _stripe_api(self, method: str, path: str, **parameters: str) -> Json:
        """Call the sandbox's API, as the customer portal and Stripe's dashboard would."""
        key = b64encode(f"{self._town.services.settings.stripe_api_key}:".encode()).decode()
        headers = {"Authorization": f"Basic {key}"}
        answer = self._town.stripe.test_client().open(path, method=method, data=parameters, headers=headers)
        if answer.status_code != 200:
            raise PastError(f"{method} {path} answered {answer.status_code}: {answer.text}")
        found: Json = answer.get_json()
        return found

    def _customer(self, name: str) -> Json:
        return next(self._town.stripe.sandbox.store.where("customer", name=name))

    def _address(self, story: Story) -> str:
        return f"{self._home}/articles/{story.slug}"
