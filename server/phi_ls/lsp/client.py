"""What the client can do, read once from its `initialize` message as it came over the wire.

The raw message is read because the presence of a key counts: lsp-mode says `"inlineCompletion": null` and asks for
inline completions all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Client:
    """The facts about one client; the defaults are those of a client that says nothing."""

    name: str = ""
    process_id: int | None = None
    inline_completion: bool = False
    """It shows ghost text; it is given no completion popup as well."""
    snippets: bool = False
    plain_line_ends: bool = False
    """Its buffers hold lines without their ends, which come with the file: a carriage return would stay in the text."""
    hover_markdown: bool = True
    hover_plaintext: bool = False
    document_changes: bool = False
    change_annotations: bool = False
    code_action_literals: bool = False
    show_document: bool = False
    work_done_progress: bool = False
    pulls_configuration: bool = False
    registers_configuration: bool = False
    text_document_content: bool = False
    creates_files: bool = False
    """It creates files that an edit asks for."""
    notebooks: bool = False
    """It tells of notebooks and their cells."""
    wants_status: bool = False
    shows_answers: bool = False
    """It shows what `phi.server.explain` returns by itself."""
    streams_answers: bool = False
    """It shows the texts that `phi/answer` brings while an answer grows, before the command has ended."""
    command_links: bool = False
    """Its hovers may hold links to the command `phi.explain`, which it has."""

    @property
    def follows_answers(self) -> bool:
        """Whether a text can be shown while it grows."""
        return self.streams_answers or (self.text_document_content and self.show_document and not self.shows_answers)

    @classmethod
    def of(cls, params: object) -> Client:
        """Read the parameters of `initialize`; what is missing or of another type counts as not said."""
        capabilities = _at(params, "capabilities")
        phi = _at(capabilities, "experimental", "phi")
        name = _at(params, "clientInfo", "name")
        name = name if isinstance(name, str) else ""
        process_id = _at(params, "processId")
        formats = _at(capabilities, "textDocument", "hover", "contentFormat")
        formats = formats if isinstance(formats, list) else ["markdown"]
        edit = _at(capabilities, "workspace", "workspaceEdit")
        operations = _at(edit, "resourceOperations")
        text_document = _at(capabilities, "textDocument")
        return cls(
            name=name,
            process_id=process_id if isinstance(process_id, int) and process_id > 0 else None,
            inline_completion=isinstance(text_document, Mapping) and "inlineCompletion" in text_document,
            snippets=_at(text_document, "completion", "completionItem", "snippetSupport") is True,
            plain_line_ends=name == "Neovim",
            hover_markdown="markdown" in formats,
            hover_plaintext="plaintext" in formats,
            document_changes=_at(edit, "documentChanges") is True,
            change_annotations=isinstance(_at(edit, "changeAnnotationSupport"), Mapping),
            code_action_literals=isinstance(_at(text_document, "codeAction", "codeActionLiteralSupport"), Mapping),
            show_document=_at(capabilities, "window", "showDocument", "support") is True,
            work_done_progress=_at(capabilities, "window", "workDoneProgress") is True,
            pulls_configuration=_at(capabilities, "workspace", "configuration") is True,
            registers_configuration=_at(capabilities, "workspace", "didChangeConfiguration", "dynamicRegistration")
            is True,
            creates_files=isinstance(operations, list) and "create" in operations,
            text_document_content=_at(capabilities, "workspace", "textDocumentContent") is not None,
            notebooks=isinstance(_at(capabilities, "notebookDocument", "synchronization"), Mapping),
            wants_status=_at(phi, "status") is True or name.startswith("Visual Studio Code"),
            shows_answers=_at(phi, "showsAnswers") is True,
            streams_answers=_at(phi, "streamsAnswers") is True,
            command_links=_at(phi, "commandLinks") is True,
        )


def trusted(params: object) -> dict[str, Any]:
    """Of the parameters of `initialize` those that pygls needs, and only where they have the right type.

    One capability that is spelled wrong must not cost a client its server.
    """
    encodings = _at(params, "capabilities", "general", "positionEncodings")
    encodings = [item for item in encodings if isinstance(item, str)] if isinstance(encodings, list) else []
    folders = _at(params, "workspaceFolders")
    folders = folders if isinstance(folders, list) else []
    root = _at(params, "rootUri")
    trace = _at(params, "trace")
    return {
        "processId": None,
        "rootUri": root if isinstance(root, str) else None,
        "capabilities": {"general": {"positionEncodings": encodings}} if encodings else {},
        "initializationOptions": _at(params, "initializationOptions"),
        "workspaceFolders": [
            {"uri": folder["uri"], "name": str(folder.get("name", ""))}
            for folder in folders
            if isinstance(_at(folder, "uri"), str)
        ],
        "trace": trace if trace in ("off", "messages", "verbose") else "off",
    }


def _at(value: Any, *path: str) -> Any:  # noqa: ANN401 - JSON of a client
    """What lies at a path of keys; None where a step is missing or no object."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value
