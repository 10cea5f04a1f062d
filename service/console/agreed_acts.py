"""What is done when a second person has agreed, for each act. A screen adds its function here."""

from collections.abc import Mapping

from service.console.people.new_admin import make_admin
from service.staff.agreeing import Performer
from service.staff.agreements import AgreedAct

PERFORMERS: Mapping[AgreedAct, Performer] = {
    AgreedAct.ADD_ADMIN: make_admin,
}
