"""Facts from the reference that a QEMU package installs (interop/qemu-qmp-ref.html), for a QEMU whose source is not at hand.

The reference says of every definition what it is called, its module, its members with their types, and since when it
exists. It calls every integer "int": the width comes from an older version's facts, or else from the running binary
(see widths.py). What the reference leaves out (undocumented values, out-of-band commands) comes from
query-qmp-schema of the same package's binary (see introspection.py).
"""

import re

from . import facts, html_tree, prose

_IDENTITY = re.compile(r"(?P<kind>command|object|enum|event|alternate)-(?:QMP|QGA)-(?P<module>[^.]+)\.(?P<name>.+)")
_BUILT_IN = {"string": "str", "boolean": "bool", "value": "any", "int": "int", "number": "number", "null": "null"}


def modules(page):
    """{module: [definition]} of the reference's text."""
    found = {}
    for listing in html_tree.parse(page).walk():
        if listing.tag != "dl" or not listing.has_class("qapi"):
            continue
        heads = listing.elements("dt")
        bodies = listing.elements("dd")
        identity = _IDENTITY.fullmatch(heads[0].attributes.get("id") or "") if heads else None
        if identity is None:
            continue
        definition = _definition(identity, heads[0].text(), bodies[0])
        found.setdefault(identity["module"], []).append(definition)
    return found


def _definition(identity, head, body):
    fields = _fields(body)
    definition = {"kind": identity["kind"], "name": identity["name"], "since": prose.since(head)}
    if identity["kind"] == "enum":
        definition["values"] = [
            facts.pruned({"name": name, "since": prose.since(text)}) for name, _, text in _items(fields.get("Values"))
        ]
    elif identity["kind"] == "alternate":
        definition["branches"] = [
            {"name": name, "type": type_} for name, (type_, _), _ in _items(fields.get("Alternatives"))
        ]
    else:
        members = fields.get("Members") or fields.get("Arguments")
        _add_members(definition, members)
        if "Return" in fields:
            definition["returns"] = _type(fields["Return"].elements("p")[0])[0]
    return facts.pruned(definition)


def _add_members(definition, field):
    """Members, a base ("The members of X.") and branches ("When a is b: The members of X.")."""
    kind = definition["kind"]
    definition["members"] = [
        facts.pruned(
            {
                "name": name,
                "type": type_,
                "optional": optional,
                "since": prose.since(text),
                "default": prose.default(text) if optional else None,
            }
        )
        for name, (type_, optional), text in _items(field)
    ]
    branches = []
    for item in _list_items(field):
        text = " ".join(item.text().split())
        when = re.match(r"When (\S+) is (\S+): The members of (\S+)\.$", text)
        whole = re.match(r"The members of (\S+)\.$", text)
        if when:
            definition["discriminator"] = when[1]
            branches.append({"name": when[2], "type": when[3]})
        elif whole:
            definition["arguments" if kind in ("command", "event") else "base"] = whole[1]
    if kind == "object":
        definition["kind"] = "union" if branches else "struct"
    if branches:
        definition["branches"] = branches
    if "arguments" in definition:
        del definition["members"]


def _fields(body):
    """{title: content} of the definition's field list."""
    for child in body.elements("dl"):
        if child.has_class("field-list"):
            titles = [title.text().rstrip(":") for title in child.elements("dt")]
            return dict(zip(titles, child.elements("dd")))
    return {}


def _list_items(field):
    if field is None:
        return []
    return [item for listing in field.elements("ul") for item in listing.elements("li")]


def _items(field):
    """(name, (type, optional), text) of each item that begins with a name in bold."""
    for item in _list_items(field):
        paragraph = item.elements("p")[0]
        parts = paragraph.elements()
        if not parts or parts[0].tag != "strong" or paragraph.children[0] is not parts[0]:
            continue
        type_ = _type(parts[1]) if len(parts) > 1 and parts[1].tag == "span" else (None, False)
        yield parts[0].text(), type_, " ".join(item.text().split())


def _type(node):
    """(type, optional) of "BlockdevRef, optional" or "[string]"."""
    text = "".join(node.text().split("\u2013")[0].split())
    name, _, rest = text.partition(",")
    is_array = name.startswith("[")
    element = name.strip("[]")
    element = _BUILT_IN.get(element, element)
    return (f"[{element}]" if is_array else element), rest == "optional"


def completed(modules, older, widths):
    """The definitions with what the reference leaves out, taken from an older version's facts and the executable.

    older: the modules of the nearest older version. widths: a Widths of the same version's executable.
    Returns the names of members whose width nothing tells.
    """
    table = _by_name(older)
    unknown = []
    inherit(modules, older)
    for definition in (definition for definitions in modules.values() for definition in definitions):
        for member in definition.get("members", []) + definition.get("branches", []):
            if member["type"].strip("[]") == "int":
                width = _width(definition, member, table, widths)
                if width is None:
                    unknown.append(f"{definition['name']}.{member['name']}")
                else:
                    member["type"] = member["type"].replace("int", width)
    return unknown


def inherit(modules, older):
    """Gives definitions, members, values and branches what the reference says of none of them, as it was before."""
    table = _by_name(older)
    for definition in (definition for definitions in modules.values() for definition in definitions):
        before = table.get(definition["name"], {})
        for key in ("preconfig", "silent", "open") + (("returns",) if "returns" not in definition else ()):
            if key in before:
                definition[key] = before[key]
        _inherit(definition, before)
        for part in ("members", "values", "branches"):
            earlier = {fact["name"]: fact for fact in before.get(part, [])}
            for fact in definition.get(part, []):
                _inherit(fact, earlier.get(fact["name"], {}))


def _inherit(fact, before):
    """Conditions and features: the reference lists a member's features as its owner's; only QEMU tells them apart."""
    for key in ("if", "features"):
        fact.pop(key, None)
        if key in before:
            fact[key] = before[key]


def _by_name(modules):
    return {definition["name"]: definition for definitions in modules.values() for definition in definitions}


def _width(definition, member, table, widths):
    """The width that the same member had before; else what the executable says; else what one much like it had."""
    before = _older_width(table.get(definition["name"], {}), member)
    if before:
        return before
    names = {other["name"] for other in definition.get("members", [])}
    found = widths.of(member["name"], names - {member["name"]})
    if len(found) == 1 and not member["type"].startswith("["):
        return found.pop()
    likeness = [
        (len(names & {other["name"] for other in candidate.get("members", [])}), width)
        for candidate in table.values()
        if (width := _older_width(candidate, member)) and (not found or width in found)
    ]
    return max(likeness)[1] if likeness else None


def _older_width(definition, member):
    for other in definition.get("members", []) + definition.get("branches", []):
        if other["name"] == member["name"] and re.fullmatch(r"\[?(u?int\d*|size)\]?", other["type"]):
            return other["type"].strip("[]")
    return None
