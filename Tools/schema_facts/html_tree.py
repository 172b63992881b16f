"""A small tree of an HTML page: enough to walk the definition lists of QEMU's manual."""

from html.parser import HTMLParser

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Node:
    """An element with its attributes and its children: further nodes, and text."""

    def __init__(self, tag, attributes=()):
        self.tag = tag
        self.attributes = dict(attributes)
        self.children = []

    def has_class(self, name):
        return name in (self.attributes.get("class") or "").split()

    def elements(self, tag=None):
        """The direct child elements."""
        return [c for c in self.children if isinstance(c, Node) and (tag is None or c.tag == tag)]

    def walk(self):
        """All elements below, in document order."""
        for child in self.elements():
            yield child
            yield from child.walk()

    def text(self):
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class _Builder(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs)
        self.open[-1].children.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        for index in range(len(self.open) - 1, 0, -1):
            if self.open[index].tag == tag:
                del self.open[index:]
                return

    def handle_data(self, data):
        self.open[-1].children.append(data)


def parse(text):
    """The page's root node."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    return builder.root
