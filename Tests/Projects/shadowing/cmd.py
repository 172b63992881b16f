"""By the name of a module of Python's library that pytest has loaded before it sees a project."""


class Cmd:
    """In place of the library's."""


WHOSE = "the project's"
