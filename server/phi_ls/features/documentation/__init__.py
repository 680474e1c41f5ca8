"""The documentation of a definition: read from whatever a model wrote, and written in the style of its file. Pure."""

from phi_ls.features.documentation.place import documentation_edit, width_at
from phi_ls.features.documentation.read import Documentation, Parameter, documentation_text, read
from phi_ls.features.documentation.render import render
from phi_ls.features.documentation.style import DocStyle, style_of

__all__ = [
    "DocStyle",
    "Documentation",
    "Parameter",
    "documentation_edit",
    "documentation_text",
    "read",
    "render",
    "style_of",
    "width_at",
]
