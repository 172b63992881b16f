"""The shape of a schemas/ file, and its writer: one member a line, so that a change of QEMU reads as a small diff."""

import json

FORMAT = 1

# Keys that hold lists written one element a line.
_LISTS = ("members", "values", "branches")


def document(interface, qemu, source, modules):
    """The whole file.

    interface: "qmp" or "qga". qemu: version as in "10.0.2". source: where the facts come from (kind, package, digest).
    modules: {module name: [definition, ...]}, definitions in the order in which QEMU declares them.
    """
    return {"format": FORMAT, "interface": interface, "qemu": qemu, "source": source, "modules": modules}


def _compact(value):
    return json.dumps(value, ensure_ascii=True, separators=(", ", ": "))


def _definition(definition):
    head = {key: value for key, value in definition.items() if key not in _LISTS}
    lists = [(key, definition[key]) for key in _LISTS if key in definition]
    text = _compact(head)
    if not lists:
        return "      " + text
    parts = ["      " + text[:-1] + ","]
    for index, (key, elements) in enumerate(lists):
        comma = "," if index + 1 < len(lists) else ""
        if not elements:
            parts.append(f'       "{key}": []{comma}')
            continue
        parts.append(f'       "{key}": [')
        parts.append(",\n".join("        " + _compact(element) for element in elements))
        parts.append("       ]" + comma)
    return "\n".join(parts) + "}"


def dump(facts):
    """The file's text."""
    lines = ["{"]
    for key in ("format", "interface", "qemu", "source"):
        lines.append(f'  "{key}": {_compact(facts[key])},')
    lines.append('  "modules": {')
    modules = list(facts["modules"].items())
    for index, (name, definitions) in enumerate(modules):
        lines.append(f'    "{name}": [')
        lines.append(",\n".join(_definition(definition) for definition in definitions))
        lines.append("    ]" + ("," if index + 1 < len(modules) else ""))
    lines += ["  }", "}"]
    return "\n".join(lines) + "\n"


def pruned(definition):
    """The definition without the keys that say nothing (None, False, empty features)."""
    return {
        key: value
        for key, value in definition.items()
        if value is not None and value is not False and not (key in ("features", "if") and not value)
    }
