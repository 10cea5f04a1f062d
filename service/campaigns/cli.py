"""`flask campaigns lint|apply|show|publish|pause` and `flask sites apply|show`."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from service.campaigns.campaign import Campaign
from service.campaigns.documents import Document, load_campaign, load_site, read_file, write_document
from service.campaigns.editing import (
    Author,
    PauseTerms,
    Release,
    pause,
    publish,
    save_campaign,
    save_site,
)
from service.campaigns.lint.everything import lint
from service.campaigns.lint.finding import LintFinding, LintSeverity
from service.campaigns.reading import describe, stored_documents
from service.campaigns.site import Site
from service.campaigns.store import DocumentKind
from service.campaigns.switch_store import Switch, SwitchScope
from service.clock import system_clock
from service.errors import DomainError, InvalidDocumentError
from service.services import current_services

FILES = click.Path(exists=True, allow_dash=True, path_type=Path)
INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])
SUFFIXES = frozenset({".yaml", ".yml", ".json"})
AUTHOR_NAME = "command line"


@click.group()
def campaigns() -> None:
    """Check, save, publish and pause campaigns."""


@click.group()
def sites() -> None:
    """Save and show the sites (publications)."""


@campaigns.command("lint")
@click.argument("paths", nargs=-1, required=True, type=FILES)
@click.option("--site", "site_file", type=FILES, help="The site's file. Default: the stored site.")
@with_appcontext
def lint_files(paths: tuple[Path, ...], site_file: Path | None) -> None:
    """Check campaign files, or folders of campaign files, and print what is wrong. - is standard input.

    Exit status 1 if a file cannot be read or a campaign can never do what it says. A site file among PATHS is used as
    the site; the command then needs neither settings nor a database.
    """
    site_list, campaign_list, is_broken = _read_all((*paths, *([site_file] if site_file else [])))
    missing = {campaign.site for campaign in campaign_list} - {site.key for site in site_list}
    if missing:
        with _problems_of("the stored sites"):
            stored, _ = stored_documents(current_services().engine)
        site_list += [site for site in stored if site.key in missing]
    for key in sorted(missing - {site.key for site in site_list}):
        click.echo(f"problem  site {key}: is not stored and not among the files; name its file with --site FILE")
        is_broken = True
    findings = [finding for site in site_list for finding in lint(site, campaign_list, system_clock())]
    _print(findings)
    if is_broken or any(finding.severity is LintSeverity.PROBLEM for finding in findings):
        raise SystemExit(1)
    click.echo(f"Campaigns read: {len(campaign_list)}. No problems found.")


@campaigns.command("apply")
@click.argument("paths", nargs=-1, required=True, type=FILES)
@click.option("--publish", "is_published", is_flag=True, help="Also publish them.")
@with_appcontext
def apply_campaigns(paths: tuple[Path, ...], *, is_published: bool) -> None:
    """Save campaign files, or folders of campaign files, as new versions. An unchanged campaign gets no new version."""
    for path, document in _documents(paths):
        with _problems_of(path):
            services = current_services()
            author = Author(AUTHOR_NAME, services.clock())
            load_campaign(document.content, document.lines)
            state = save_campaign(services.engine, document.content, author, text=document.text)
            if is_published:
                release = Release(state.newest_version)
                state = publish(services.engine, DocumentKind.CAMPAIGN, state.key, release, author)
            in_force = f", version {state.published_version} in force" if state.published_version else ", not published"
            click.echo(f"campaign {state.key}: version {state.newest_version}{in_force}")


@campaigns.command("show")
@click.argument("key")
@with_appcontext
def show_campaign(key: str) -> None:
    """Print a campaign as last saved, and the findings of lint about it."""
    _show(DocumentKind.CAMPAIGN, key)


@campaigns.command("publish")
@click.argument("key")
@click.option("--version", type=click.IntRange(min=1), help="The version. Default: the newest.")
@click.option("--at", type=INSTANT, help="When, such as 2026-12-01T06:00:00+00:00. Default: now.")
@with_appcontext
def publish_campaign(key: str, version: int | None, at: Any) -> None:
    """Publish a campaign, now or at a later time. Publishing an older version is a roll back."""
    services = current_services()
    with _problems_of(key):
        state = publish(
            services.engine, DocumentKind.CAMPAIGN, key, Release(version, at), Author(AUTHOR_NAME, services.clock())
        )
        later = f"; version {state.scheduled_version} from {state.scheduled_at}" if state.scheduled_at else ""
        click.echo(f"campaign {key}: version {state.published_version or 'none'} in force{later}")


@campaigns.command("pause")
@click.option("--site", default="", help="Pause only this site.")
@click.option("--campaign", default="", help="Pause only this campaign.")
@click.option("--off", "is_ended", is_flag=True, help="End the pause.")
@click.option("--until", "ends_at", type=INSTANT, help="When the pause ends by itself. Default: never.")
@click.option("--keep-gates", is_flag=True, help="Keep gates working, and pause only the other asks.")
@click.option("--note", default="", help="The reason, for the record of changes.")
@with_appcontext
def pause_asks(site: str, campaign: str, ends_at: Any, note: str, *, is_ended: bool, keep_gates: bool) -> None:  # noqa: PLR0913 - its options
    """Pause all prompts within seconds: of every site, of one site, or of one campaign."""
    services = current_services()
    author = Author(AUTHOR_NAME, services.clock())
    with _problems_of(campaign or site or "pause"):
        if campaign:
            owner = describe(services.engine, DocumentKind.CAMPAIGN, campaign, author.at).site
            switch = Switch(SwitchScope.CAMPAIGN, owner, campaign)
        else:
            switch = Switch(SwitchScope.SITE, site) if site else Switch(SwitchScope.EVERYTHING)
        terms = PauseTerms(note, ends_at, not keep_gates)
        pause(services.engine, switch, author, terms, is_paused=not is_ended)
    click.echo("Ended." if is_ended else "Paused.")


@sites.command("apply")
@click.argument("paths", nargs=-1, required=True, type=FILES)
@with_appcontext
def apply_sites(paths: tuple[Path, ...]) -> None:
    """Save site files and put them in force at once. An unchanged site gets no new version."""
    for path, document in _documents(paths):
        with _problems_of(path):
            services = current_services()
            load_site(document.content, document.lines)
            state = save_site(
                services.engine, document.content, Author(AUTHOR_NAME, services.clock()), text=document.text
            )
            click.echo(f"site {state.key}: version {state.published_version} in force")


@sites.command("show")
@click.argument("key")
@with_appcontext
def show_site(key: str) -> None:
    """Print a site as last saved, and the findings of lint about it and its campaigns."""
    _show(DocumentKind.SITE, key)


@contextmanager
def _problems_of(subject: object) -> Iterator[None]:
    """Turn a DomainError of the block into a ClickException: a line for each problem, and exit status 1."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException("\n".join(_lines(subject, error))) from error


