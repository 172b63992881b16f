import netlab


def test_a_bridge_carries_its_address():
    netlab.add_bridge("lab0", "10.77.0.1/24")
    assert "10.77.0.1/24" in netlab.run("ip", "-brief", "address", "show", "dev", "lab0")


def test_a_cable_has_two_ends():
    before = netlab.run("ip", "-brief", "link").count("\n")
    netlab.add_cable("east", "west")
    assert netlab.run("ip", "-brief", "link").count("\n") == before + 2


def test_a_route_leads_through_its_gateway():
    netlab.add_bridge("lab1", "10.78.0.1/24")
    netlab.add_route("192.0.2.0/24", "10.78.0.254")
    assert "via 10.78.0.254" in netlab.run("ip", "route", "get", "192.0.2.7")
