from plugins.machines.provider import READ_ONLY, ConnectionInfo, Method
from plugins.machines.providers.limits import BY_HYPERVISOR, allowed


def test_a_limit_is_the_reason_why_a_method_cannot_be_called() -> None:
    info = ConnectionInfo("LXC", "host", "9.0.0", readonly=False)
    capabilities = allowed(info, {Method.DEFINE: "the way there cannot"})
    assert capabilities["domain_reset"] == "A container has no hardware that could be reset"
    assert capabilities["domain_define"] == "the way there cannot"
    refused = {name for name, able in capabilities.items() if able is not True}
    assert refused == {*BY_HYPERVISOR["LXC"], "domain_define"}
    assert set(capabilities) == {method.value for method in Method}


def test_read_only_limits_everything() -> None:
    capabilities = allowed(ConnectionInfo("QEMU", "host", "9.0.0", readonly=True))
    assert set(capabilities.values()) == {READ_ONLY}
