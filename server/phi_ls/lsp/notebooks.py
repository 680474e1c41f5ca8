"""The open notebooks: their cells are documents of their own, and the code cells of one language together are a page.

On a page stands what a person has written before and after a cell, so what is asked in a cell is worked on there, and
its places are turned back into places of the cell (`phi_ls.lsp.ground`). A line that only a notebook understands, such
as `%time` or `!ls`, is a comment there, of the same length; a cell that is all in another language (`%%bash`) is not on
it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from phi_ls.lsp.ground import Ground
from phi_ls.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phi_ls.lsp.documents import Document, Documents

_MAGIC = re.compile(r"^[%!]", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A cell by the URI of its document; others than code are text for people."""

    uri: str
    is_code: bool


@dataclass(frozen=True)
class Page:
    """The code cells of one language in one version. `starts` are the offsets of `cells`, which keep their own text."""

    source: Source
    cells: tuple[Source, ...]
    starts: tuple[int, ...]

    def start_of(self, uri: str) -> int:
        """The offset at which a cell of this page starts."""
        return self.starts[[cell.uri for cell in self.cells].index(uri)]

    def cell_at(self, offset: int) -> tuple[Source, int]:
        """The cell that holds an offset, and where it starts."""
        found = max(index for index, start in enumerate(self.starts) if start <= offset)
        return self.cells[found], self.starts[found]


class Notebooks:
    """The open notebooks by URI. What a cell holds is read from `documents` when a page is asked for."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._cells: dict[str, list[Cell]] = {}
        self._versions: dict[str, int] = {}
        self._pages: dict[str, tuple[int, Page | None]] = {}

    def open(self, uri: str, cells: Sequence[Cell]) -> None:
        """Begin to follow a notebook whose cells are open documents; one that is open already is replaced."""
        self._cells[uri] = list(cells)
        self.touch(uri)

    def splice(self, uri: str, start: int, count: int, cells: Sequence[Cell]) -> None:
        """Replace `count` cells from `start` on; an unknown notebook has none to replace."""
        if uri in self._cells:
            self._cells[uri][start : start + count] = cells
            self.touch(uri)

    def revise(self, uri: str, cells: Sequence[Cell]) -> None:
        """Take these for the cells of the same URIs, which may be of another kind; others are none of the notebook."""
        fresh = {unquote(cell.uri): cell for cell in cells}
        known = self._cells.get(uri, [])
        known[:] = [fresh.get(unquote(cell.uri), cell) for cell in known]

    def touch(self, uri: str) -> None:
        """Take note that a cell's text has changed."""
        self._versions[uri] = self._versions.get(uri, 0) + 1

    def close(self, uri: str) -> list[str]:
        """Forget a notebook; returns the URIs of its pages."""
        self._cells.pop(uri, None)
        pages = [page for page in self._pages if _notebook_of(page) == uri]
        for page in pages:
            del self._pages[page]
        return pages

    def page_of(self, document: Document) -> Page | None:
        """The page that a cell stands on; None for documents that are no cell, or that stand on none."""
        uri = self._holder(document.uri)
        page = self._page(uri, document.language) if uri is not None else None
        return page if page is not None and any(cell.uri == document.uri for cell in page.cells) else None

    def ground(self, document: Document) -> Ground:
        """What a request in a document is worked on."""
        source, page = document.snapshot(), self.page_of(document)
        return Ground(source, page.source, page.start_of(document.uri)) if page is not None else Ground(source, source)

    def page_at(self, uri: str) -> Page | None:
        """The newest version of the page of this URI."""
        notebook, _, language = uri.rpartition("#")
        return self._page(notebook, language) if notebook in self._cells else None

    def pages(self) -> Iterator[Page]:
        """Every page."""
        for uri, cells in self._cells.items():
            documents = [self._documents.get(cell.uri) for cell in cells if cell.is_code]
            for language in dict.fromkeys(document.language for document in documents if document is not None):
                if (page := self._page(uri, language)) is not None:
                    yield page

    def holds(self, uri: str) -> bool:
        """Whether a document is a cell."""
        return self._holder(uri) is not None

    def number_of(self, uri: str) -> int:
        """Which of its notebook's cells this is, from 1, those for people among them; 0 for what is no cell."""
        notebook, wanted = self._holder(uri), unquote(uri)
        cells = self._cells[notebook] if notebook is not None else []
        return next((number for number, cell in enumerate(cells, 1) if unquote(cell.uri) == wanted), 0)

    def _holder(self, uri: str) -> str | None:
        wanted = unquote(uri)
        return next((one for one, cells in self._cells.items() if any(unquote(c.uri) == wanted for c in cells)), None)

    def _page(self, uri: str, language: str) -> Page | None:
        name, version = f"{uri}#{language}", self._versions[uri]
        kept = self._pages.get(name)
        if kept is None or kept[0] != version:
            kept = self._pages[name] = (version, self._made(name, version, uri, language))
        return kept[1]

    def _made(self, name: str, version: int, uri: str, language: str) -> Page | None:
        documents = [self._documents.get(cell.uri) for cell in self._cells[uri] if cell.is_code]
        wanted = [one for one in documents if one is not None and one.language == language and not one.too_large]
        cells = [one.snapshot() for one in wanted]
        cells = [cell for cell in cells if not cell.text.startswith("%%")]
        if not cells:
            return None
        texts = [_MAGIC.sub("#", cell.text) + "\n" for cell in cells]
        starts = tuple(sum(map(len, texts[:index])) for index in range(len(texts)))
        return Page(Source(name, language, version, "".join(texts)), tuple(cells), starts)


def _notebook_of(page: str) -> str:
    return page.rpartition("#")[0]
