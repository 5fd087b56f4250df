"""Names of code lead to the reference (`be.limits`, `MagneticMoment`), figures to themselves in full size."""

from importlib import import_module

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode


def thing_of(name: str):
    """The object with a name below ``bayes_enues``, or None."""
    module, _, attribute = f"bayes_enues.{name}".rpartition(".")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError):
        return None


class CodeLinks(SphinxPostTransform):
    """Make links of literals that name something in the reference, under whichever of its paths."""

    default_priority = 20

    def run(self, **options) -> None:
        documented = self.env.domains["py"].objects
        prefix = "bayes_enues."
        homes = {
            id(thing): entry
            for name, entry in documented.items()
            if name.startswith(prefix) and callable(thing := thing_of(name.removeprefix(prefix)))
        }
        for literal in list(self.document.findall(nodes.literal)):
            text = literal.astext()
            name = text.partition("(")[0].removeprefix("be.").removeprefix(prefix)
            if isinstance(literal.parent, nodes.reference) or not name.replace(".", "").isidentifier():
                continue
            if text.isidentifier() and text.islower():  # a command, an option or a parameter
                continue
            entry = documented.get(prefix + name) or homes.get(id(thing_of(name)))
            if entry is not None and entry.docname != self.env.docname:
                link = make_refnode(
                    self.app.builder, self.env.docname, entry.docname, entry.node_id, literal.deepcopy()
                )
                literal.replace_self(link)


class FiguresToOpen(SphinxTransform):
    """Figures lead to themselves in full size, which a phone needs; Sphinx links what has a scale."""

    default_priority = 500

    def apply(self, **options) -> None:
        for image in self.document.findall(nodes.image):
            image.setdefault("scale", 100)


def setup(app) -> dict:
    app.add_post_transform(CodeLinks)
    app.add_transform(FiguresToOpen)
    return {"parallel_read_safe": True}
