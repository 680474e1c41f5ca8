"""What the Visual Studio Marketplace and Open VSX ask of an extension, as far as it can be seen without them.

    python scripts/check_vsix.py phi-ls.vsix
    python scripts/check_vsix.py --to-publish phi-ls.vsix     also what a published one needs

Prints one line per fault and exits with 1 when there is one. Neither is asked: this opens no connection.
"""

from __future__ import annotations

import json
import posixpath
import re
import struct
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from typing import Any

CATEGORIES = {"AI", "Programming Languages", "Machine Learning", "Snippets", "Other"}
"""Of those that the marketplaces know the ones that could fit."""
SMALLEST_ICON = 128
MOST_KEYWORDS = 30
LARGEST = 256 * 1024 * 1024
ROOT = "extension/"

_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")


def faults(file: str, *, to_publish: bool = False) -> list[str]:
    """What is wrong with a package, one sentence each."""
    with zipfile.ZipFile(file) as package:
        names = set(package.namelist())
        manifest = json.loads(package.read(ROOT + "package.json"))
        size = sum(entry.compress_size for entry in package.infolist())
        readme = package.read(ROOT + "readme.md").decode() if ROOT + "readme.md" in names else ""
        icon = ROOT + str(manifest.get("icon"))
        described = ElementTree.fromstring(package.read("extension.vsixmanifest"))  # noqa: S314 - written by vsce just before
        return [
            *_named(manifest),
            *_identity(described, manifest),
            *_assets(described, names),
            *(_homeless(manifest, readme) if to_publish else []),
            *_pictures(manifest, readme, names),
            *_icon(package.read(icon) if icon in names else b""),
            *([f"it has {size} bytes, at most {LARGEST} are taken"] if size > LARGEST else []),
        ]


def _named(manifest: dict[str, Any]) -> list[str]:
    wanted = {
        "name": r"[a-z0-9][a-z0-9-]*",
        "publisher": r"[a-z0-9][a-z0-9-]*",
        "version": r"\d+\.\d+\.\d+",
        "license": r"[A-Za-z0-9.-]+",
        "displayName": r".{1,80}",
        "description": r".{20,200}",
    }
    found = [f"{key} does not fit" for key, form in wanted.items() if not re.fullmatch(form, str(manifest.get(key)))]
    strange = set(manifest.get("categories", ())) - CATEGORIES
    keywords = len(manifest.get("keywords", ()))
    return [
        *found,
        *(f"{category} is no category" for category in sorted(strange)),
        *([f"{keywords} keywords, at most {MOST_KEYWORDS} are taken"] if not 0 < keywords <= MOST_KEYWORDS else []),
    ]


def _identity(described: ElementTree.Element, manifest: dict[str, Any]) -> list[str]:
    """Both descriptions in a package name the same thing."""
    found = next((item for item in described.iter() if item.tag.endswith("}Identity")), ElementTree.Element("none"))
    wanted = {"Id": manifest.get("name"), "Version": manifest.get("version"), "Publisher": manifest.get("publisher")}
    return [f"{key} is {found.get(key)}, not {value}" for key, value in wanted.items() if found.get(key) != value]


def _homeless(manifest: dict[str, Any], readme: str) -> list[str]:
    """What needs a public address: the links to source and issues, and the pictures of the page."""
    links = (
        [] if manifest.get("repository") else ["the repository is missing: no link leads to the source and the issues"]
    )
    relative = [path for path in _IMAGE.findall(readme) if not path.startswith("https://")]
    return links + [f"{path} is a relative link, which the page of a marketplace does not have" for path in relative]


def _assets(described: ElementTree.Element, names: set[str]) -> list[str]:
    """The parts that a page of a marketplace is made of."""
    assets = {
        item.get("Type", "").rpartition("Services.")[2]: item.get("Path", "")
        for item in described.iter()
        if item.tag.endswith("}Asset")
    }
    wanted = ("Content.Details", "Content.Changelog", "Content.License", "Icons.Default")
    missing = [f"{kind} is missing" for kind in wanted if kind not in assets]
    return missing + [f"{path} is named and not there" for path in assets.values() if path not in names]


def _pictures(manifest: dict[str, Any], readme: str, names: set[str]) -> list[str]:
    shown = [ROOT + step["media"]["image"] for part in _walkthroughs(manifest) for step in part["steps"]]
    shown += [
        posixpath.normpath(posixpath.join(ROOT, "extension", path))
        for path in _IMAGE.findall(readme)
        if "://" not in path
    ]
    parts = [f"{path} is shown and not there" for path in shown if path not in names]
    parts += [f"{path}: pictures of that kind are not taken" for path in shown if path.endswith(".svg")]
    return parts + ([] if readme else ["the README is missing"])


def _walkthroughs(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = manifest["contributes"].get("walkthroughs", [])
    return found


def _icon(data: bytes) -> list[str]:
    if not data.startswith(b"\x89PNG"):
        return ["the icon is no PNG"]
    width, height = struct.unpack(">II", data[16:24])
    return [f"the icon has {width} x {height} pixels"] if width != height or width < SMALLEST_ICON else []


if __name__ == "__main__":
    found = faults(sys.argv[-1], to_publish="--to-publish" in sys.argv)
    for fault in found:
        sys.stdout.write(f"check_vsix: {fault}\n")
    sys.exit(1 if found else 0)
