"""Explaining a gateway's error codes and messages in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hingtui.model import errors
from hingtui.model.diagnosis import Step
from hingtui.model.explain import diagnose
from hingtui.model.failures import CAUSES, explain_failure, find_cause, gateway_says
from hingtui.model.video import Cost, Status, Video, VideoError

SURE = [
    ("moderation_blocked", "Your request was blocked by our moderation system.", "moderation"),
    ("content_policy_violation", "", "moderation"),
    ("ContentPolicyViolation", "", "moderation"),
    ("sensitive_words_detected", "", "moderation"),
    ("", "Text Risk Not Pass", "moderation"),
    ("", "提示词内容违规", "moderation"),
    ("AuditSubmitIllegal", "", "moderation"),
    ("moderation_blocked", "Refused: a real person's likeness", "likeness"),
    (
        "",
        "InputImageSensitiveContentDetected.PrivacyInformation: the image may be a person",
        "likeness",
    ),
    ("PUBLIC_ERROR_PROMINENT_PEOPLE_FILTER_FAILED", "", "likeness"),
    ("", "输入图片可能包含真人", "likeness"),
    ("InputImageSensitiveContentDetected", "", "image_moderation"),
    ("OutputVideoSensitiveContentDetected", "", "output_moderation"),
    ("", "similarity to third-party content", "copyright"),
    ("insufficient_user_quota", "用户额度不足, 剩余额度: $0.01", "quota"),
    ("", "该令牌额度已用尽", "quota"),
    ("", "令牌已过期", "token_expired"),
    ("", "无效的令牌", "token"),
    ("", "用户已被封禁", "account"),
    ("", "您的 IP 不在令牌允许访问的列表中", "address"),
    ("model_not_found", "当前分组 default 下对于模型 sora-2 无可用渠道", "model"),
    ("", "No available channel for model veo-3.1", "model"),
    ("PUBLIC_ERROR_PROMPT_TOO_LONG", "", "prompt_too_long"),
    ("", "提示词过长", "prompt_too_long"),
    ("ImageDownloadFailure", "", "image_not_fetched"),
    ("", "Unable to download the media resource", "image_not_fetched"),
    ("image_too_small", "", "image_unusable"),
    ("", "任务超时（1440分钟）", "timeout"),
    ("", "deadline", "timeout"),
    ("", "当前分组上游负载已饱和，请稍后再试", "busy"),
    ("UserCancelled", "", "cancelled"),
    ("task_not_exist", "", "lost"),
    ("InvalidParameter", "the duration is 7", "parameter"),
    ("500", "CUDA out of memory", "internal"),
    ("bad_response_status_code", "bad response status code 502", "internal"),
]


@pytest.mark.parametrize(("code", "message", "name"), SURE)
def test_a_known_code_or_word_names_its_cause(code: str, message: str, name: str) -> None:
    found = find_cause(code, message)
    assert found is not None
    assert (found.cause.name, found.is_guess) == (name, False)


@pytest.mark.parametrize(
    ("code", "message", "name"),
    [
        ("", "The input was flagged.", "moderation"),
        ("1026", "", "moderation"),
        ("", "error 1026 from the provider", "moderation"),
        ("", "审核", "moderation"),
        ("", "Check your quota.", "quota"),
        ("", "upstream said no", "internal"),
    ],
)
def test_a_vague_word_is_marked_as_a_guess(code: str, message: str, name: str) -> None:
    found = find_cause(code, message)
    assert found is not None
    assert (found.cause.name, found.is_guess) == (name, True)
    failure = explain_failure(failed(code, message))
    assert failure is not None
    assert failure.what.startswith("This is a guess: ")


@pytest.mark.parametrize(
    ("code", "message"),
    [("", ""), ("failed", "failed"), ("", "it broke"), ("x", "video 10261 is gone"), ("13", "no")],
)
def test_words_without_meaning_have_no_cause(code: str, message: str) -> None:
    assert find_cause(code, message) is None


def failed(code: str, message: str, **more: object) -> Video:
    error = VideoError(code, message) if code or message else None
    return Video("v", Status.FAILED, error=error, **more)  # type: ignore[arg-type]


def test_a_failure_without_a_cause_has_a_next_step() -> None:
    failure = explain_failure(failed("", "it broke"))
    assert failure is not None
    assert (failure.name, failure.short, failure.what) == ("unknown", "", "")
    assert "ask for it again" in failure.step.lower()


def test_only_a_failed_video_is_explained() -> None:
    assert explain_failure(Video("v", Status.GENERATING, error=VideoError("timeout", ""))) is None


def test_without_a_reason_the_status_word_names_the_cause() -> None:
    failure = explain_failure(failed("", "", raw_status="timeout"))
    assert failure is not None
    assert failure.name == "timeout"
    assert "This is a guess" not in failure.what


@pytest.mark.parametrize(
    ("cost", "message", "expected"),
    [
        (Cost(0, "USD"), "no", "cost of 0"),
        (Cost(0.42, "USD"), "no", "still reports 0.42 USD"),
        (Cost(0.42, "USD"), "failed, 已退款", "mentions a refund"),
        (None, "no", ""),
    ],
)
def test_what_is_known_about_a_refund_is_stated(
    cost: Cost | None, message: str, expected: str
) -> None:
    failure = explain_failure(failed("", message, cost=cost))
    assert failure is not None
    assert expected in failure.money
    assert bool(failure.money) is bool(expected)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (VideoError("c", "no"), "The gateway says: “no” (c)"),
        (VideoError("", "no"), "The gateway says: “no”"),
        (VideoError("c", ""), "The gateway says: c"),
        (VideoError("", ""), "The gateway does not say why."),
        (None, "The gateway does not say why."),
    ],
)
def test_the_gateways_own_words_are_quoted(error: VideoError | None, words: str) -> None:
    assert gateway_says(error) == words


@pytest.mark.parametrize("kind", [errors.Unauthorized, errors.Forbidden])
def test_a_used_up_quota_is_named_and_offers_another_token(
    kind: type[errors.ApiError],
) -> None:
    error = kind("该令牌额度已用尽", http_status=401, request_id="req-1")
    diagnosis = diagnose(error, of_all=True)
    assert diagnosis.short == "quota used up"
    assert "console" in diagnosis.advice.text
    assert diagnosis.advice.step is Step.TYPE_TOKEN
    assert "该令牌额度已用尽" in diagnosis.details
    assert diagnosis.request_id == "req-1"


def test_a_guess_does_not_change_the_diagnosis_of_a_request() -> None:
    assert diagnose(errors.ServerError("upstream said no")).short == "gateway error"
    assert diagnose(errors.Unauthorized("quota?"), of_all=True).short == "token refused"


def test_a_request_rejected_in_words_of_moderation_stays_rejected() -> None:
    assert diagnose(errors.Rejected("violates our rules")).short == "rejected"


def test_a_quota_of_the_storage_server_is_not_the_gateways() -> None:
    error = errors.StorageRefused("insufficient balance")
    error.is_from_storage = True
    assert diagnose(error).short == "storage refuses"


def test_every_cause_has_patterns_and_whole_sentences() -> None:
    assert len({cause.name for cause in CAUSES}) == len(CAUSES)
    for cause in CAUSES:
        assert cause.codes or cause.words
        assert all(word == word.lower() for word in (*cause.words, *cause.hints))
        for sentence in (cause.what, cause.step, cause.request_step or "."):
            assert sentence.endswith(".")
        assert len(cause.short) <= 20


def test_the_collected_responses_of_failed_videos_are_explained() -> None:
    folder = Path(__file__).parents[2] / "data" / "payloads"
    answers = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]
    reasons = [answer["means"]["error"] for answer in answers if "error" in answer["means"]]
    assert reasons
    assert all(find_cause("", reason) is not None for reason in reasons)
