"""What is typed into the editors, and what the scripted engine says to it."""

from __future__ import annotations

from typing import Any

AREA = "def area(width, height):\n    return"
TOTAL = "class Basket:\n    def total(self, prices):\n        "
TOTAL_BODY = "result = 0\n        for price in prices:\n            result += price\n        return result"
TABBED = "class Basket:\n\tdef total_tabbed(self, prices):\n\t\t"
TABBED_BODY = "result = 0\n\t\tfor price in prices:\n\t\t\tresult += price\n\t\treturn result"
FOX = 'animals = "🦊é漢"; fox ='
MANY = "many ="
SLOW = "slow ="
QUICK = "quick ="
STALLED = "stalled ="
HALF = "count = half_a"
MIDDLE = "answer = max(1,)"
SPECIAL = "template ="
SPECIAL_TEXT = '"${name} \\\\d $1 {{0}} `x`"'
BY_HAND = "by_hand = prox"
SUMMARY = "The size of a rectangle."
HOVERED = (
    f"print(area(2, 3))\n{'#' + chr(10)}" + "\n" * 60 + f'def area(width, height):\n    """{SUMMARY}"""\n    return 0\n'
)
WORDS = " + ".join(f"word{number}" for number in range(300))

SCRIPT: dict[str, Any] = {
    "token_ms": 15,
    "rules": [
        {"when": r"You explain", "text": "It multiplies the two sides."},
        {"when": r"You write documentation", "text": "Return the area of a rectangle."},
        {"when": r"def area\(width, height\):\n    return$", "text": " width * height"},
        {"when": r"total_tabbed\(self, prices\):\s*$", "text": "\t\t" + TABBED_BODY},
        {"when": r"total\(self, prices\):\s*$", "text": " " * 8 + TOTAL_BODY},
        {"when": r"fox =$", "text": " 'fox'"},
        {"when": r"half_a$", "text": "nd_half"},
        {"when": r"max\(1,$", "text": " width"},
        {"when": r"template =$", "text": " " + SPECIAL_TEXT},
        {"when": r"by_hand = pro$", "text": "duct"},
        {"when": r"many =$", "text": " " + WORDS},
        {"when": r"quick =$", "text": " brown"},
        {"when": r"slow =[^\n]*$", "text": " lazy_dog" + " + dog" * 2000},
        {"when": r"stalled =$", "text": " never", "fails": "hang"},
    ],
    "default": "",
}

SETTINGS: dict[str, Any] = {"phi": {"backend": "scripted", "inlineCompletion": {"lookup": False}}}
"""Without lookup, since the scenes are much alike, and what one test typed would be offered in the next."""
STARTER: dict[str, Any] = {"phi": {"backend": "cpu"}}
UNASKED: dict[str, Any] = {"phi": {"backend": "cpu", "inlineCompletion": {"unasked": "model"}}}
"""For popups, whose requests never count as asked by hand."""
STARTER_SCENES = (
    "class Point:\n    def __init__(self, x, y):\n        self.x = x\n        self.y =",
    "total = 0\nfor number in range(10):\n    total +=",
    "import os\n\n\ndef read(path):\n    with open(path)",
)
