"""Which package may import which, and why: contracts, each checked in every module."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import hingtui
from tests.support.imports import imported_with

ROOT = Path(hingtui.__file__).parent
TESTS = Path(__file__).parents[1]
FLOORS = (
    ("text",),  # words and cells: whatever has something to say needs them
    ("model", "system"),  # what a video is, and what a machine is
    ("api", "download", "storage", "preview"),  # the network, one file, the disk, a picture
    ("monitor",),  # brings them together, without a screen
    ("demo",),  # gateways to watch: the watch itself does not need them
    ("ui",),  # shows what the monitor knows, and passes on what a person wants
    ("cli",),  # starts everything else
)
"""Each package imports only itself and packages of earlier rows."""
DOORS = {
    # The errors of the network become ours in one place, and one place decides who gets the token.
    "httpx": ("api",),
    "httpcore": ("api",),
    "socksio": ("api",),
    "truststore": ("api",),
    "certifi": ("api",),
    "ssl": ("api",),
    "socket": ("api", "demo.listener"),
    "http.client": (),
    "urllib.request": ("api.client_config", "api.probe"),  # the proxies of the system
    # Everything else works on a server, without a screen.
    "textual": ("ui",),
    "rich": ("ui", "text.cell_width", "cli.output"),
    # What is kept is written by one package, whole or not at all.
    "tomli_w": ("storage",),
    "platformdirs": ("storage",),
    # They decode files of strangers: only in a process that may be killed.
    "av": ("preview.clip", "preview.serving"),
    "PIL": ("preview.serving",),
    "textual_image": ("preview.serving",),
}
"""The only places that import a library: what has one door can be replaced."""
CONTRACTS = [
    ("monitor", "api", "the watch is tested without HTTP, and asks through protocols"),
    ("monitor", "storage.settings", "a command and the dashboard configure it as they need"),
    ("ui", "api", "only ui.connecting_app makes a client: what is drawn waits for no network"),
    # The layers forbid these too. These are the reasons.
    ("download", "storage", "one video is downloaded without knowing who wants it"),
    ("preview", "storage", "a file is decoded without knowing who wants to see it"),
    ("system", "model", "what is ported to another system knows no videos"),
    ("model", "system", "what a video is does not depend on the system"),
    ("demo", "ui", "the demo's server runs without a screen"),
]
"""(who, whom, why): `who` never imports `whom`, but for EXCEPTIONS."""
EXCEPTIONS = {("ui.connecting_app", "api")}
DECODER = ("child", "clip", "clip_formats", "protocol", "serving")
"""The modules of `preview` that run in the decoder process."""
ONLY_REQUESTS = ("build_request", "patch", "post", "put", "request", "stream", "Request")
REQUESTS_OF_CLIENTS = (*ONLY_REQUESTS, "delete", "get", "head", "options")
"""What makes a request with httpx; the methods of these last names are not always a client's."""
NAMED = {
    "Textual": ("textual",),
    "httpx": ("httpx", "httpcore"),
    "sqlite3": ("sqlite3",),
    "widgets": ("textual.app", "textual.screen", "textual.widget", "textual.widgets"),
}
"""What docstrings say that their module does not import."""
NOT_IMPORTED = re.compile(rf"import(?: |s no |s neither )({'|'.join(NAMED)})(?: n?or (\w+))?")
TOP_LEVEL = {
    *("README.md", "hingtui", "pyproject.toml", "screenshots", "tests"),
    *(".ci", ".editorconfig", ".github", ".gitignore", ".pre-commit-config.yaml"),
}


@cache
def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    """`ui.table.cells` for a module; a package's own `__init__` has the package's name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports_of(path: Path) -> list[str]:
    """Every imported name, absolute and dotted, inside functions too."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names += (f"{node.module}.{alias.name}" for alias in node.names)
    return names


def ours(path: Path) -> Iterator[str]:
    """What it imports of hingtui, without that prefix."""
    for imported in imports_of(path):
        if imported.startswith("hingtui."):
            yield imported.removeprefix("hingtui.")


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_a_module_imports_only_from_lower_layers() -> None:
    floors = {name: floor for floor, names in enumerate(FLOORS) for name in names}
    broken = []
    for path in modules():
        package = name_of(path).split(".")[0]
        if package in ("", "__main__"):
            continue
        assert package in floors, f"{package} has no floor yet: give it one"
        for imported in ours(path):
            other = imported.split(".")[0]
            is_own = other == package or other not in floors  # no package: hingtui.__version__
            if not is_own and floors[other] >= floors[package]:
                broken.append(f"{name_of(path)} imports {imported}")
    assert broken == []


