r"""What a model is told of the place where it writes: pure functions of one source and one offset.

Everything that leaves here has had its secrets taken out and its line ends made \n.
"""

from phi_ls.context.budget import Budget
from phi_ls.context.completion import PREFIX_SHARE, CompletionContext, completion_context, display_path, file_name
from phi_ls.context.secrets import REDACTED, redact
from phi_ls.context.snippets import LineIndex, Snippet, snippets

__all__ = [
    "PREFIX_SHARE",
    "REDACTED",
    "Budget",
    "CompletionContext",
    "LineIndex",
    "Snippet",
    "completion_context",
    "display_path",
    "file_name",
    "redact",
    "snippets",
]
