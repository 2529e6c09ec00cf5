"""The template of file names, and the names that it gives."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hingtui.model.name_template import (
    FIELDS,
    STEM_LIMIT,
    USUAL_TEMPLATE,
    BadTemplate,
    name_values,
    parse_template,
)
from hingtui.model.video import Video
from hingtui.text.clean import day
from tests.support.keys import key

NOON = 1_764_590_400.0
MOON = "Time-lapse of a harvest moon through bare branches, film grain"
SODA = "冰镇汽水广告：气泡从杯底升起，逆光，慢镜头，玻璃上的水珠缓缓滑落，背景是夏日海滩"


def names(template: str, video: Video, *, index: int = 0, most: int = 4) -> list[str]:
    values = name_values(key(video.id), video, NOON)
    return list(islice(parse_template(template).names(values, index), most))


def moon(**more: object) -> Video:
    given: dict[str, object] = {"model": "veo-3.1", "prompt": MOON, "created_at": NOON}
    return Video("video_691209aab0a0", **(given | more))  # type: ignore[arg-type]  # as given


def test_the_usual_name_is_date_model_and_beginning_of_the_prompt() -> None:
    values = name_values(key("video_691209aab0a0"), moon(), 0.0)
    first, second, third = islice(USUAL_TEMPLATE.names(values), 3)
    assert first == f"{day(NOON)} veo-3.1 Time-lapse of a harvest moon through"
    assert second == f"{first} 09aab0a0"
    assert third == f"{first} 09aab0a0-2"


def test_a_name_with_the_id_gets_only_a_number() -> None:
    assert names("{id}", moon(), most=2) == ["video_691209aab0a0", "video_691209aab0a0-2"]


def test_the_number_stands_where_the_template_says() -> None:
    assert names("{n} {model}", moon(), most=3) == ["veo-3.1", "2 veo-3.1", "3 veo-3.1"]


def test_further_files_of_a_job_are_numbered() -> None:
    assert names("{model}", moon(), index=2, most=1) == ["veo-3.1-3"]
    assert names("{model} {n}", moon(), index=2, most=2) == ["veo-3.1 3", "veo-3.1 4"]


def test_unknown_fields_leave_no_separators() -> None:
    assert names("{model}_{prompt} - {size}", Video("a", model="m"), most=1) == ["m"]
    assert names("{gateway}_{model}_{prompt}", Video("a"), most=1) == ["default"]


def test_without_any_known_field_the_template_gives_no_name() -> None:
    assert names("{prompt} {model}", Video("a")) == []


def test_a_prompt_is_cut_at_a_word_and_chinese_anywhere() -> None:
    assert names("{prompt:20}", moon(), most=1) == ["Time-lapse of a"]
    assert names("{prompt:9}", moon(prompt=SODA), most=1) == ["冰镇汽水广告 气泡"]


def test_the_number_survives_a_prompt_that_fills_the_name() -> None:
    first, second = names("{date} {model} {prompt:200} {n}", moon(prompt=SODA), most=2)
    assert second.endswith(" 2")
    assert len(second.encode()) <= STEM_LIMIT
    assert first != second


@pytest.mark.parametrize("word", ["CON", "nul", "com1", "aux.txt"])
def test_a_reserved_name_is_changed(word: str) -> None:
    (name,) = names("{prompt}", moon(prompt=word), most=1)
    assert name.startswith(f"{word[:4].removesuffix('.')}_")


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{date} {modell}", "{modell} is not one of {date} {time} {model}"),
        ("{date", "each { needs a }"),
        ("date}", "each { needs a }"),
        ("{{id}}", "each { needs a }"),
        ("{prompt:0}", "the width in {prompt:0}"),
        ("{prompt:many}", "{prompt:many} is not one of"),
        ("video", "at least one field"),
        ("videos/{id}", "no file name may hold '/'"),
        ("{id}\n", "no file name may hold"),
        ("x" * 80 + "{id}", "too long"),
    ],
)
def test_a_bad_template_is_explained(template: str, problem: str) -> None:
    with pytest.raises(BadTemplate) as caught:
        parse_template(template)
    assert problem in str(caught.value)


_TEMPLATES = st.lists(
    st.sampled_from([*(f"{{{field}}}" for field in FIELDS), "{prompt:7}", " ", "-", ".", "a"]),
    min_size=1,
    max_size=8,
).filter(lambda pieces: any("{" in piece for piece in pieces))


@given(_TEMPLATES, st.text(), st.text(), st.text(min_size=1), st.integers(0, 9))
def test_any_name_is_safe_short_and_leads_to_a_free_one(
    pieces: list[str], prompt: str, model: str, video_id: str, index: int
) -> None:
    video = Video(video_id, model=model, prompt=prompt, created_at=NOON, seconds=4, size="1x2")
    found = names("".join(pieces), video, index=index, most=30)
    if not found:
        return
    assert len(set(found)) >= 20
    for name in found:
        assert 0 < len(name.encode()) <= STEM_LIMIT
        assert not set(name) & set('<>:"/\\|?*')
        assert name.isprintable()
        assert name[0] not in " .-"
        assert name[-1] not in " ."


def test_an_impossible_date_is_replaced_by_now() -> None:
    values = name_values(key("a"), Video("a", created_at=1e14), NOON)
    assert values["date"] == day(NOON)
