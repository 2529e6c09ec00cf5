"""The shipped translations are complete and compiled, and the catalogue tool updates them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tests.tools import catalogue

SENTENCES_WITH_KEYS = re.compile(
    r"\b[Pp]ress (?!\{)|(?<![\w{'])[a-zA-Z?] (?:downloads|resumes|brings|quits|shows|adds)\b"
)


@pytest.fixture(scope="module")
def messages() -> Catalog:
    """Every sentence of the code: to look for them takes seconds."""
    return catalogue.extract()


def test_every_message_is_translated_and_no_translation_is_unused(
    messages: Catalog,
) -> None:
    translations = catalogue.read()
    assert catalogue.untranslated(translations, messages) == []
    assert catalogue.unused(translations, messages) == []


def test_no_message_contains_a_fixed_key(messages: Catalog) -> None:
    found = [
        message.id
        for message in messages
        if SENTENCES_WITH_KEYS.search(str(message.id)) and "Enter" not in str(message.id)
    ]
    assert found == []


def test_every_translation_has_the_placeholders_of_its_message() -> None:
    assert catalogue.unlike(catalogue.read()) == []


def test_chinese_has_one_word_for_the_enter_key_and_for_a_family() -> None:
    for message in catalogue.read():
        translation = str(message.string)
        assert "回车" not in translation, "the footer calls it Enter"
        if re.search(r"\bfamily\b", str(message.id), re.IGNORECASE):
            assert "接口类型" in translation


def test_the_compiled_catalogue_is_up_to_date() -> None:
    assert catalogue.MO.read_bytes() == catalogue.compiled()


@pytest.mark.slow
def test_updating_the_catalogue_again_changes_nothing(tmp_path: Path) -> None:
    copy = tmp_path / "hingtui.po"
    shutil.copy(catalogue.PO, copy)
    catalogue.update(copy)
    assert copy.read_bytes() == catalogue.PO.read_bytes()


def test_updating_the_catalogue_keeps_translations(tmp_path: Path) -> None:
    path, source = tmp_path / "x.po", tmp_path / "source"
    source.mkdir()
    (source / "one.py").write_text('_("hello")\n_("bye")\nngettext("one", "{n} many", 3)\n')
    path.write_text('msgid ""\nmsgstr ""\n\nmsgid "hello"\nmsgstr "你好"\n', encoding="utf-8")
    catalogue.update(path, source)
    assert [message.string for message in catalogue.read(path) if message.id] == ["你好", "", ("",)]


def test_a_constant_in_mark_is_extracted(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text('LABEL = mark("later")\n')
    assert catalogue.extract(tmp_path).get("later") is not None


def test_a_sentence_within_an_f_string_is_extracted(tmp_path: Path) -> None:
    text = """line = f"! {_('file moved')} {ngettext('{n} day', '{n} days', 3)}"\n"""
    (tmp_path / "one.py").write_text(text)
    found = catalogue.extract(tmp_path)
    assert found.get("file moved") is not None
    assert found.get("{n} day") is not None


@pytest.mark.parametrize(
    ("chinese", "is_fine"), [("{n} 个", True), ("{m} 个", False), ("个", False)]
)
def test_a_plurals_placeholders_are_compared_with_the_plural_form(
    chinese: str, is_fine: bool
) -> None:
    translations = Catalog("zh_CN")
    translations.add(("one video", "{n} videos"), (chinese,))
    assert (catalogue.unlike(translations) == []) is is_fine


def test_an_unknown_command_prints_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogue.main(["eat"]) == 2
    assert "update|compile|check" in capsys.readouterr().err
