"""The pages in docs: their snippets are the ones that are tested, and their links lead somewhere."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from editors.pages import PAGES, snippets
from phi_ls.settings import Settings
from phi_ls.settings.declare import declarations

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "ARCHITECTURE.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]


@pytest.mark.parametrize("page", ["neovim", "helix", "emacs"])
def test_every_block_of_an_editors_page_is_loaded_by_its_tests(page: str) -> None:
    blocks = (PAGES / f"{page}.md").read_text(encoding="utf-8").count("\n```") / 2
    found = snippets(page)
    assert len(found) == blocks, "a block that no test loads may be wrong; name it with <!-- snippet: NAME -->"
    driver = (ROOT / "tests" / "editors" / f"{page}.py").read_text(encoding="utf-8")
    assert [name for name in found if f'"{name}"' not in driver] == []


def test_the_settings_of_the_page_of_vs_code_exist() -> None:
    known = {f"phi.{item.key}" for item in declarations(Settings)}
    own = {name for text in snippets("vscode").values() for name in json.loads(text) if name.startswith("phi.")}
    assert own
    assert own <= known


def test_the_reasons_on_the_page_of_symptoms_are_those_that_phi_ls_gives() -> None:
    said = {
        node.value.strip()
        for file in (ROOT / "server").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    page = (PAGES.parent / "troubleshooting.md").read_text(encoding="utf-8")
    symptoms = [row.split("|")[1] for row in page.splitlines() if row.startswith("| ")]
    quoted = [text for symptom in symptoms for text in re.findall(r'"([^"]+)"', symptom)]
    assert len(quoted) >= 10
    # A reason may hold numbers and names: then a good part of it has to stand in the source.
    drifted = [text for text in quoted if not any(_is_said(text, piece) for piece in said)]
    assert drifted == []


def _is_said(text: str, piece: str) -> bool:
    return text in piece or (len(piece) >= len(text) / 4 and piece in text)


def test_the_pictures_of_the_docs_are_small_and_can_be_read() -> None:
    pictures = sorted((PAGES.parent / "images").iterdir())
    assert PAGES.parent / "images" / "neovim.svg" in pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > 300_000] == []
    for picture in pictures:
        if picture.suffix == ".svg":
            assert ElementTree.parse(picture).getroot().tag.endswith("svg")  # noqa: S314 - a file of ours


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_files_and_headings_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:", target):
            continue
        name, _, heading = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        assert file.exists(), f"{document.name} links to {target}"
        if heading:
            titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert heading in anchors, f"{document.name} links to {target}"
