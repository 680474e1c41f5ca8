"""Which pieces of other files are shown beside a cursor."""

from __future__ import annotations

import random

from phi_ls.context import LineIndex, snippets

MODELS = LineIndex(
    "app/models.py",
    """\
import db


class Order:
    def total(self, tax):
        return sum(item.price for item in self.items) * tax

    def cancel(self):
        self.state = "cancelled"
        self.save()
""",
)
VIEWS = LineIndex(
    "app/views.py",
    """\
def show(request):
    order = Order.objects.get(request.id)
    if order is None:
        raise Http404("no order")
    return render(request, "order.html", {"order": order})
""",
)


def shown(before: str, **options: int) -> str:
    """The snippets as one text."""
    found = snippets(before, (MODELS, VIEWS), **options)
    return "".join(f"# {snippet.path}\n{snippet.text}" for snippet in found)


def test_a_line_that_begins_alike_is_shown_with_what_follows_it() -> None:
    assert (
        shown("def edit(request):\n    order = Order.obj", limit=1)
        == """\
# app/views.py
def show(request):
    order = Order.objects.get(request.id)
    if order is None:
        raise Http404("no order")
    return render(request, "order.html", {"order": order})
"""
    )


def test_on_an_empty_line_the_line_above_is_looked_for() -> None:
    assert (
        shown('        raise Http404("no order")\n    ', limit=1)
        == """\
# app/views.py
    if order is None:
        raise Http404("no order")
    return render(request, "order.html", {"order": order})
""".replace("\n    ", "\n")
    )


def test_the_definition_of_a_name_near_the_cursor_is_shown() -> None:
    assert (
        shown("bill = order.total(", limit=1)
        == """\
# app/models.py
class Order:
    def total(self, tax):
        return sum(item.price for item in self.items) * tax

    def cancel(self):
        self.state = "cancelled"
        self.save()
"""
    )


def test_what_resembles_nothing_has_no_snippets() -> None:
    assert shown("zz = 1\nq = zz + ") == ""
    assert shown("") == ""


def test_snippets_fit_the_room_that_they_are_given() -> None:
    numbers = random.Random(1)
    lines = [f"value_{numbers.randrange(50)} = compute_{numbers.randrange(9)}(x)" for _ in range(400)]
    indexes = [LineIndex(f"m{number}.py", "\n".join(lines[number:])) for number in range(5)]
    for characters in (50, 300, 1200):
        found = snippets("value_1 = compute_2(", indexes, characters=characters)
        assert len(found) <= 3
        assert sum(len(snippet.text) for snippet in found) <= characters
        assert all(snippet.text.endswith("\n") for snippet in found)


def test_two_snippets_never_show_the_same_lines() -> None:
    text = "".join(f"result = handle(item{number})\n" for number in range(40))
    other = text.replace("item", "thing")
    indexes = (LineIndex("a.py", text), LineIndex("copy.py", text), LineIndex("b.py", other))
    found = snippets("result = handle(", indexes)
    assert [snippet.path for snippet in found] == ["a.py", "b.py"]
