"""The main journey, walked over HTTP and checked: from an article view to a row in finance's CSV."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import click

from service.demo.books import Books
from service.demo.processes import DemoError
from service.demo.reader import DemoReader
from service.demo.run import Demo

PATIENCE_SECONDS = 15.0
POLL_SECONDS = 0.25
FILES = ("contributions", "journal", "trial_balance")
GIFT = "5"
MONTHLY_GIFT = "10,00"


def walk(demo: Demo) -> None:
    """Walk every step, print what was seen, and raise DemoError at the first thing that is wrong."""
    began = time.monotonic()
    reader = DemoReader(demo.ports, demo.preview)
    articles = reader.articles()
    say(f"The newspaper is open at {demo.ports.newspaper_url}: {len(articles)} articles")
    prompt = read_until_asked(reader, articles)
    stay_silent_where_asking_is_wrong(reader, articles)
    dismiss(reader, prompt, articles)
    give(demo, articles, interval="one_off", amount=GIFT)
    give(demo, articles, interval="month", amount=MONTHLY_GIFT)
    check_books(demo, gifts=2)
    say(f"Everything agrees, in {time.monotonic() - began:.1f} s.")


def read_until_asked(reader: DemoReader, articles: list[str]) -> dict[str, Any]:
    """Read ordinary articles until the appeal stands at the head of one; gives its prompt."""
    for count, article in enumerate(ordinary(reader, articles), start=1):
        answer = reader.read(article)
        say(f"Read article {count}: {seen(answer)}")
        if answer["prompts"]:
            require(count > 1, "the very first article asked")
            prompt: dict[str, Any] = answer["prompts"][0]
            require(prompt["placement"] == "article_top", "the appeal is not at the head of the article")
            say(f"  “{prompt['copy']['heading']}” asks for {amounts(prompt)}")
            reader.report(prompt, "seen")
            return prompt
    raise DemoError("no article asked for support")


def stay_silent_where_asking_is_wrong(reader: DemoReader, articles: list[str]) -> None:
    """The sensitive story and the advertiser's page never ask."""
    for flag, name in (("is_sensitive", "sensitive story"), ("is_paid_content", "advertiser's page")):
        page = next(article for article in articles if reader.facts(article).get(flag))
        answer = reader.read(page)
        require(not answer["prompts"], f"the {name} asked for support")
        say(f"The {name}: {seen(answer)}")


def dismiss(reader: DemoReader, prompt: dict[str, Any], articles: list[str]) -> None:
    """A dismissed appeal stays away."""
    reader.report(prompt, "dismissed")
    answer = reader.read(ordinary(reader, articles)[-1])
    require(not answer["prompts"], "a dismissed appeal came back at once")
    say(f"Dismissed it and read on: {seen(answer)}")


def give(demo: Demo, articles: list[str], *, interval: str, amount: str) -> None:
    """A new reader is asked, gives, is thanked, and is not asked again."""
    reader = DemoReader(demo.ports, demo.preview)
    say(f"Another reader, who gives {amount} EUR ({interval}):")
    prompt = read_until_asked(reader, articles)
    reader.report(prompt, "clicked")
    page = ordinary(reader, articles)[0]
    thanks = reader.give(prompt, amount, interval, return_url=page)
    require("thank" in thanks.lower(), "the thank-you page does not thank")
    answer = reader.read(ordinary(reader, articles)[-1])
    require(not answer["prompts"], "a supporter was asked again")
    say(
        f"Paid on the hosted page, thanked: a supporter ({answer['reader']['supporter']}), who reads on: {seen(answer)}"
    )


def check_books(demo: Demo, *, gifts: int) -> None:
    """Ledger and CSV files agree with what the sandbox says its balance is, once every gift has arrived."""
    books = Books(demo)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not has_arrived(books, gifts) and time.monotonic() < deadline:
        demo.processes.check_all()
        time.sleep(POLL_SECONDS)
    for line in books.journal_lines():
        say(f"  {line}")
    balance, ledger, totals = books.sandbox_balance(), books.ledger_balance(), books.contribution_totals()
    say(f"The sandbox holds {balance}; the ledger {ledger}; contributions.csv net {totals}")
    require(len(books.rows("contributions")) == gifts, f"contributions.csv does not have {gifts} rows")
    require(ledger == balance, "the ledger's Stripe balance is not the sandbox's")
    require(totals == balance, "contributions.csv does not sum to the sandbox's balance")
    require(books.trial_balance_is_zero(), "the trial balance is not zero")
    with ThreadPoolExecutor() as pool:
        for name, by_command in zip(FILES, pool.map(books.command_export, FILES), strict=True):
            require(books.export(name) == by_command, f"{name}.csv differs between HTTP and the command")
    say("contributions, journal and trial_balance are the same bytes over HTTP and from `flask export`")


def has_arrived(books: Books, gifts: int) -> bool:
    """Whether every gift is in the files, with what it brought, and nothing is on its way between sandbox and ledger.

    Stripe may tell what a payment brought a moment after the payment itself.
    """
    rows = books.rows("contributions")
    is_whole = len(rows) == gifts and all(row["net_minor"] for row in rows)
    return is_whole and books.ledger_balance() == books.sandbox_balance()


def ordinary(reader: DemoReader, articles: list[str]) -> list[str]:
    """Articles that may ask."""
    return [
        article
        for article in articles
        if not {"is_sensitive", "is_paid_content"} & {name for name, value in reader.facts(article).items() if value}
    ]


def seen(answer: dict[str, Any]) -> str:
    """A decision in a few words."""
    count = answer["reader"]["article_count"]
    prompts = ", ".join(f"{prompt['kind']} {prompt['campaign']}" for prompt in answer["prompts"]) or "nothing"
    return f"{prompts} (articles read: {count}, access {answer['access']['state']})\n{reasons(answer)}"


def reasons(answer: dict[str, Any]) -> str:
    """The trace of a decision: per campaign what became of it, and each rule that stood against it."""
    lines = []
    for trace in answer["trace"]:
        failed = [rule for rule in trace["rules"] if not rule["passed"]]
        words = "; ".join(f"{one['rule']}: {one['value']} against {one['limit']}" for one in failed)
        lines.append(f"    why: {trace['campaign']} {trace['outcome']}, {words or 'every rule passed'}")
    return "\n".join(lines)


def amounts(prompt: dict[str, Any]) -> str:
    ask = prompt["ask"]
    return "; ".join(
        f"{each['interval']} {[minor // 10 ** ask['exponent'] for minor in each['amounts_minor']]} {ask['currency']}"
        for each in ask["intervals"]
    )


def say(text: str) -> None:
    click.echo(text)


def require(is_fine: bool, problem: str) -> None:
    if not is_fine:
        raise DemoError(f"WRONG: {problem}")
