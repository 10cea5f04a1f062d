"""Working until nothing is due: the queue's jobs, and events whose jobs were lost or whose time has come again."""

from service.contributions.mail import send_due_mail
from service.database.engine import database_address
from service.jobs import work
from service.services import Services
from service.stripe_events.refresh import sweep

MAX_ROUNDS = 1000


def drain(services: Services) -> None:
    """Work off jobs and waiting events until neither is due. An object somebody else holds is left to them."""
    address = database_address(services.settings)
    for _ in range(MAX_ROUNDS):
        work(services, address, until_idle=True)
        if sweep(services) + send_due_mail(services) == 0:
            return
