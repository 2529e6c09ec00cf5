"""Update, compile and check the translations.

Run `python3 -m tests.tools.catalogue update|compile|check`:
`update` collects the sentences of the code into the .po file and keeps what is translated;
`compile` makes the .mo file that the program reads; `check` reports what is wrong with both.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[2] / "hingtui"
FOLDER = SOURCE / "text" / "locale" / "zh_CN" / "LC_MESSAGES"
PO = FOLDER / "hingtui.po"
MO = FOLDER / "hingtui.mo"
LOCALE = "zh_CN"

TEXTS = {"_": 1, "mark": 1, "ngettext": 2}
"""The functions that take a sentence, and how many of their arguments are its forms."""


def extract(source: Path = SOURCE) -> Catalog:
    """Every sentence in the code below `source`, untranslated."""
    template = Catalog(LOCALE, domain="hingtui")
    for path in sorted(source.rglob("*.py")):
        for line, sentence in _sentences(path):
            template.add(sentence, locations=[(path.relative_to(source).as_posix(), line)])
    return template


def _sentences(path: Path) -> list[tuple[int, str | tuple[str, ...]]]:
    """Each sentence of a file with its line, in their order.

    Babel's own search knows no braces of f-strings before Python 3.12, and takes three times as
    long.
    """
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for call in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            given = call.args[: TEXTS.get(call.func.id, 0)]
            texts = [one.value for one in given if isinstance(one, ast.Constant)]
            forms = tuple(text for text in texts if isinstance(text, str))
            if forms:
                found.append((call.lineno, call.col_offset, forms))
    return [(line, forms if len(forms) > 1 else forms[0]) for line, _, forms in sorted(found)]


def read(path: Path = PO) -> Catalog:
    """The translations as they stand; none where there is no file yet."""
    if not path.exists():
        return Catalog(LOCALE, domain="hingtui")
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, domain="hingtui")


def update(path: Path = PO, source: Path = SOURCE) -> None:
    """Bring the .po file up to date with the code; what the code no longer says goes."""
    old, fresh = read(path), extract(source)
    for message in fresh:
        known = old.get(message.id)
        if message.id and known is not None and _is_same_kind(known, message):
            message.string = known.string
    target = io.BytesIO()
    write_po(target, fresh, width=100, sort_by_file=True, include_lineno=False, omit_header=True)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {LOCALE}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + target.getvalue())


def compiled(path: Path = PO) -> bytes:
    """The .mo file that belongs to the .po file at `path`."""
    catalogue = read(path)
    # Where the .po names no date, Babel would write the time of this very minute.
    catalogue.creation_date = catalogue.revision_date = datetime.fromtimestamp(0, UTC)
    target = io.BytesIO()
    write_mo(target, catalogue)
    # The version of the Babel at hand is no part of the translation; its length keeps the offsets.
    return re.sub(
        rb"(Generated-By: Babel )([\w.]+)",
        lambda found: found[1] + re.sub(rb"\w", b"0", found[2]),
        target.getvalue(),
    )


def untranslated(catalogue: Catalog, template: Catalog) -> list[str]:
    """The sentences of the code that the catalogue does not say."""
    return [name for name in _names(template) if not _forms(catalogue.get(name))]


def unused(catalogue: Catalog, template: Catalog) -> list[str]:
    """The sentences of the catalogue that the code no longer says."""
    return [name for name in _names(catalogue) if template.get(name) is None]


def unlike(catalogue: Catalog) -> list[str]:
    """The sentences whose translation has not the same {fields}."""
    return [
        name
        for message in catalogue
        if (name := _name(message))
        for form in _forms(message)
        if fields(form) != fields(_longest(message))
    ]


def fields(sentence: str) -> set[str]:
    """The names that `sentence.format(…)` would ask for."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def problems() -> Iterator[str]:
    """What is wrong with the catalogue, a line each."""
    catalogue, template = read(), extract()
    yield from (f"not translated: {name!r}" for name in untranslated(catalogue, template))
    yield from (f"not used: {name!r}" for name in unused(catalogue, template))
    yield from (f"other fields: {name!r}" for name in unlike(catalogue))
    if not MO.exists() or MO.read_bytes() != compiled():
        yield "the .mo file is not what the .po file compiles to"


def _names(catalogue: Catalog) -> Iterator[str]:
    return (name for message in catalogue if (name := _name(message)))


def _name(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else str(message.id)


def _longest(message: Message) -> str:
    """The English that has all the fields: of two forms, the plural."""
    return message.id[1] if isinstance(message.id, tuple) else str(message.id)


def _forms(message: Message | None) -> list[str]:
    """The translations of `message`; none where one of them is missing or only guessed."""
    if message is None or message.fuzzy:
        return []
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return [str(string) for string in strings] if all(strings) else []


def _is_same_kind(one: Message, other: Message) -> bool:
    return isinstance(one.id, tuple) == isinstance(other.id, tuple)


def main(arguments: list[str]) -> int:
    """Run one of the three commands."""
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            MO.write_bytes(compiled())
        case ["check"]:
            found = list(problems())
            sys.stdout.writelines(f"{line}\n" for line in found)
            return 1 if found else 0
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
