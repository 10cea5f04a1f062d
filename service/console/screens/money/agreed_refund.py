"""Refunds above the limit, which a second person agrees to."""

from service.console.screens.money import words
from service.console.screens.money.refund import RefundPlan
from service.database.transaction import committed, connected
from service.money import major_text
from service.reconciliation.refunds import RefundWish, refund_charge
from service.services import Services
from service.staff.agreements import AgreedAct, AgreementRequest, Wanted, is_above, needs_of, needs_second_person
from service.staff.people import Person
from service.staff.record_store import write_record
from service.staff.store import list_people


def wanted_refund(contribution_id: str, site: str, plan: RefundPlan) -> Wanted:
    """Return the refund as an act that a second person can agree to. It names no person."""
    details = {
        "contribution": contribution_id,
        "charge": plan.payment.id,
        "amount": major_text(plan.amount.amount_minor, plan.amount.currency),
        "currency": plan.amount.currency,
    }
    return Wanted(AgreedAct.REFUND, f"Refund {words.money(plan.amount)} of {contribution_id}", details, site)


def second_person_sentence(services: Services, person: Person, wanted: Wanted, plan: RefundPlan) -> str | None:
    """Return why another person must agree to a refund, or None if the refund needs no agreement."""
    limits = services.settings.approval_limits
    if not is_above(limits, plan.amount):
        return None
    need = needs_of(services.settings.second_person)[AgreedAct.REFUND]
    with connected(services.engine) as connection:
        if not needs_second_person(need, wanted, person, list_people(connection)):
            return None
    limit = limits.get(plan.amount.currency, limits[""])
    return f"A second person must agree, because the refund is above {limit} {plan.amount.currency}."


def refund_agreed(services: Services, request: AgreementRequest, requester: Person) -> str:
    """Make the refund that a person asked for and another one agreed to. A repeat makes no other refund."""
    wanted = request.wanted.details
    refund = refund_charge(services, RefundWish(wanted["charge"], request.id, requester.name, wanted["amount"]))
    with committed(services.engine) as connection:
        details = {**wanted, "refund": refund.id, "agreement": request.id}
        subject = str(wanted["contribution"])
        write_record(connection, requester, "refund_contribution", subject, details, services.clock())
    return f"{wanted['amount']} {wanted['currency']} are refunded ({refund.id}, {refund.status})."
