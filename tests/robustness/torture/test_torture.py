"""A disk fault at any step leaves files that are complete and either old or new."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.robustness.torture.all_scenes import SCENES
from tests.robustness.torture.naming_scenes import TwoProcessesWithOneName
from tests.robustness.torture.steps import Scene, torture

CASES = [
    # Threads take the steps in another order each time: not for a run that has to be the same.
    pytest.param(scene, marks=[pytest.mark.slow] * isinstance(scene, TwoProcessesWithOneName))
    for scene in SCENES
]


@pytest.mark.parametrize("scene", CASES, ids=lambda scene: scene.name)
@pytest.mark.sample(None)
def test_a_disk_fault_at_any_step_leaves_old_or_new_files(
    scene: Scene, record_property: Callable[[str, object], None], thorough: bool
) -> None:
    if thorough:
        record = torture(scene, every=12)
    else:
        record = torture(scene, every=90 * scene.thinned, every_telling=9 * scene.thinned)
    record_property("cases", record.cases)
    assert record.cases > (20 if thorough else 1)
    assert record.breaches == []
