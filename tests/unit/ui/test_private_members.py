"""The private members of Textual that hingtui uses exist, and their list is complete."""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import DataTable

from hingtui import ui
from hingtui.ui.textual_fixes import private_members, row_table
from hingtui.ui.textual_fixes.private_members import PRIVATE_MEMBERS

NAMES = [(owner, member) for owner, members in PRIVATE_MEMBERS.items() for member in members]


def owner_of(name: str) -> object:
    """The module or class, or an instance if the attributes exist only on one."""
    if name == "textual.app.App":
        return App()
    if name == "textual.widgets.DataTable":
        return DataTable()
    try:
        return import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return getattr(import_module(module), attribute)


def assigned_in(owner: object) -> set[str]:
    """The attributes that the methods of a class assign, of this class and its bases."""
    names: set[str] = set()
    for one in owner.__mro__ if isinstance(owner, type) else ():
        if one.__module__.startswith("textual"):
            names |= assigned_in_module(one.__module__)
    return names


@cache
def assigned_in_module(name: str) -> set[str]:
    path = Path(str(import_module(name).__file__))
    return set(attributes(ast.parse(path.read_text("utf-8")), "self"))


def attributes(tree: ast.AST, of: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if node.value.id == of:
            yield node.attr


@pytest.mark.parametrize(("owner", "member"), NAMES, ids=[f"{o}.{m}" for o, m in NAMES])
def test_textual_still_has_the_member(owner: str, member: str) -> None:
    found = owner_of(owner)
    assert hasattr(found, member) or member in assigned_in(found), (
        f"Textual {version('textual')} has no {owner}.{member} any more: adapt the module that "
        f"{Path(private_members.__file__).name} names for it"
    )


def test_every_private_member_that_the_table_uses_is_listed() -> None:
    tree = ast.parse(Path(row_table.__file__).read_text("utf-8"))
    (table,) = (
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "RowTable"
    )
    used = {name for name in attributes(table, "self") if name.startswith("_")}
    theirs = {name for name in used if hasattr(DataTable(), name)}
    defined = {node.name for node in table.body if isinstance(node, ast.FunctionDef)}
    theirs |= {name for name in defined if name.startswith("_") and hasattr(DataTable, name)}
    theirs -= {"__init__"}
    assert theirs - set(PRIVATE_MEMBERS["textual.widgets.DataTable"]) == set()


def test_every_private_member_that_the_screen_uses_is_listed() -> None:
    listed = {name for names in PRIVATE_MEMBERS.values() for name in names}
    missing = []
    for module in pkgutil.walk_packages(ui.__path__, "hingtui.ui."):
        found = import_module(module.name)
        for node in ast.parse(Path(str(found.__file__)).read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                names = used_in(node) & set(members_of_textual(getattr(found, node.name)))
                missing += [f"{module.name}: {node.name}.{name}" for name in names - listed]
    assert missing == []


def used_in(defined: ast.ClassDef) -> set[str]:
    """The private names that a class uses of itself, and those that it defines."""
    names = set(attributes(defined, "self"))
    for node in ast.walk(defined):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "super()":
            names.add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
    return {name for name in names if name.startswith("_") and not name.endswith("__")}


def members_of_textual(owner: type) -> Iterator[str]:
    """What a class inherits from Textual."""
    for base in owner.__mro__:
        if base.__module__.startswith("textual"):
            yield from vars(base)
    yield from assigned_in(owner)
