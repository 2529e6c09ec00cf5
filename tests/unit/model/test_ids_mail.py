"""Finding ids in raw mail, whose long lines are broken inside them."""

from __future__ import annotations

import quopri
import time

import pytest

from hingtui.model.ids import find_ids, readable, urls_of_ids

ONE = "video_691209aab0a08198a4e78870277f7e3d"
TWO = "video_000209aab0a08198a4e78870277f7e3d"
URL = f"https://models.example/v1/videos/{ONE}"
HEADER = "Content-Transfer-Encoding: quoted-printable"


def mail(body: str, line_end: str = "\n") -> str:
    encoded = quopri.encodestring(body.encode()).decode()
    return f"Subject: x\n{HEADER}\n\n{encoded}".replace("\n", line_end)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("before", range(30, 76, 5))
def test_an_id_is_whole_wherever_its_line_was_broken(before: int, line_end: str) -> None:
    text = mail(f"{'x ' * (before // 2)}{ONE} 完成 https://m.example/?task_id={TWO}", line_end)
    assert find_ids(text).ids == (ONE, TWO)


def test_reading_a_mail_twice_changes_nothing() -> None:
    once = readable(mail("task_id=abcdef0123456789"))
    assert readable(once) == once
    assert find_ids(once).ids == ("abcdef0123456789",)


def test_the_gateway_is_that_of_the_whole_link() -> None:
    assert urls_of_ids(mail(f"Your video is ready at the address: {URL}")) == {ONE: URL}


def test_another_part_of_the_mail_stays_as_it_is() -> None:
    text = f"{mail(ONE)}\n--part-2\nContent-Transfer-Encoding: 7bit\n\ntask_id=abcdef0123456789\n"
    assert find_ids(text).ids == (ONE, "abcdef0123456789")


def test_lines_without_a_mark_or_a_header_are_not_joined() -> None:
    assert find_ids(f"{ONE}\n{TWO}").ids == (ONE, TWO)
    assert find_ids(f"id=\n{ONE}").ids == (ONE,)


def test_many_headers_are_read_quickly() -> None:
    begun = time.process_time()
    find_ids(f"{HEADER}\n" * 20_000)
    assert time.process_time() - begun < 10
