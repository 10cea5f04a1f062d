"""Pauses all asks of a site, or of all sites, for a person of the console, and ends such a pause."""

from service.campaigns.editing import Author, PauseTerms, begin_pause, end_pause
from service.campaigns.snapshot.holder import SnapshotHolder
from service.campaigns.switch_store import Switch, SwitchScope
from service.database.transaction import committed
from service.services import Services
from service.staff.people import Person
from service.staff.record_store import write_record


def switch_of(site: str, *, everywhere: bool) -> Switch:
    """Return the switch of all asks: of all sites, or of one."""
    return Switch(SwitchScope.EVERYTHING) if everywhere else Switch(SwitchScope.SITE, site)


def pause_all_asks(services: Services, switch: Switch, person: Person, terms: PauseTerms) -> None:
    """Pause all asks, write it into the record, and load the change in this process."""
    now = services.clock()
    details = {
        "reason": terms.reason,
        "ends_at": terms.ends_at.isoformat() if terms.ends_at else None,
        "opens_gates": terms.opens_gates,
    }
    with committed(services.engine) as connection:
        begin_pause(connection, switch, Author(person.name, now), terms)
        write_record(connection, person, "pause_all_asks", switch.site or "all sites", details, now)
    services.part(SnapshotHolder).refresh()


def end_pause_of_all_asks(services: Services, switch: Switch, person: Person) -> None:
    """End a pause of all asks, write it into the record, and load the change in this process."""
    now = services.clock()
    with committed(services.engine) as connection:
        end_pause(connection, switch, Author(person.name, now))
        write_record(connection, person, "end_pause_of_all_asks", switch.site or "all sites", {}, now)
    services.part(SnapshotHolder).refresh()
