"""GET /resume: a link continues an attempt whose page has expired."""

from tests.contributions.world import Newsroom


def test_an_expired_attempt_is_resumed_by_its_link(newsroom: Newsroom) -> None:
    newsroom.checkout(amount="7", interval="month")
    ((session_id, first_url),) = newsroom.rows("SELECT checkout_session_id, checkout_url FROM contributions")
    newsroom.clock.advance(hours=2)
    newsroom.settle()
    page = newsroom.client.get(f"/thanks?session_id={session_id}").text
    link = page.partition("https://support.courier.example")[2].partition('"')[0]

    resumed = [newsroom.client.get(link) for _ in range(2)]
    newsroom.stripe.pay(resumed[0].headers["Location"])
    newsroom.clock.advance(minutes=1)
    newsroom.settle()

    assert {response.status_code for response in resumed} == {303}
    assert resumed[0].headers["Location"] == resumed[1].headers["Location"] != first_url
    states = newsroom.rows("SELECT state, amount_minor, interval FROM contributions ORDER BY created_at")
    assert states == [("expired", 700, "month"), ("active", 700, "month")]
