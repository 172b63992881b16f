"""As with `python3 -m pytest`, a module in the project's directory is found before the library's."""

import calendar
import email._parseaddr


def test_is_own():
    assert calendar.WHOSE == "the project's"
    assert email._parseaddr.calendar is calendar
