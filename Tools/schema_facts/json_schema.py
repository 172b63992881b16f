"""The facts of a JSON schema: what it demands, without any sentence of its descriptions."""

import re

# Keywords whose value is a fact in itself.
_PLAIN = {
    "$ref", "type", "enum", "pattern", "format", "required", "minimum", "maximum", "minItems", "maxItems", "minLength",
    "maxLength", "minProperties", "maxProperties", "uniqueItems", "deprecated", "deprecated_version", "changed",
    "changed_version",
}
# Keywords whose value is a schema, or for some of them also a boolean or a list of schemas.
_SCHEMA = {"items", "additionalItems", "additionalProperties", "propertyNames", "not"}
_LIST = {"oneOf", "anyOf", "allOf", "prefixItems"}
_NAMED = {"properties", "patternProperties", "$defs"}
# Keywords that say nothing about what is valid.
_WORDS = {"$schema", "description", "title", "label", "default", "hidden", "deprecated_description", "changed_description"}
# A name in a description, as in "Use **x** instead" or "Use ``x``".
_REPLACEMENT = re.compile(r"\b[Uu]se (?:the string |an? )?(?:\*\*|``)'?([^*`']+)'?(?:\*\*|``)")


class UnknownKeyword(Exception):
    """A keyword of which it is not known whether it is a fact."""


def facts(schema):
    """The schema with its facts alone."""
    if not isinstance(schema, dict):
        return schema
    found = {}
    for keyword, value in schema.items():
        if keyword in _PLAIN:
            found[keyword] = value
        elif keyword in _SCHEMA:
            found[keyword] = [facts(item) for item in value] if isinstance(value, list) else facts(value)
        elif keyword in _LIST:
            found[keyword] = [facts(item) for item in value]
        elif keyword in _NAMED:
            found[keyword] = {name: facts(item) for name, item in value.items()}
        elif keyword not in _WORDS:
            raise UnknownKeyword(keyword)
    replacement = _replacement(schema)
    if replacement:
        found["replacement"] = replacement
    return found


def _replacement(schema):
    """The name that is to be used instead of what is deprecated, or None."""
    if not (schema.get("deprecated") or schema.get("changed")):
        return None
    text = schema.get("deprecated_description") or schema.get("changed_description") or schema.get("description", "")
    match = _REPLACEMENT.search(text)
    return match.group(1) if match else None
