"""What can be killed in a rehearsal, and how it comes back. Chance chooses which process of a kind it is, and when."""

import time

from infra.rehearsal.installation import VALKEY, WEB, WORKERS
from infra.rehearsal.postgresql_cluster import ETCD
from infra.rehearsal.scene import Scene


def kill_leader(scene: Scene) -> None:
    """Lose the leader's machine while readers pay, start a web process meanwhile, and bring the machine back."""
    cluster, lost = scene.installation.database, scene.installation.database.leader()
    late, restarted = scene.readers_at_stripe(), scene.chance.choice(WEB)
    cluster.kill_machine(lost)
    began = time.monotonic()
    for page in late:
        page.pay()
    scene.installation.parts.stop(restarted)
    scene.note("start of a web process without a database", scene.installation.start_web(restarted))
    cluster.wait_until_led()
    scene.wait_for_checkout()
    scene.note("leader lost until the first checkout", time.monotonic() - began)
    cluster.start_member(lost.name)
    scene.note("return of the lost leader as a standby", cluster.wait_until_whole())


def kill_primary(scene: Scene) -> None:
    """Kill the leader's PostgreSQL while readers pay. Patroni, which is left, starts it again."""
    cluster, late = scene.installation.database, scene.readers_at_stripe()
    cluster.kill_postgresql(cluster.leader())
    began = time.monotonic()
    for page in late:
        page.pay()
    scene.wait_for_checkout()
    scene.note("PostgreSQL killed until the first checkout", time.monotonic() - began)
    cluster.wait_until_whole()


def kill_standby(scene: Scene) -> None:
    """Lose the machine of a standby. If commits waited for it, they wait for the other from then on."""
    cluster = scene.installation.database
    lost = scene.chance.choice([member for member in cluster.members.values() if not member.is_leader])
    cluster.kill_machine(lost)
    began = time.monotonic()
    scene.wait_for_checkout()
    scene.note("standby lost until the next checkout", time.monotonic() - began)
    cluster.start_member(lost.name)
    scene.note("return of the lost standby", cluster.wait_until_whole())


def kill_etcd(scene: Scene) -> None:
    """Kill Patroni's memory. The leader stays the leader as long as it reaches the other servers."""
    cluster = scene.installation.database
    leader = cluster.leader().name
    scene.installation.parts.kill(ETCD)
    time.sleep(cluster.lease_seconds + 5)
    scene.note("etcd away, next checkout", scene.wait_for_checkout())
    cluster.start_etcd()
    cluster.wait_until_whole()
    if cluster.leader().name != leader:
        scene.note("etcd back, with another leader", 0)


def kill_worker(scene: Scene) -> None:
    """Kill a worker, and start it again after a while."""
    name = scene.chance.choice(WORKERS)
    scene.installation.parts.kill(name)
    scene.rest()
    scene.installation.start_worker(name)


def kill_web(scene: Scene) -> None:
    """Kill a web process, and start it again."""
    name = scene.chance.choice(WEB)
    scene.installation.parts.kill(name)
    time.sleep(1)
    scene.note("start of a killed web process", scene.installation.start_web(name))


def kill_valkey(scene: Scene) -> None:
    """Kill the store of rate limits, and start it again after a while."""
    scene.installation.parts.kill(VALKEY)
    scene.note("Valkey away, next checkout", scene.wait_for_checkout())
    scene.rest()
    scene.installation.start_valkey()


KILL_POINTS = {
    "leader": kill_leader,
    "worker": kill_worker,
    "web": kill_web,
    "primary": kill_primary,
    "standby": kill_standby,
    "etcd": kill_etcd,
    "valkey": kill_valkey,
}
