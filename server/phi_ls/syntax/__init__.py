"""What phi-ls knows of the shape of code; the only package that knows tree-sitter.

Parsing never fails: a language without a grammar has no tree (None), and everything else works on text. Languages
are data (`languages.toml`, `queries/`). Queries are compiled once and kept for ever, a tree belongs to one source,
and the grammar is addressed by byte offsets only, since its rows do not end where a document's lines do. Not to be
used from two threads.
"""

from phi_ls.syntax.borders import border
from phi_ls.syntax.compare import same_but_for, same_but_for_annotations, same_code
from phi_ls.syntax.docs import doc_place, is_documentation
from phi_ls.syntax.languages import Language, add_languages, fence_of, language, language_of, languages
from phi_ls.syntax.paste import Paste
from phi_ls.syntax.reduce import reduced
from phi_ls.syntax.regions import blocks, statements
from phi_ls.syntax.scope import completion_shape, enclosing, kind_at
from phi_ls.syntax.symbols import Symbol, imports, references, symbol_at, symbols
from phi_ls.syntax.tree import Tree, errors_in, parse

__all__ = [
    "Language",
    "Paste",
    "Symbol",
    "Tree",
    "add_languages",
    "blocks",
    "border",
    "completion_shape",
    "doc_place",
    "enclosing",
    "errors_in",
    "fence_of",
    "imports",
    "is_documentation",
    "kind_at",
    "language",
    "language_of",
    "languages",
    "parse",
    "reduced",
    "references",
    "same_but_for",
    "same_but_for_annotations",
    "same_code",
    "statements",
    "symbol_at",
    "symbols",
]
