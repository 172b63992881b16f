"""Facts from a QEMU source tree, read with that tree's own QAPI parser (scripts/qapi)."""

import os
import sys

from . import facts, prose

TOP = {"qmp": "qapi/qapi-schema.json", "qga": "qga/qapi-schema.json"}


class SourceTree:
    """A source tree's schema. Only one tree can be read in a process: the parser is a module of the tree."""

    def __init__(self, tree):
        self.tree = os.path.abspath(tree)
        sys.path.insert(0, os.path.join(self.tree, "scripts"))
        import qapi.schema  # from the tree, found through the path above

        self.qapi = qapi.schema
        with open(os.path.join(self.tree, "VERSION"), encoding="ascii") as file:
            self.version = file.read().strip()

    def modules(self, interface):
        """{module: [definition]} of the interface ("qmp" or "qga")."""
        here = os.getcwd()
        os.chdir(self.tree)
        try:
            schema = self.qapi.QAPISchema(TOP[interface])
        finally:
            os.chdir(here)
        modules = {}
        for module in schema._module_dict.values():
            definitions = [self._definition(entity) for entity in module._entity_list]
            definitions = [definition for definition in definitions if definition]
            if definitions:
                name = os.path.splitext(os.path.basename(module.name))[0]
                modules.setdefault(name, []).extend(definitions)
        return modules

    # Definitions

    def _definition(self, entity):
        qapi = self.qapi
        if isinstance(entity, qapi.QAPISchemaInclude):
            return None
        if isinstance(entity, (qapi.QAPISchemaBuiltinType, qapi.QAPISchemaArrayType)):
            return None
        if isinstance(entity, qapi.QAPISchemaType) and entity.is_implicit():
            return None
        if isinstance(entity, qapi.QAPISchemaEnumType):
            return self._enum(entity)
        if isinstance(entity, qapi.QAPISchemaObjectType):
            return self._object(entity)
        if isinstance(entity, qapi.QAPISchemaAlternateType):
            return self._alternate(entity)
        if isinstance(entity, qapi.QAPISchemaCommand):
            return self._command(entity)
        if isinstance(entity, qapi.QAPISchemaEvent):
            return self._event(entity)
        raise NotImplementedError(f"the schema has a definition of an unknown kind: {entity!r}")

    def _enum(self, entity):
        values = [
            facts.pruned({"name": member.name, "since": self._member_since(entity, member), **self._marks(member)})
            for member in entity.members
        ]
        return facts.pruned({"kind": "enum", **self._head(entity), "values": values})

    def _object(self, entity):
        branches = self._branches(entity)
        definition = {"kind": "union" if branches else "struct", **self._head(entity)}
        base = entity.base
        members = list(entity.local_members)
        if base is not None and base.is_implicit():
            members = list(base.local_members) + members
        elif base is not None:
            definition["base"] = base.name
        if branches:
            definition["discriminator"] = branches.tag_member.name
        definition["members"] = [self._member(entity, member) for member in members]
        if branches:
            definition["branches"] = [
                facts.pruned({"name": branch.name, "type": self._type(branch.type), **self._marks(branch)})
                for branch in branches.variants
                if self._type(branch.type)
            ]
        return facts.pruned(definition)

    def _alternate(self, entity):
        choices = getattr(entity, "alternatives", None) or entity.variants
        branches = [
            facts.pruned({"name": choice.name, "type": self._type(choice.type), **self._marks(choice)})
            for choice in choices.variants
        ]
        return facts.pruned({"kind": "alternate", **self._head(entity), "branches": branches})

    def _command(self, entity):
        definition = {"kind": "command", **self._head(entity)}
        definition["returns"] = self._type(entity.ret_type)
        definition["oob"] = entity.allow_oob
        definition["preconfig"] = entity.allow_preconfig
        definition["silent"] = not entity.success_response
        definition["open"] = not entity.gen and entity.arg_type is not None
        return facts.pruned({**definition, **self._arguments(entity)})

    def _event(self, entity):
        return facts.pruned({"kind": "event", **self._head(entity), **self._arguments(entity)})

    def _arguments(self, entity):
        """The members in place, or the name of the type that declares them."""
        arguments = entity.arg_type
        if arguments is None:
            return {}
        if not arguments.is_implicit():
            return {"arguments": arguments.name}
        return {"members": [self._member(entity, member) for member in arguments.members]}

    # Parts

    def _member(self, owner, member):
        text = self._member_text(owner, member)
        return facts.pruned(
            {
                "name": member.name,
                "type": self._type(member.type),
                "optional": member.optional,
                "since": prose.since(text),
                "default": prose.default(text) if member.optional else None,
                **self._marks(member),
            }
        )

    def _head(self, entity):
        doc = entity.doc
        version = None
        if doc is not None:
            sections = [getattr(doc, "since", None)]
            sections += [s for s in doc.sections if str(getattr(s, "tag", None) or getattr(s, "name", None)) == "Since"]
            version = next((prose.version(section.text) for section in sections if section), None)
        return {"name": entity.name, "since": version, **self._marks(entity)}

    def _marks(self, thing):
        condition = getattr(thing, "ifcond", None)
        return {
            "features": [feature.name for feature in getattr(thing, "features", None) or []],
            "if": condition.ifcond if condition is not None and condition.is_present() else None,
        }

    def _member_text(self, owner, member):
        doc = getattr(owner, "doc", None)
        section = doc.args.get(member.name) if doc is not None else None
        return section.text if section is not None else ""

    def _member_since(self, owner, member):
        return prose.since(self._member_text(owner, member))

    def _branches(self, entity):
        return getattr(entity, "branches", None) or getattr(entity, "variants", None)

    def _type(self, type_):
        """A type's name, "[name]" for an array of it; None for the empty object."""
        if type_ is None or type_.name == "q_empty":
            return None
        if isinstance(type_, self.qapi.QAPISchemaArrayType):
            return f"[{self._type(type_.element_type)}]"
        return type_.name
