"""Each package begins with a map that names all of its modules."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import hingtui

ROOT = Path(hingtui.__file__).parent
PACKAGES = sorted(path.parent for path in ROOT.glob("*/**/__init__.py"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_map_of_a_package_names_its_modules(package: Path) -> None:
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""
    files = {path.stem for path in package.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in package.glob("*/__init__.py")}
    words = set(re.findall(r"\w+", text))
    assert sorted((files | folders) - words) == []
