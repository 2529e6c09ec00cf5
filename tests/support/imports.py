"""What importing a module of hingtui imports, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import hingtui

ROOT = Path(hingtui.__file__).parent.parent


def path_of(module: str) -> Path | None:
    """Its file; None where it is not one of hingtui's."""
    base = ROOT.joinpath(*module.split("."))
    for path in (base / "__init__.py", base.with_suffix(".py")):
        if path.is_file() and module.startswith("hingtui"):
            return path
    return None


@cache
def imported_at_once(path: Path) -> tuple[str, ...]:
    """The names that are imported as soon as the module is, not in functions or for types."""
    return tuple(_imported_at_once(ast.parse(path.read_text("utf-8"))))


def _imported_at_once(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _imported_at_once(child)


def imported_with(starts: Iterable[str], ignored: Iterable[str] = ()) -> dict[str, str]:
    """Each module that importing these imports, ours and others', and which of ours imports it.

    Packages that are `ignored` are not followed.
    """
    found: dict[str, str] = {}
    waiting = [(name, "the start") for name in starts]
    while waiting:
        name, importer = waiting.pop()
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            module = ".".join(parts[:end])
            if module in found or module in ignored:
                continue
            path = path_of(module)
            if path is None and module.startswith("hingtui"):
                continue  # a name in a module
            found[module] = importer
            if path is not None:
                waiting += [(each, module) for each in imported_at_once(path)]
    return found
