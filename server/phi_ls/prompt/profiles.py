"""The profiles by name; a row of the model catalogue names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.errors import CatalogError
from phi_ls.prompt.chat import Chat, Template
from phi_ls.prompt.fill_in import FAMILIES
from phi_ls.prompt.starter import Starter
from phi_ls.prompt.starter_wide import StarterWide

if TYPE_CHECKING:
    from phi_ls.prompt.profile import Profile

_PROFILES: dict[str, Profile] = {
    item.name: item
    for item in (
        Starter(),
        StarterWide(),
        Chat("phi3", Template()),
        Chat("phi3-128k-april", Template(begin="<s>", system_role=False)),
        Chat("phi4", Template(newline="")),
        *FAMILIES,
    )
}


def profile(name: str) -> Profile:
    """The profile of that name. Raises `CatalogError` for an unknown one."""
    found = _PROFILES.get(name)
    if found is None:
        raise CatalogError(
            f"wanted a prompt profile ({', '.join(_PROFILES)}), found {name!r}; correct the model's catalogue row"
        )
    return found


def profiles() -> tuple[Profile, ...]:
    """All profiles."""
    return tuple(_PROFILES.values())
