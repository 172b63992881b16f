"""A module whose tear-down breaks, which its last test reports, and only that."""


def test_first():
    pass


def test_last():
    pass


def teardown_module():
    raise RuntimeError("the module's tear-down breaks")
