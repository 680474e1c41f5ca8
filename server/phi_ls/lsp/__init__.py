"""The language server: the only package that knows the Language Server Protocol.

Everything below is asked with plain data and answers with plain data. `serve` is the way in.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phi_ls.lsp.server import AssistantFactory


def serve(assistant_factory: AssistantFactory | None = None) -> int:
    """Serve one editor over stdin and stdout, then end the process with the exit code that the protocol asks for.

    The process is ended by force once its log is written, so that no thread that is still reading can hold it up.
    """
    from phi_ls.lsp import stdio

    reading, writing = stdio.claim()

    from phi_ls.lsp import logs
    from phi_ls.lsp.server import PhiLanguageServer

    logs.start()
    if assistant_factory is None:
        from phi_ls.features.assistant import Assistant

        assistant_factory = Assistant
    make_assistant = assistant_factory
    try:
        code = stdio.run(lambda: PhiLanguageServer(make_assistant), reading, writing)
    except KeyboardInterrupt:
        code = 130
    except Exception:
        import logging

        logging.getLogger(__name__).exception("the server failed")
        code = 1
    logs.stop()
    sys.stderr.flush()
    os._exit(code)
