r"""llama.vim's layout for a model that is asked in turns, in the words that the starter model knows.

    ... lines above the cursor's line | lines below | the line up to the cursor

Whole lines above first, then what follows, then the beginning of the line as the start of the answer: typing appends,
and a new line changes what the lines below stand behind. It has as many characters as our own prompt for that place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.prompts import joined, parts_at
from phi_ls.text import start_of_line

if TYPE_CHECKING:
    from phi_ls.text import Source

SUFFIX_CHARACTERS = 300


def vim_prompt(source: Source, offset: int) -> str:
    """The prompt as one string."""
    text = source.text
    line = start_of_line(text, offset)
    after = _whole_lines(text[offset : offset + SUFFIX_CHARACTERS])
    room = len(joined(parts_at(source, offset))) - len(after) - (offset - line)
    above = text[max(line - room, 0) : line]
    if line > room:
        above = above[above.find("\n") + 1 :]
    name = source.uri.rpartition("/")[2]
    asked = f"<|user|>\nComplete the line in {name}\n# Context\n{above}\n# After\n{after}<|end|>\n"
    return f"{asked}<|assistant|>\n{text[line:offset]}"


def _whole_lines(text: str) -> str:
    end = text.rfind("\n")
    return text[: end + 1] if end > 0 else text
