"""The main journey over HTTP, with a check after every step: from an article view to a row in finance's CSV files."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import click

from service.demo.books import Books, Totals
from service.demo.processes import DemoError
from service.demo.reader import DemoReader
from service.demo.run import Demo

PATIENCE_SECONDS = 15.0
POLL_SECONDS = 0.25
FILES = ("contributions", "journal", "trial_balance")
ONE_OFF_AMOUNT = "5"
MONTHLY_AMOUNT = "10,00"


def check_journey(demo: Demo) -> None:
    """Take every step and print what happens. Raise DemoError at the first step that goes wrong."""
    began = time.monotonic()
    before = Totals.of(Books(demo))
    say(f"Before: {before.contribution_count} contributions; {before}")
    require(before.ledger == before.balance, "the ledger's Stripe balance is not the sandbox's")
    reader = DemoReader(demo.ports, demo.preview)
    articles = reader.articles()
    say(f"The newspaper is open at {demo.ports.newspaper_url}: {len(articles)} articles")
    prompt = read_until_asked(reader, articles)
    check_silent_pages(reader, articles)
    dismiss(reader, prompt, articles)
    contribute(demo, articles, interval="one_off", amount=ONE_OFF_AMOUNT)
    contribute(demo, articles, interval="month", amount=MONTHLY_AMOUNT)
    check_books(demo, before, contributions=2)
    say(f"Everything agrees, in {time.monotonic() - began:.1f} s.")


def read_until_asked(reader: DemoReader, articles: list[str]) -> dict[str, Any]:
    """Read ordinary articles until one asks for support, and return its prompt. Raise DemoError if none does."""
    for count, article in enumerate(ordinary(reader, articles), start=1):
        answer = reader.read(article)
        say(f"Read article {count}: {seen(answer)}")
        if answer["prompts"]:
            require(count > 1, "the very first article asked")
            prompt: dict[str, Any] = answer["prompts"][0]
            require(prompt["placement"] == "article_top", "the appeal is not at the top of the article")
            say(f"  “{prompt['copy']['heading']}” asks for {amounts(prompt)}")
            reader.report(prompt, "seen")
            return prompt
    raise DemoError("no article asked for support")


def check_silent_pages(reader: DemoReader, articles: list[str]) -> None:
    """Check that the sensitive story and the advertiser's page do not ask for support."""
    for flag, name in (("is_sensitive", "sensitive story"), ("is_paid_content", "advertiser's page")):
        page = next(article for article in articles if reader.facts(article).get(flag))
        answer = reader.read(page)
        require(not answer["prompts"], f"the {name} asked for support")
        say(f"The {name}: {seen(answer)}")


def dismiss(reader: DemoReader, prompt: dict[str, Any], articles: list[str]) -> None:
    """Dismiss an appeal and check that the next article does not show it."""
    reader.report(prompt, "dismissed")
    answer = reader.read(ordinary(reader, articles)[-1])
    require(not answer["prompts"], "a dismissed appeal came back at once")
    say(f"Dismissed it and read on: {seen(answer)}")


def contribute(demo: Demo, articles: list[str], *, interval: str, amount: str) -> None:
    """Contribute as a new reader, and check that the reader is thanked and not asked again."""
    reader = DemoReader(demo.ports, demo.preview)
    say(f"Another reader, who contributes {amount} EUR ({interval}):")
    prompt = read_until_asked(reader, articles)
    reader.report(prompt, "clicked")
    page = ordinary(reader, articles)[0]
    thanks = reader.contribute(prompt, amount, interval, return_url=page)
    require("thank" in thanks.lower(), "the thank-you page does not thank")
    answer = reader.read(ordinary(reader, articles)[-1])
    require(not answer["prompts"], "a supporter was asked again")
    say(f"Paid on the hosted page and thanked. Now a supporter ({answer['reader']['supporter']}): {seen(answer)}")


def check_books(demo: Demo, before: Totals, *, contributions: int) -> None:
    """Wait until all new contributions are in the books, and check that books, CSV files and sandbox agree."""
    books = Books(demo)
    deadline = time.monotonic() + PATIENCE_SECONDS
    expected = before.contribution_count + contributions
    while not are_complete(books, expected) and time.monotonic() < deadline:
        demo.processes.check_all()
        time.sleep(POLL_SECONDS)
    for line in books.journal_lines():
        say(f"  {line}")
    after = Totals.of(books)
    say(f"After: {after.contribution_count} contributions; {after}")
    require(after.contribution_count == expected, f"contributions.csv does not have {expected} rows")
    require(after.ledger == after.balance, "the ledger's Stripe balance is not the sandbox's")
    increase = after.balance - before.balance
    require(after.net - before.net == increase, "contributions.csv did not grow as the sandbox's balance did")
    require(books.trial_balance_is_zero(), "the trial balance is not zero")
    with ThreadPoolExecutor() as pool:
        for name, by_command in zip(FILES, pool.map(books.command_export, FILES), strict=True):
            require(books.export(name) == by_command, f"{name}.csv differs between HTTP and the command")
    say("contributions, journal and trial_balance are the same bytes over HTTP and from `flask export`")


def are_complete(books: Books, contributions: int) -> bool:
    """Return whether every contribution is in the files with its net amount, and the ledger equals the sandbox.

    Stripe may report the net amount of a payment a moment after the payment itself.
    """
    rows = books.rows("contributions")
    is_whole = len(rows) == contributions and all(row["net_minor"] for row in rows)
    return is_whole and books.ledger_balance() == books.sandbox_balance()


def ordinary(reader: DemoReader, articles: list[str]) -> list[str]:
    """Return the articles that may ask for support: neither sensitive nor an advertiser's."""
    return [
        article
        for article in articles
        if not {"is_sensitive", "is_paid_content"} & {name for name, value in reader.facts(article).items() if value}
    ]


def seen(answer: dict[str, Any]) -> str:
    """Return a short text about a decision: its prompts, the article count, and the reasons."""
    count = answer["reader"]["article_count"]
    prompts = ", ".join(f"{prompt['kind']} {prompt['campaign']}" for prompt in answer["prompts"]) or "nothing"
    return f"{prompts} (articles read: {count}, access {answer['access']['state']})\n{reasons(answer)}"


def reasons(answer: dict[str, Any]) -> str:
    """Return the trace of a decision as text: the outcome of every campaign, and the rules that failed."""
    lines = []
    for trace in answer["trace"]:
        failed = [rule for rule in trace["rules"] if not rule["passed"]]
        words = "; ".join(f"{rule['rule']}: {rule['value']} against {rule['limit']}" for rule in failed)
        lines.append(f"    why: {trace['campaign']} {trace['outcome']}, {words or 'every rule passed'}")
    return "\n".join(lines)


def amounts(prompt: dict[str, Any]) -> str:
    """Return the suggested amounts of a prompt as text, by interval."""
    ask = prompt["ask"]
    unit = 10 ** ask["exponent"]
    return "; ".join(
        f"{offer['interval']} {[minor // unit for minor in offer['amounts_minor']]} {ask['currency']}"
        for offer in ask["intervals"]
    )


def say(text: str) -> None:
    click.echo(text)


def require(is_fine: bool, problem: str) -> None:
    """Raise DemoError with the problem unless the condition holds."""
    if not is_fine:
        raise DemoError(f"WRONG: {problem}")