def _lines(subject: object, error: DomainError) -> Iterator[str]:
    problems = error.problems if isinstance(error, InvalidDocumentError) else (str(error),)
    yield from (f"{subject}: {words}" for words in problems)


def _documents(paths: Iterable[Path]) -> Iterator[tuple[Path, Document]]:
    """Yield every file of `paths` with its document. For a folder, yield its document files, ordered by name."""
    for path in paths:
        files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES) if path.is_dir() else [path]
        for file in files:
            with _problems_of(file):
                document = read_file(file)
            yield file, document


def _read_all(paths: Iterable[Path]) -> tuple[list[Site], list[Campaign], bool]:
    """Return the sites and campaigns in files. Print the problems of the others; the third value is then True."""
    site_list: list[Site] = []
    campaign_list: list[Campaign] = []
    is_broken = False
    for path, document in _documents(paths):
        try:
            if isinstance(document.content, dict) and "timezone" in document.content:
                site_list.append(load_site(document.content, document.lines))
            else:
                campaign_list.append(load_campaign(document.content, document.lines))
        except InvalidDocumentError as error:
            is_broken = True
            for line in _lines(path, error):
                click.echo(f"problem  {line}")
    return site_list, campaign_list, is_broken


def _print(findings: Iterable[LintFinding]) -> None:
    for finding in findings:
        click.echo(f"{finding.severity:8} {finding.subject}: {finding.words} [{finding.rule}]")


def _show(kind: DocumentKind, key: str) -> None:
    services = current_services()
    with _problems_of(key):
        details = describe(services.engine, kind, key, services.clock())
    in_force, created = details.published_version or "none", f"{details.created_at:%Y-%m-%d}"
    click.echo(f"# {kind} {key}: version {details.newest_version}, first saved {created}, in force: {in_force}")
    click.echo(details.text or write_document(details.document), nl=not (details.text or "\n").endswith("\n"))
    _print(details.findings)
