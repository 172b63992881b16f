"""The tests run as the user that the project names, and as nobody else."""

import getpass
import grp
import os


def test_user(pytestconfig):
    assert getpass.getuser() == "debian"
    assert os.getuid() == os.geteuid() != 0
    assert os.path.expanduser("~") == os.environ["HOME"] == "/home/debian"
    pytestconfig.cache.set("unprivileged/seen", True)
    assert pytestconfig.cache.get("unprivileged/seen", False)
    assert grp.getgrnam("sudo").gr_gid in os.getgroups()
