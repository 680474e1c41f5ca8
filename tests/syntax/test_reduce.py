"""Long code is made shorter by leaving out blocks, outer ones first."""

from __future__ import annotations

import pytest

from phi_ls.syntax import errors_in, parse, reduced
from phi_ls.text import Source, Span

CLASS = '''\
class Stack:
    """Last in, first out."""

    def push(self, item):
        """Add an item."""
        self.items.append(item)
        self.count += 1
        return item

    def pop(self):
        if not self.items:
            raise IndexError
        return self.items.pop()
'''


@pytest.mark.parametrize(
    ("characters", "shown", "left_out"),
    [
        pytest.param(1000, CLASS, 0, id="it-fits"),
        pytest.param(
            240,
            CLASS.replace("if not self.items:\n            raise IndexError\n        return self.items.pop()", "..."),
            1,
            id="the-largest-body",
        ),
        pytest.param(
            180,
            CLASS.replace(
                "if not self.items:\n            raise IndexError\n        return self.items.pop()", "..."
            ).replace("self.items.append(item)\n        self.count += 1\n        return item", "..."),
            2,
            id="all-bodies",
        ),
        pytest.param(30, "class Stack:\n...\n", 3, id="the-end"),
    ],
)
def test_bodies_are_left_out_until_a_class_fits(characters: int, shown: str, left_out: int) -> None:
    tree = parse(Source("u", "python", 1, CLASS))
    assert tree is not None
    assert reduced(tree, Span(0, len(CLASS)), characters) == (shown, left_out)


def test_the_body_of_a_function_keeps_its_outer_shape() -> None:
    text = "function f(a) {\n  if (a) {\n    one(a);\n    two(a);\n  }\n  return a;\n}\n"
    source = Source("u", "javascript", 1, text)
    tree = parse(source)
    assert tree is not None
    shown, left_out = reduced(tree, Span(0, len(text)), 60)
    assert (shown, left_out) == ("function f(a) {\n  if (a) {\n    ...\n  }\n  return a;\n}\n", 1)


@pytest.mark.parametrize("characters", [50, 100, 200])
def test_what_is_shown_is_never_longer_than_asked(characters: int) -> None:
    tree = parse(Source("u", "python", 1, CLASS * 3))
    assert tree is not None
    assert errors_in(tree) == 0
    shown, _left_out = reduced(tree, Span(0, len(CLASS) * 3), characters)
    assert len(shown) <= characters
