import netlab


def test_forwarding_is_off_until_it_is_switched_on():
    assert netlab.kernel("net.ipv4.ip_forward") == "0"
    netlab.set_kernel("net.ipv4.ip_forward", 1)
    assert netlab.kernel("net.ipv4.ip_forward") == "1"
