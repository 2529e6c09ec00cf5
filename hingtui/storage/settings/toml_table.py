"""Read a TOML file of settings, and its values by type."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hingtui.model.errors import SettingsError
from hingtui.system.files import next_step, read_file
from hingtui.text.clean import clean_line
from hingtui.text.i18n import _

MOST_BYTES = 1 << 20
"""Bytes; a longer file holds no settings."""
_SECRET = re.compile(r"key|.*(?:token|api_?key|secret|password).*", re.IGNORECASE)
"""Names of keys under which a person may have written the token."""


def is_secret_name(name: str) -> bool:
    """Whether a person may have written the token under the key `name`."""
    return _SECRET.fullmatch(name.replace("-", "_")) is not None


def read_toml(path: Path) -> dict[str, object]:
    """The TOML file at `path`; a missing one counts as empty. Raises SettingsError."""
    try:
        data, _state = read_file(path, MOST_BYTES)
        return parse_toml(data)
    except FileNotFoundError:
        return {}
    except OSError as error:
        from hingtui.text.wrap import in_a_row  # hardly ever needed

        sentence = _("{path} cannot be read: {reason}.")
        message = sentence.format(path=path, reason=error.strerror or str(error))
        raise SettingsError(in_a_row((message, next_step(error)))) from error
    except UnicodeDecodeError:
        sentence = _("{path} is not UTF-8 text. Save it as UTF-8.")
        raise SettingsError(sentence.format(path=path)) from None
    except (ValueError, RecursionError) as error:
        sentence = _("{path} is not valid TOML ({place}). Correct it, or move it away.")
        # The parser's message may quote a secret: only the place and the kind are used.
        place = re.search(r"line \d+, column \d+", str(error))
        named = place[0] if place else _("at its end")
        if hint := _hint(str(error)):
            named = f"{named}: {hint}"
        raise SettingsError(sentence.format(path=path, place=named)) from None


def _hint(message: str) -> str:
    """What is wrong, or how it is written rightly; "" where the parser's `message` is no help."""
    if re.match(r"Cannot (declare|overwrite|mutate)|Duplicate", message):
        return _("a table or a key that is there already")
    if message.startswith("Invalid value"):
        return _('a text needs straight quotes, as in "nord"; true and false are in small letters')
    if message.startswith(("Unescaped", "Invalid hex value")):
        return _("a path with \\ needs single quotes, as in 'C:\\Videos'")
    if message.startswith("Expected '='"):
        return _("an = is expected behind a name")
    return ""


def parse_toml(data: bytes) -> dict[str, object]:
    """The table in `data`. Raises ValueError or RecursionError."""
    if len(data) >= MOST_BYTES:
        raise ValueError("too long")
    return tomllib.loads(data.decode("utf-8-sig"))  # tomllib refuses a byte-order mark


@dataclass(frozen=True, slots=True)
class Table:
    """The keys of one file, read by type."""

    table: Mapping[str, object]
    path: Path

    def wrong(self, name: str, expected: str) -> SettingsError:
        sentence = _("{name} in {path} cannot be used: {expected}.")
        return SettingsError(sentence.format(name=name, path=self.path, expected=expected))

    def secret(self, name: str) -> SettingsError:
        reason = _("a token does not belong there: run hingtui and type it when asked")
        return self.wrong(clean_line(name, 60), reason)

    def unknown(self, name: str, known: Sequence[str]) -> str:
        """That there is no such key, and which of the `known` ones may have been meant."""
        import difflib  # hardly ever needed, as is the other one

        from hingtui.text.wrap import in_a_row

        sentence = _("{name} in {path} is not a setting of hingtui: it is ignored.")
        sentence = sentence.format(name=clean_line(name, 60), path=self.path)
        if near := difflib.get_close_matches(name.rpartition(".")[2].lower(), known, 1, 0.7):
            sentence = in_a_row((sentence, _("Did you mean {name}?").format(name=near[0])))
        return sentence

    def empty(self, name: str, example: str = "") -> SettingsError:
        """That nothing is written behind the key; `example` is what could be."""
        expected = _("it is empty. Write a text in quotes, or delete the line")
        if example:
            expected = _("it is empty. Write {example}, say, or delete the line")
        return self.wrong(name, expected.format(example=example))

    def text(self, name: str, example: str = "") -> str | None:
        """The text of a key, None without one. Raises SettingsError, with `example` if empty."""
        value = self.table.get(name)
        if value is None:
            return None
        if isinstance(value, str) and not value.strip():
            raise self.empty(name, example)
        if not isinstance(value, str) or "\0" in value:
            raise self.wrong(name, _("a text in quotes is expected"))
        return value.strip()

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of `choices`; the first one where nothing is set."""
        value = self.text(name) or choices[0]
        if value not in choices:
            expected = _("one of {names} is expected").format(names=", ".join(choices))
            raise self.wrong(name, expected)
        return value

    def texts(self, name: str) -> Sequence[str]:
        value = self.table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(name, _('a list such as ["one", "two"] is expected'))
        return value

    def switch(self, name: str) -> bool | None:
        value = self.table.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, _("true or false is expected"))
        return value

    def count(self, name: str, usual: int, most: int) -> int:
        value = self.table.get(name, usual)
        if type(value) is not int or not 1 <= value <= most:
            raise self.wrong(
                name, _("a whole number from 1 to {most} is expected").format(most=most)
            )
        return value

    def command(self, name: str, example: str = "") -> tuple[str, ...]:
        """A command as a list of words, or as one line with a shell's quotes; () without one.

        With an `example`, one that is written but empty is an error. Raises SettingsError.
        """
        value = self.table.get(name, [])
        try:
            if isinstance(value, str):
                import shlex  # not for the first picture

                words = shlex.split(value)
            else:
                words = list(self.texts(name))
        except ValueError:
            raise self.wrong(name, _("its quotes do not match")) from None
        if example and name in self.table and not any(word.strip() for word in words):
            raise self.empty(name, example)
        if any("\0" in word for word in words) or (words and not words[0].strip()):
            raise self.wrong(name, _("a program is expected first"))
        return tuple(words)
