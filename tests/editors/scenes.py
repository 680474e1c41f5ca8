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
        {"when": r"many =$", "text": " " + WORDS},
        {"when": r"quick =$", "text": " brown"},
        {"when": r"slow =[^\n]*$", "text": " lazy_dog" + " + dog" * 2000},
        {"when": r"stalled =$", "text": " never", "fails": "hang"},
    ],
    "default": "",
}

SETTINGS: dict[str, Any] = {"phi": {"backend": "scripted"}}
STARTER: dict[str, Any] = {"phi": {"backend": "cpu"}}
STARTER_SCENES = (
    "class Point:\n    def __init__(self, x, y):\n        self.x = x\n        self.y =",
    "total = 0\nfor number in range(10):\n    total +=",
    "import os\n\n\ndef read(path):\n    with open(path)",
)
