"""Tokens as people paste, export and save them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hingtui.model.errors import SettingsError
from hingtui.storage.settings.tokens import clean_token, token_in_file

TOKEN = "oh-0123456789abcdef=="


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"Bearer {TOKEN}",
            f"bearer\t{TOKEN}",
            f'"Bearer {TOKEN}"',
            f"Authorization: Bearer {TOKEN}",
        ),
        *(f"HINGNET_API_KEY={TOKEN}", f'export HINGNET_API_KEY="{TOKEN}"', f"TOKEN = '{TOKEN}';"),
        *(
            f"$env:TOKEN = '{TOKEN}'",
            f"“{TOKEN}”",
            f"`{TOKEN}`",
            f"\u200b{TOKEN}\ufeff",
            f"{TOKEN}\r\n",
        ),
    ],
)
def test_a_label_is_no_part_of_a_token(text: str) -> None:
    assert clean_token(text) == TOKEN


@pytest.mark.parametrize(
    "token", [TOKEN, "ABCDEF==", "1|aB=c", "a.b-c_d~e+f/g=", "BEARER_1", "$a{b}"]
)
def test_a_token_that_looks_like_a_label_is_kept(token: str) -> None:
    assert clean_token(token) == token


@pytest.mark.parametrize(
    "text", ['{"token": 1}', '{"token":"abc"}', "<html>", "Bearer", "a b", "abc\ndef", "ключ", "''"]
)
def test_an_invalid_token_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        clean_token(text)
    assert "Copy" in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_token_file_may_be_saved_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "token"
    path.write_bytes(f"{TOKEN}\r\n".encode(encoding))
    path.chmod(0o600)
    assert token_in_file(path, []) == TOKEN
