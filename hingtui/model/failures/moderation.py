"""Causes: the moderation of a gateway or of its provider refuses something. Data only."""

from __future__ import annotations

from hingtui.model.failures.cause import Cause
from hingtui.text.i18n import mark

MODERATION = (
    Cause(
        "likeness",
        mark("a real person"),
        mark("The moderation refused a real person's likeness."),
        mark("Take out the person's name or picture, then ask for it again where you made it."),
        codes=(
            "InputImageSensitiveContentDetected.PrivacyInformation",
            "InputVideoSensitiveContentDetected.PrivacyInformation",
            "PUBLIC_ERROR_PROMINENT_PEOPLE",
            "PUBLIC_ERROR_UPLOAD_IMAGE_CONTAIN_PEOPLE_IMAGE",
        ),
        words=(
            *("real person", "real people", "likeness", "celebrity", "celebrities"),
            *("prominent people", "public figure", "真人", "名人", "公众人物", "肖像"),
        ),
    ),
    Cause(
        "copyright",
        mark("copyright"),
        mark("The moderation refused what belongs to somebody else (copyright)."),
        mark("Take out names, characters and brands, then ask for it again where you made it."),
        codes=(
            *("IPInfringementSuspect", "PUBLIC_ERROR_IP_INPUT_IMAGE"),
            "PUBLIC_ERROR_COPYRIGHTED_MATERIAL",
            *(
                f"{part}SensitiveContentDetected.PolicyViolation"
                for part in ("InputText", "InputImage", "OutputVideo")
            ),
        ),
        words=(
            *("copyright", "third-party content", "third party content", "trademark"),
            *("intellectual property", "infringe", "版权", "侵权", "知识产权"),
        ),
    ),
    Cause(
        "image_moderation",
        mark("image refused"),
        mark("The moderation refused the image or video that was sent along."),
        mark("Use another image, then ask for it again where you made it."),
        codes=(
            *("InputImageSensitiveContentDetected", "InputVideoSensitiveContentDetected"),
            *("SAFETY.INPUT.IMAGE", "INPUT_PREPROCESSING.SAFETY.IMAGE"),
            *("PUBLIC_ERROR_SEXUAL_UPLOAD", "PUBLIC_ERROR_MINOR_UPLOAD"),
            "PUBLIC_ERROR_CONTAIN_OTHER_IMAGE",
        ),
        words=("pre img risk not pass", "参考图未通过", "输入图片涉嫌", "图片违规", "图片审核"),
        hints=("50411",),
    ),
    Cause(
        "output_moderation",
        mark("held back"),
        mark("The video was made, and the moderation holds it back."),
        mark("Another try may pass; else change the prompt, where you made it."),
        codes=(
            *("OutputVideoSensitiveContentDetected", "OutputAudioSensitiveContentDetected"),
            *("OutputImageSensitiveContentDetected", "CreationPolicyViolation", "SAFETY.OUTPUT"),
            *("PUBLIC_ERROR_AUDIO_FILTERED", "INTERNAL.BAD_OUTPUT"),
        ),
        words=(
            *("post img risk not pass", "generated video contains sensitive"),
            *("generated content contains", "output was blocked", "生成物触发", "生成的视频"),
        ),
        hints=("50511", "1027"),
    ),
    Cause(
        "moderation",
        mark("moderated"),
        mark("The moderation refused the request."),
        mark("Change the prompt or the images, then ask for it again where you made it."),
        codes=(
            *("moderation_blocked", "content_policy_violation", "sensitive_words_detected"),
            *("content_filter", "prompt_blocked", "sentinel_block", "violation_fee."),
            *("InputTextSensitiveContentDetected", "SensitiveContentDetected"),
            *("DataInspectionFailed", "data_inspection_failed", "FaqRuleBlocked"),
            *("TaskPromptPolicyViolation", "AuditSubmitIllegal", "moderation", "nsfw"),
            *("SAFETY.INPUT", "INPUT_PREPROCESSING.SAFETY", "PUBLIC_ERROR_UNSAFE_GENERATION"),
            *("PUBLIC_ERROR_CONTENT_POLICY", "PUBLIC_ERROR_OPENAI_POLICY_VIOLATION"),
            *("PUBLIC_ERROR_SEXUAL", "PUBLIC_ERROR_VIOLENCE", "PUBLIC_ERROR_DANGER"),
            *("PUBLIC_ERROR_MINOR", "PUBLIC_ERROR_NSFW", "raiMediaFilteredReasons"),
        ),
        words=(
            *("moderation", "content policy", "content policies", "safety system", "guardrail"),
            *("sensitive content", "sensitive words", "usage guidelines", "risk not pass"),
            *("risk control system", "violates our", "violate our", "内容审核", "审核未通过"),
            *("未通过审核", "敏感", "违规", "不合规", "内容安全", "触发风控"),
        ),
        hints=(
            *("safety", "inappropriate", "flagged", "prohibited", "policy", "nsfw", "审核"),
            *("risk control", "风控", "50412", "50413", "1026", "1301"),
        ),
    ),
)
