"""By the name of a module of Python's library that pytest has loaded before it sees a project."""

WHOSE = "the project's"


def timegm(fields):
    raise NotImplementedError
