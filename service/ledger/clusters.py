"""Load clusters (facts that are posted together) and derive their entries, including those already posted."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from service.ledger.entries import Entry, PostedEntry
from service.ledger.manual.entry import ledger_entry
from service.ledger.manual.store import find_manual
from service.ledger.posting.charge import ChargeCluster, charge_entries, not_ours_account
from service.ledger.posting.dispute import DisputeCluster, dispute_entries
from service.ledger.posting.payout import PayoutCluster, payout_entries
from service.ledger.posting.standalone import standalone_entries
from service.ledger.standing_rules.rule import StandingRules
from service.ledger.standing_rules.store import read_rules
from service.ledger.store import MANUAL_ENTRY, posted_entries
from service.stripe_facts.query_store import (
    charges_by_id,
    disputes_by_id,
    payouts_by_id,
    refunds_by_charge,
    refunds_by_id,
    transactions_by_id,
    transactions_by_source,
    transitions_of,
)

FindEntries = Callable[[Connection, Collection[str]], list[PostedEntry]]


@dataclass(frozen=True, slots=True)
class Targets:
    """The objects whose entries are derived together."""

    charge_ids: frozenset[str]
    dispute_ids: frozenset[str]
    payout_ids: frozenset[str]
    transaction_ids: frozenset[str]
    manual_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DerivedEntries:
    """Every entry that the facts allow, and by key those of them that the ledger has."""

    entries: tuple[Entry, ...]
    posted: Mapping[str, PostedEntry]

    def unposted(self) -> list[Entry]:
        """Return the entries that the ledger does not have yet, in the order in which they took effect."""
        missing = [entry for entry in self.entries if entry.key not in self.posted]
        return sorted(missing, key=lambda entry: (entry.effective_at, entry.key))


def resolve_targets(connection: Connection, wanted: Iterable[tuple[str, str]]) -> Targets:
    """Return the targets of (kind, id) pairs. A refund leads to its charge; an unknown refund leads to nothing."""
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for kind, object_id in wanted:
        ids[kind].add(object_id)
    refunds = refunds_by_id(connection, ids["refund"]) if ids["refund"] else {}
    charges_of_refunds = {refund.charge_id for refund in refunds.values() if refund.charge_id}
    return Targets(
        charge_ids=frozenset(ids["charge"] | charges_of_refunds),
        dispute_ids=frozenset(ids["dispute"]),
        payout_ids=frozenset(ids["payout"]),
        transaction_ids=frozenset(ids["balance_transaction"]),
        manual_ids=frozenset(ids[MANUAL_ENTRY]),
    )


def derive_entries(connection: Connection, targets: Targets, history: FindEntries = posted_entries) -> DerivedEntries:
    """Compute the entries of these targets from their facts. `history` finds the entries already posted for sources."""
    entries: list[Entry] = []
    posted: dict[str, PostedEntry] = {}
    for derived in _derivations(connection, targets, history):
        entries.extend(derived.entries)
        posted.update(derived.posted)
    return DerivedEntries(tuple(entries), posted)


def _derivations(connection: Connection, targets: Targets, history: FindEntries) -> Iterator[DerivedEntries]:
    rules = read_rules(connection)
    if targets.charge_ids:
        yield _derive_charges(connection, targets.charge_ids, history, rules)
    if targets.dispute_ids:
        yield _derive_disputes(connection, targets.dispute_ids, history)
    if targets.payout_ids:
        yield _derive_payouts(connection, targets.payout_ids, history)
    if targets.transaction_ids:
        yield _derive_standalone(connection, targets.transaction_ids, history, rules)
    if targets.manual_ids:
        manual = find_manual(connection, targets.manual_ids)
        posted = history(connection, targets.manual_ids)
        yield DerivedEntries(tuple(map(ledger_entry, manual.values())), _by_key(posted))


def _derive_charges(
    connection: Connection, ids: frozenset[str], history: FindEntries, rules: StandingRules
) -> DerivedEntries:
    charges = charges_by_id(connection, ids)
    refunds = refunds_by_charge(connection, ids)
    charge_of = {id_: id_ for id_ in ids} | {refund.id: id_ for id_ in refunds for refund in refunds[id_]}
    transactions = transactions_by_source(connection, charge_of.keys())
    posted = history(connection, charge_of.keys())
    earlier: defaultdict[str, list[PostedEntry]] = defaultdict(list)
    for entry in posted:
        earlier[charge_of[entry.source_id]].append(entry)
    seen_at = transitions_of(connection, ids)
    clusters = (
        ChargeCluster(
            charge,
            tuple(refunds.get(id_, ())),
            tuple(
                transaction
                for source_id in (id_, *(refund.id for refund in refunds.get(id_, ())))
                for transaction in transactions.get(source_id, ())
            ),
            seen_at.get(id_, {}),
            tuple(earlier[id_]),
            not_ours_account(rules, earlier[id_]),
        )
        for id_, charge in charges.items()
    )
    entries = tuple(entry for cluster in clusters for entry in charge_entries(cluster))
    return DerivedEntries(entries, _by_key(posted))


def _derive_disputes(connection: Connection, ids: frozenset[str], history: FindEntries) -> DerivedEntries:
    disputes = disputes_by_id(connection, ids)
    transactions = transactions_by_source(connection, ids)
    posted = history(connection, ids)
    earlier: defaultdict[str, list[PostedEntry]] = defaultdict(list)
    for entry in posted:
        earlier[entry.source_id].append(entry)
    seen_at = transitions_of(connection, ids)
    entries = tuple(
        entry
        for id_ in sorted(ids)
        for entry in dispute_entries(
            DisputeCluster(
                disputes.get(id_), tuple(transactions.get(id_, ())), seen_at.get(id_, {}), tuple(earlier[id_])
            )
        )
    )
    return DerivedEntries(entries, _by_key(posted))


def _derive_payouts(connection: Connection, ids: frozenset[str], history: FindEntries) -> DerivedEntries:
    payouts = payouts_by_id(connection, ids)
    transactions = transactions_by_source(connection, ids)
    seen_at = transitions_of(connection, ids)
    entries = tuple(
        entry
        for id_ in sorted(ids)
        for entry in payout_entries(
            PayoutCluster(payouts.get(id_), tuple(transactions.get(id_, ())), "paid" in seen_at.get(id_, {}))
        )
    )
    return DerivedEntries(entries, _by_key(history(connection, ids)))


def _derive_standalone(
    connection: Connection, ids: frozenset[str], history: FindEntries, rules: StandingRules
) -> DerivedEntries:
    transactions = transactions_by_id(connection, ids)
    sources = {transaction.source_id or transaction.id for transaction in transactions.values()}
    posted = _by_key(history(connection, sources))
    entries = tuple(
        entry
        for transaction in transactions.values()
        for entry in standalone_entries(transaction, rules, posted.get(f"bt:{transaction.id}"))
    )
    return DerivedEntries(entries, posted)


def _by_key(posted: Iterable[PostedEntry]) -> dict[str, PostedEntry]:
    return {entry.key: entry for entry in posted}
