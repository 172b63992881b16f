"""The facts that QEMU states only in prose beside its schema: since-versions and defaults. No sentence is kept."""

import re

_SINCE = re.compile(r"\(\s*since:?\s+v?([0-9]+\.[0-9]+(?:\.[0-9]+)?)", re.IGNORECASE)
_VERSION = re.compile(r"v?([0-9]+\.[0-9]+(?:\.[0-9]+)?)")
_DEFAULT = re.compile(
    r"""(?:\bdefaults?(?:\s+(?:is|to|value\s+is|value))?\s*:?\s*|\bby\s+default\s+)   # how it is announced
        ['"`]*(?P<value>true|false|on|off|auto|-?[0-9]+(?:\s?(?:KiB|MiB|GiB|kB|ms|s|seconds|milliseconds))?)['"`]*
        (?=[\s.,;)]|$)""",
    re.IGNORECASE | re.VERBOSE,
)


def since(text):
    """The version in "(since 6.0)"; None when the text names none."""
    match = _SINCE.search(text or "")
    return match.group(1) if match else None


def version(text):
    """The version that a "Since:" section names."""
    match = _VERSION.search(text or "")
    return match.group(1) if match else None


def default(text):
    """A literal default ("true", "512", "64 KiB"); None when the text names none or more than one."""
    found = {match.group("value").strip() for match in _DEFAULT.finditer(text or "")}
    return found.pop() if len(found) == 1 else None
