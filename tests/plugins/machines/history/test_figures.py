import libvirt

from plugins.machines.history.figures import (
    COUNTERS,
    NOWAIT,
    REASONS,
    RUNNING,
    STATES,
    STATS_BALLOON,
    STATS_BLOCK,
    STATS_CPU_TOTAL,
    STATS_INTERFACE,
    STATS_STATE,
    STATS_VCPU,
    is_counted,
    lacks,
    memory_used,
    reading,
    summary,
    traffic,
    version,
)
from plugins.machines.provider import Traffic

STATS = {"state.state": 3, "state.reason": 1, "vcpu.current": 2, "balloon.current": 1024, "balloon.maximum": 2048}


def test_a_summary_has_words_and_bytes() -> None:
    domain = summary("web", STATS, persistent=True, autostart=False, managed_save=False)
    assert (domain.state, domain.reason) == ("paused", "user")
    assert (domain.vcpus, domain.memory, domain.max_memory) == (2, 1 << 20, 2 << 20)


def test_a_state_and_a_reason_of_a_newer_libvirt_have_no_word() -> None:
    domain = summary("web", STATS | {"state.state": 99}, persistent=True, autostart=False, managed_save=False)
    assert domain.state == "no state"
    domain = summary("web", STATS | {"state.reason": 99}, persistent=True, autostart=False, managed_save=False)
    assert domain.reason == ""


def test_a_reading_needs_its_counters() -> None:
    assert lacks(STATS, COUNTERS)
    assert reading(STATS | {"cpu.time": 7}).cpu_time == 7


def test_the_traffic_is_of_all_devices_and_of_nothing_else() -> None:
    devices = {"block.count": 2, "block.0.rd.bytes": 1, "block.1.rd.bytes": 2, "block.1.wr.bytes": 4}
    devices |= {"net.0.rx.bytes": 8, "net.0.rx.pkts": 99, "net.0.tx.bytes": 16, "net.1.tx.bytes": 32}
    assert traffic(devices) == Traffic(3, 4, 8, 48)
    assert traffic({"block.count": 0, "net.count": 0}) is None
    assert is_counted("net.0.tx.bytes")
    assert not is_counted("net.0.tx.errs")


def test_versions_are_written_as_libvirt_does() -> None:
    assert (version(9_000_000), version(10_002_003), version(0)) == ("9.0.0", "10.2.3", "")


def test_the_numbers_are_libvirts() -> None:
    assert libvirt.VIR_DOMAIN_STATS_STATE == STATS_STATE
    assert libvirt.VIR_DOMAIN_STATS_CPU_TOTAL == STATS_CPU_TOTAL
    assert libvirt.VIR_DOMAIN_STATS_BALLOON == STATS_BALLOON
    assert libvirt.VIR_DOMAIN_STATS_VCPU == STATS_VCPU
    assert libvirt.VIR_DOMAIN_STATS_INTERFACE == STATS_INTERFACE
    assert libvirt.VIR_DOMAIN_STATS_BLOCK == STATS_BLOCK
    assert libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING == RUNNING
    assert libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT == NOWAIT
    assert REASONS["shut off"][libvirt.VIR_DOMAIN_SHUTOFF_DESTROYED] == "destroyed"


def test_memory_in_use_is_the_guests_word_then_the_hosts() -> None:
    assert memory_used({"balloon.available": 1000, "balloon.unused": 900, "balloon.usable": 300}, 2000) == 700
    assert memory_used({"balloon.available": 1000, "balloon.unused": 900}, 2000) == 100
    assert memory_used({"balloon.rss": 500}, 2000) == 500
    assert memory_used({"balloon.rss": 5000}, 2000) == 2000
    assert memory_used({"balloon.available": 10, "balloon.usable": 90}, 2000) == 0
    assert memory_used({}, 2000) == 2000


def test_the_words_are_in_libvirts_order() -> None:
    names = {
        "VIR_DOMAIN_NOSTATE": "no state",
        "VIR_DOMAIN_RUNNING": "running",
        "VIR_DOMAIN_BLOCKED": "blocked",
        "VIR_DOMAIN_PAUSED": "paused",
        "VIR_DOMAIN_SHUTDOWN": "shutting down",
        "VIR_DOMAIN_SHUTOFF": "shut off",
        "VIR_DOMAIN_CRASHED": "crashed",
        "VIR_DOMAIN_PMSUSPENDED": "suspended",
    }
    for name, word in names.items():
        assert STATES[getattr(libvirt, name)] == word