def test_each_library_is_imported_only_in_its_packages() -> None:
    broken = []
    for path in modules():
        for imported in imports_of(path):
            for library, doors in DOORS.items():
                is_open = any(is_in(name_of(path), door) for door in doors)
                if is_in(imported, library) and not is_open:
                    broken.append(f"{name_of(path)} imports {imported}")
    assert broken == []


@pytest.mark.parametrize(("who", "whom", "why"), CONTRACTS, ids=lambda value: str(value)[:40])
def test_an_import_contract_is_kept(who: str, whom: str, why: str) -> None:
    for path in modules():
        if is_in(name_of(path), who) and (name_of(path), whom) not in EXCEPTIONS:
            broken = [imported for imported in ours(path) if is_in(imported, whom)]
            assert not broken, f"{name_of(path)} imports {broken}, but {why}"


@pytest.mark.parametrize("module", DECODER)
def test_the_decoder_process_imports_nothing_else_of_hingtui(module: str) -> None:
    """It starts fast that way, and holds nothing that a malicious file could be after."""
    allowed = {f"preview.{name}" for name in DECODER}
    broken = [
        imported
        for imported in ours(ROOT / "preview" / f"{module}.py")
        if not any(is_in(imported, name) for name in allowed)
    ]
    assert broken == []


def test_every_request_is_a_get_that_one_function_makes() -> None:
    """So nothing in hingtui can spend a credit. Outside of `api` there is no httpx to ask with."""
    made = [
        f"{name_of(path)} {ast.unparse(node.func)} {ast.unparse(node.args[0])}"
        for path in modules()
        if is_in(name_of(path), "api")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and makes_request(node.func)
    ]
    assert made == ["api.locations client.build_request 'GET'"]


def makes_request(called: ast.expr) -> bool:
    if not isinstance(called, ast.Attribute):
        return False
    is_of_httpx = ast.unparse(called.value).endswith(("client", "httpx"))
    return called.attr in (REQUESTS_OF_CLIENTS if is_of_httpx else ONLY_REQUESTS)


def not_imported() -> Iterator[tuple[Path, str]]:
    """Each module whose docstring says that it does not import something, and what."""
    for path in modules():
        docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        for found in NOT_IMPORTED.finditer(" ".join(docstring.split())):
            for name in filter(None, found.groups()):
                yield path, name


def test_a_module_imports_nothing_that_its_docstring_excludes() -> None:
    """Nor does what it imports, but for the packages that it is in."""
    broken = []
    for path, name in not_imported():
        module = f"hingtui.{name_of(path)}"
        packages = [module[:end] for end, letter in enumerate(module) if letter == "."]
        imported = {**imported_with([module], packages), **dict.fromkeys(imports_of(path), module)}
        broken += [
            f"{importer} imports {found}, but {module} must not"
            for found, importer in imported.items()
            if any(is_in(found, excluded) for excluded in NAMED[name])
        ]
    assert broken == []


def test_the_top_level_holds_nothing_else() -> None:
    """As the person it is for asked: what tools need besides is in dotfiles."""
    if not (ROOT.parent / ".git").exists():
        pytest.skip("not a checkout")
    command = ["git", "ls-files"]
    files = subprocess.check_output(command, cwd=ROOT.parent, text=True).splitlines()  # noqa: S603
    assert {name.split("/")[0] for name in files} - TOP_LEVEL == set()


def test_no_test_file_imports_another() -> None:
    of_a_test = re.compile(r"^ *(?:from|import) tests\.(?:\w+\.)*test_\w+\b.*$", re.MULTILINE)
    broken = [
        f"{path.relative_to(TESTS)}: {line.strip()}, but helpers are in tests/support"
        for path in sorted(TESTS.rglob("*.py"))
        for line in of_a_test.findall(path.read_text("utf-8"))
    ]
    assert broken == []
