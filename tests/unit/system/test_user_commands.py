"""Starting the user's own commands without the token in their environment."""

from __future__ import annotations

import pytest

from hingtui.system.user_commands import start, without_token
from hingtui.text import redaction
from tests.servers.gateway import TOKEN


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "KNOWN", set())


def test_token_variables_are_removed() -> None:
    environ = {"HINGNET_API_KEY": "any", "TOKEN": "of another program", "HOME": "/home/me"}
    assert without_token(environ) == {"HOME": "/home/me"}


@pytest.mark.parametrize("name", ["HINGNET_API_KEY", "TOKEN"])
def test_copies_of_the_token_in_other_variables_are_removed(name: str) -> None:
    environ = {name: TOKEN, "OPENAI_API_KEY": TOKEN, "HEADERS": f"Bearer {TOKEN}", "A": "b"}
    assert without_token(environ) == {"A": "b"}


def test_a_typed_or_stored_token_is_removed() -> None:
    assert without_token({"OPENAI_API_KEY": TOKEN, "A": "b"}, [TOKEN]) == {"A": "b"}


def test_a_token_used_earlier_is_removed() -> None:
    redaction.KNOWN.add(TOKEN)
    assert without_token({"OPENAI_API_KEY": TOKEN, "A": "b"}) == {"A": "b"}


def test_the_value_of_a_foreign_token_variable_is_kept_elsewhere() -> None:
    assert without_token({"TOKEN": "b", "A": "b"}) == {"A": "b"}


def test_a_short_token_is_removed_only_as_a_whole_value() -> None:
    assert without_token({"A": "abcd", "B": "abc"}, ["abc"]) == {"A": "abcd"}


def test_a_proxy_with_a_password_is_kept() -> None:
    environ = {"HTTP_PROXY": "http://me:pass@127.0.0.1:9"}
    assert without_token(environ, [TOKEN]) == environ


def test_a_command_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(OSError, match="no-such-command"):
        start(["/no-such-command"])
