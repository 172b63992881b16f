"""Walks a running QEMU's query-qmp-schema beside the facts, since it masks the names of types.

The walk starts at commands and events, whose names are real, and follows members, elements and branches on both
sides at once. It says where the two differ; with `add` it also adds to the facts what only QEMU has.
"""

_INTEGERS = {"int", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "size"}
_JSON_TYPE = {"str": "string", "bool": "boolean", "number": "number", "null": "null", "any": "value"}


class Walk:
    """One walk. `differences` holds a line for each thing that QEMU has and the facts lack or tell otherwise."""

    def __init__(self, facts, schema, add=False):
        """facts: a schemas/ document. schema: the array that query-qmp-schema returns. add: whether to add to facts."""
        self.types = {}
        self.roots = {}
        for definitions in facts["modules"].values():
            for definition in definitions:
                table = self.roots if definition["kind"] in ("command", "event") else self.types
                table[definition["name"]] = definition
        self.entities = {entity["name"]: entity for entity in schema}
        self.schema = schema
        self.add = add
        self.seen = set()
        self.differences = []

    def run(self):
        for entity in self.schema:
            if entity["meta-type"] not in ("command", "event"):
                continue
            root = self.roots.get(entity["name"])
            if root is None:
                self._say(entity["name"], f"{entity['meta-type']} is missing")
                continue
            if entity.get("allow-oob") and not root.get("oob"):
                if self.add:
                    root["oob"] = True
                else:
                    self._say(entity["name"], "is allowed out of band")
            self._features(root, entity, entity["name"])
            self._object(root, entity["arg-type"], entity["name"])
            if entity["meta-type"] == "command":
                returned = root.get("returns")
                if returned is None:
                    if self._is_nothing(entity["ret-type"]):
                        continue
                    self._say(entity["name"], "returns something")
                else:
                    self._type(returned, entity["ret-type"], entity["name"] + " returns")
        return self.differences

    def _is_nothing(self, name):
        entity = self.entities[name]
        return entity["meta-type"] == "object" and not entity["members"] and "tag" not in entity

    def _say(self, path, text):
        self.differences.append(f"{path}: {text}")

    def _type(self, spelling, name, path):
        entity = self.entities[name]
        kind = entity["meta-type"]
        if spelling.startswith("["):
            if kind != "array":
                self._say(path, f"is {kind}, the facts say array")
                return
            self._type(spelling[1:-1], entity["element-type"], path + "[]")
            return
        if kind == "builtin":
            expected = "int" if spelling in _INTEGERS else _JSON_TYPE.get(spelling)
            if entity["json-type"] != expected and not (expected == "value" and entity["json-type"] == "value"):
                self._say(path, f"is {entity['json-type']}, the facts say {spelling}")
            return
        definition = self.types.get(spelling)
        if definition is None:
            self._say(path, f"type {spelling} is missing")
            return
        if (spelling, name) in self.seen:
            return
        self.seen.add((spelling, name))
        if kind == "enum":
            self._enum(definition, entity, path)
        elif kind == "alternate":
            for member in entity["members"]:
                branches = [b for b in definition["branches"] if self._same_json(b["type"], member["type"])]
                if not branches:
                    self._say(path, f"alternate {spelling} lacks a branch")
                for branch in branches[:1]:
                    self._type(branch["type"], member["type"], f"{path}.{branch['name']}")
        elif kind == "object":
            self._features(definition, entity, path)
            self._object(definition, name, path)
        else:
            self._say(path, f"is {kind}, the facts say {spelling}")

    def _same_json(self, spelling, name):
        entity = self.entities[name]
        if spelling.startswith("[") or entity["meta-type"] == "array":
            return spelling.startswith("[") and entity["meta-type"] == "array"
        if entity["meta-type"] == "builtin":
            return entity["json-type"] == ("int" if spelling in _INTEGERS else _JSON_TYPE.get(spelling))
        definition = self.types.get(spelling)
        return definition is not None and (definition["kind"] == "enum") == (entity["meta-type"] == "enum")

    def _enum(self, definition, entity, path):
        if definition["kind"] != "enum":
            self._say(path, f"is an enum, the facts say {definition['kind']}")
            return
        known = {value["name"]: value for value in definition["values"]}
        members = entity.get("members") or [{"name": value} for value in entity["values"]]
        for member in members:
            value = known.get(member["name"])
            if value is not None:
                self._features(value, member, f"{path}={member['name']}")
            elif self.add:
                definition["values"].append({"name": member["name"]})
            else:
                self._say(path, f"enum {definition['name']} lacks {member['name']}")

    def _object(self, definition, name, path):
        entity = self.entities[name]
        members = {member["name"]: member for member in self._members(definition)}
        for member in entity["members"]:
            fact = members.get(member["name"])
            if fact is None:
                self._say(path, f"member {member['name']} is missing")
                continue
            is_optional = "default" in member
            if is_optional != bool(fact.get("optional")):
                self._say(f"{path}.{member['name']}", f"is {'optional' if is_optional else 'mandatory'}")
            self._features(fact, member, f"{path}.{member['name']}")
            self._type(fact["type"], member["type"], f"{path}.{member['name']}")
        branches = {branch["name"]: branch for branch in self._branches(definition)}
        for variant in entity.get("variants", []):
            branch = branches.get(variant["case"])
            if branch is not None:
                self._type(branch["type"], variant["type"], f"{path}({variant['case']})")
            elif not self._is_nothing(variant["type"]):
                self._say(path, f"branch {variant['case']} is missing")

    def _features(self, fact, entity, path):
        present = set(entity.get("features", []))
        known = set(fact.get("features", []))
        if self.add:
            fact.pop("features", None)
            if present:
                fact["features"] = sorted(present)
        elif present - known:
            self._say(path, f"has the features {', '.join(sorted(present - known))}")

    def _members(self, definition):
        """The members with those of the base or of the type that declares the arguments."""
        inherited = definition.get("base") or definition.get("arguments")
        own = definition.get("members", [])
        return (self._members(self.types[inherited]) if inherited in self.types else []) + own

    def _branches(self, definition):
        arguments = definition.get("arguments")
        return self._branches(self.types[arguments]) if arguments in self.types else definition.get("branches", [])
