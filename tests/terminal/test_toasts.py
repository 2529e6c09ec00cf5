"""Toasts on a real terminal: wide characters stay whole, and nothing is left of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a pty is needed", allow_module_level=True)

from tests.support.watched_home import quiet, settled, watched_home

PROMPT = "冰镇汽水广告：气泡升起，阳光穿过玻璃"


@pytest.mark.parametrize(("key", "shown"), [("u", "u"), ("f5", "F5")])
@pytest.mark.slow
def test_a_chinese_toast_over_a_border_is_whole_and_leaves_nothing(
    home: Path, key: str, shown: str
) -> None:
    """The two keys differ in width: in one of the toasts a character stands on the border."""
    with watched_home(home) as watched:
        watched.environ["HINGTUI_LANG"] = "zh"
        (home / "config.toml").write_text(f'[keys]\nundo = "{key}"\n')
        with watched.dashboard(columns=120, rows=24) as running:
            settled(running)
            running.press("\r")
            running.shows("Esc 关闭")
            border = quiet(running).split("\n")[-3]
            running.press("gx")
            running.shows(f"已移除：{PROMPT}（按 {shown} 撤销）")
            running.press("jjkk")  # the screen is drawn in part around it
            running.shows(f"已移除：{PROMPT}（按 {shown} 撤销）")
            running.until(lambda text: "已移除" not in text, "the toast gone")
            assert quiet(running).split("\n")[-3][:73] == border[:73] == " " * 72 + "│"
