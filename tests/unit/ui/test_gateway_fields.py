"""The fields of the dialog that takes a gateway."""

from __future__ import annotations

import pytest

from hingtui.storage.settings import KINDS
from hingtui.ui.screens.gateway_fields import kind_hint


@pytest.mark.parametrize("kind", KINDS)
def test_each_family_has_a_hint(kind: str) -> None:
    assert kind_hint(kind)
