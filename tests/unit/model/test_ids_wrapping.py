"""Finding ids as chat tools, mail, web pages and shells pass them on."""

from __future__ import annotations

import pytest

from hingtui.model.ids import Found, find_ids, find_ids_in_arguments, urls_of_ids

ONE = "video_691209aab0a08198a4e78870277f7e3d"
TWO = "video_000209aab0a08198a4e78870277f7e3d"
URL = f"https://models.example/v1/videos/{ONE}"
ENCODED = f"https%3A%2F%2Fmodels.example%2Fv1%2Fvideos%2F{ONE}"


@pytest.mark.parametrize(
    "text",
    [
        *(f"_{ONE}_", f"__{ONE}__", f"***{ONE}***", f"~~{ONE}~~", f"**_{ONE}_**", f"`{ONE}`"),
        *(f"#{ONE}", f"@{ONE}", f"[mine]({URL})", f"<{URL}|{ONE}>", f"<{URL}|my video>"),
        *(f"&lt;{ONE}&gt;", f"&quot;{ONE}&quot;", f"&nbsp;{ONE}&nbsp;", f"&#34;{ONE}&#x22;"),
        *(f"✅{ONE}", f"🎬{ONE}🎬", f"→{ONE}", f"•{ONE}", f"编号{ONE}完成", f"№{ONE}™"),
        "".join(chr(ord(char) + 0xFEE0) for char in ONE),
        f"\x1e{ONE}\n",
        *(ENCODED, URL.replace("_", "%5F"), f"{URL}%0A", f"https://x.example/?task_id={ONE}%20"),
        f"https://www.google.com/url?q={ENCODED}&sa=D&usg=AOvVaw0",
        f"https://eur01.safelinks.protection.outlook.com/?url={ENCODED}&data=05%7C01&reserved=0",
        f"https://link.example/?target={URL}",
    ],
)
def test_an_id_is_found_in_its_wrapping(text: str) -> None:
    assert find_ids(text).ids == (ONE,)


@pytest.mark.parametrize(
    "text",
    [
        *(f"^[[32m{ONE}^[[0m", f"\\u001b[1;32m{ONE}\\u001b[0m", f"\\033[32m{ONE}\\033[m"),
        *(f"\\e[32m{ONE}\\e[0m", f"#033[32m{ONE}#033[0m", f"␛[32m{ONE}␛[0m"),
        *(f"[32m{ONE}[0m", f"[38;5;120m{ONE}[m", f"[1m[32m{ONE}[0m."),
        '{"id": "\\u001b[32m' + ONE + '\\u001b[0m"}',
    ],
)
def test_what_is_left_of_colours_is_no_part_of_an_id(text: str) -> None:
    assert find_ids(text) == Found((ONE,), ())


def test_a_list_of_ids_is_not_taken_for_colours() -> None:
    assert find_ids("[7mAbc1234, 32mXyz56]").ids == ("7mAbc1234", "32mXyz56")


@pytest.mark.parametrize("text", ["1.23457E+17", "id\n1.23457E+17\n", "2.5e+20"])
def test_a_number_that_a_spreadsheet_has_rounded_is_no_id(text: str) -> None:
    assert find_ids(text).ids == find_ids_in_arguments([text]).ids == ()


@pytest.mark.parametrize(
    "between", ["\0", "\x1e", "→", "🎬", "&#10;", "&nbsp;", " • ", "·", "⏎", "|", "\u3000"]
)
def test_text_between_two_ids_separates_them(between: str) -> None:
    assert find_ids(f"{ONE}{between}{TWO}").ids == (ONE, TWO)


@pytest.mark.parametrize("behind", ["✅", "→", "已完成", "。", "\u3000x", "|x", "&nbsp;", "\0"])
def test_text_after_a_link_does_not_hide_its_id(behind: str) -> None:
    assert find_ids(f"{URL}{behind}").ids == (ONE,)


@pytest.mark.parametrize(
    "word", ["vidéo_1", "vide\u0301o_1", "vid\u0435o_1", "_x", "&#27;[31m", "#", "@me"]
)
def test_a_word_with_a_sign_is_no_id(word: str) -> None:
    assert find_ids(word).ids == ()


def test_the_gateway_is_that_of_the_link_inside_a_redirecting_one() -> None:
    text = f"https://www.google.com/url?q={ENCODED}&sa=D <{URL.replace(ONE, TWO)}|clip>"
    assert urls_of_ids(text) == {ONE: URL, TWO: URL.replace(ONE, TWO)}


def test_a_redirecting_link_without_an_id_shows_only_its_host() -> None:
    found = find_ids("https://a.example/?u=https%3A%2F%2Fb.example%2Fx%3Fsig%3Ds3cr3t_1|s3cr3t_2")
    assert found.ids == ()
    assert found.rejected == ("https://a.example/…",)
