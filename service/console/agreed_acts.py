"""What is done when a second person has agreed, for each act. A screen adds its function here."""

from collections.abc import Mapping

from service.console.screens.campaigns.publishing.in_force import publish_agreed
from service.console.screens.closing.closing_acts import close_agreed, reopen_agreed
from service.console.screens.money.agreed_refund import refund_agreed
from service.console.screens.people.new_admin import make_admin
from service.staff.agreeing import Performer
from service.staff.agreements import AgreedAct

PERFORMERS: Mapping[AgreedAct, Performer] = {
    AgreedAct.ADD_ADMIN: make_admin,
    AgreedAct.REFUND: refund_agreed,
    AgreedAct.CLOSE_PERIOD: close_agreed,
    AgreedAct.REOPEN_PERIOD: reopen_agreed,
    AgreedAct.LOOSEN_LIMITS: publish_agreed,
    AgreedAct.SWITCH_GATE_ON: publish_agreed,
}
