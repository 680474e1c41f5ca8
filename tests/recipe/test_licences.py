"""Which packages may be learned from."""

from __future__ import annotations

from email.parser import Parser

import pytest
from models.starter.recipe.licences import licence_of


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        pytest.param("License-Expression: MIT", "MIT", id="expression"),
        pytest.param("License-Expression: Apache-2.0 OR BSD-3-Clause", "Apache-2.0 OR BSD-3-Clause", id="choice"),
        pytest.param("License-Expression: MIT AND MPL-2.0", None, id="a-part-asks-for-more"),
        pytest.param(
            "License: BSD\nClassifier: License :: OSI Approved :: BSD License", "BSD | BSD License", id="old-fields"
        ),
        pytest.param(
            "Classifier: License :: OSI Approved :: GNU General Public License (GPL)\n"
            "Classifier: License :: OSI Approved :: BSD License",
            None,
            id="one-of-several-is-not-allowed",
        ),
        pytest.param("License: Public Domain", None, id="public-domain"),
        pytest.param("License: see the file", None, id="nothing-known"),
        pytest.param("Name: something", None, id="nothing-said"),
        pytest.param("License: LGPL with an exception for MIT users", None, id="denied-word-wins"),
    ],
)
def test_metadata_decides_what_may_be_learned_from(metadata: str, licence: str | None) -> None:
    assert licence_of("something", Parser().parsestr(metadata + "\n")) == licence


def test_a_package_whose_metadata_a_person_has_read_is_let_in_by_name() -> None:
    metadata = Parser().parsestr("License-Expression: BSD-3-Clause AND CC0-1.0\n")
    assert licence_of("numpy", metadata) == "BSD-3-Clause"
    assert licence_of("other", metadata) is None
