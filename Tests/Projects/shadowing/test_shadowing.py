"""As with `python3 -m pytest`, a module in the project's folder is found before the library's."""

import cmd
import pdb


def test_is_own():
    assert cmd.WHOSE == "the project's"
    assert issubclass(pdb.Pdb, cmd.Cmd)
