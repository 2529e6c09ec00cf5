"""Causes: what was asked for cannot be made, or was not in time. Data only."""

from __future__ import annotations

from hingtui.model.failures.cause import Cause
from hingtui.text.i18n import mark

MAKING = (
    Cause(
        "prompt_too_long",
        mark("prompt too long"),
        mark("The prompt is too long."),
        mark("Shorten the prompt, then ask for it again where you made it."),
        codes=(
            *("PUBLIC_ERROR_PROMPT_TOO_LONG", "prompt_too_long", "context_length_exceeded"),
            "string_above_max_length",
        ),
        words=(
            *("prompt is too long", "prompt too long", "prompt exceeds", "maximum prompt length"),
            *(
                "prompt length",
                "提示词过长",
                "提示词超长",
                "提示词太长",
                "提示词长度",
                "prompt 过长",
            ),
        ),
        hints=("too long", "过长", "超长"),
    ),
    Cause(
        "image_not_fetched",
        mark("image not fetched"),
        mark("The image could not be fetched from its address."),
        mark("Check that anybody can open its address, then ask for it again where you made it."),
        codes=("ImageDownloadFailure", "file_download_error", "InvalidImageURL", "InvalidURL"),
        words=(
            *("unable to download", "failed to download", "could not download", "download image"),
            *("could not be fetched", "failed to fetch image", "unable to fetch image"),
            *("无法下载图", "图片下载失败", "下载图片失败", "获取图片失败", "无法访问图片"),
        ),
        hints=("image url", "image_url", "图片链接"),
    ),
    Cause(
        "image_unusable",
        mark("image unusable"),
        mark("The image cannot be used: its size, its shape or its format."),
        mark("Use another image, then ask for it again where you made it."),
        codes=(
            *("ImageFormatInvalid", "image_too_small", "image_too_large", "invalid_image"),
            *("ImageCheckFaceFailed", "ImageCheckBodyJointsFailed", "ImageObjectsUndetected"),
            *("PUBLIC_ERROR_INVALID_IMAGE", "ASSET.INVALID"),
        ),
        words=(
            *("unsupported image", "image format", "image is too", "height of the image"),
            *("width of the image", "图片格式", "图片尺寸", "图片过大", "图片大小", "图像格式"),
        ),
    ),
    Cause(
        "timeout",
        mark("timed out"),
        mark("It was not finished in time, so the gateway gave up; many do so after a day."),
        mark("Ask for it again where you made it, or with another model."),
        codes=(
            *("TaskTimeout", "task_timeout", "generation_timeout", "InternalError.Timeout"),
            *("timeout", "channel:response_time_exceeded", "timed_out", "deadline"),
        ),
        words=("任务超时", "timed out", "time limit", "deadline", "超时未完成", "生成超时"),
        hints=("timeout", "超时"),
    ),
    Cause(
        "busy",
        mark("too busy"),
        mark("The gateway or its provider was too busy."),
        mark("Ask for it again later where you made it."),
        mark("It is asked again automatically."),
        codes=(
            *("ServerOverloaded", "rate_limit_exceeded", "RateLimitExceeded", "TooManyRequests"),
            *("PUBLIC_ERROR_HIGH_TRAFFIC", "PUBLIC_ERROR_USER_REQUESTS_THROTTLED", "Throttling"),
            *("SystemThrottling", "QuotaExceeded", "OperationInProcess", "server_is_overloaded"),
        ),
        words=(
            *("负载已饱和", "overloaded", "high demand", "high traffic", "too many requests"),
            *("rate limit", "系统繁忙", "服务繁忙", "请求过于频繁", "并发", "at capacity"),
        ),
        hints=("busy", "capacity", "concurren", "繁忙", "50429", "50430", "1002", "1303"),
    ),
    Cause(
        "cancelled",
        mark("cancelled"),
        mark("It was cancelled."),
        mark("If it was not you, ask the gateway's support."),
        codes=("UserCancelled", "cancelled", "canceled", "user_cancelled"),
        words=(
            "cancelled by",
            "canceled by",
            "was cancelled",
            "was canceled",
            "用户取消",
            "已取消",
        ),
    ),
    Cause(
        "lost",
        mark("lost at the provider"),
        mark("The gateway's provider does not know the video any more."),
        mark("Ask for it again where you made it; the gateway's support can look for the old one."),
        codes=(
            "task_not_exist",
            "task_not_found",
            "TaskNotFound",
            "not_found",
            "fail_to_fetch_task",
        ),
        words=("task not found", "task does not exist", "任务不存在"),
    ),
    Cause(
        "parameter",
        mark("bad parameter"),
        mark("The provider does not accept a parameter of the request."),
        mark("Check size, length and the other options, then ask for it again where you made it."),
        codes=(
            *("InvalidParameter", "MissingParameter", "invalid_parameter", "unsupported_parameter"),
            *("invalid_value", "FieldInvalid", "FieldLacking", "FieldUnwanted", "FieldItemCount"),
        ),
        words=(
            *("invalid parameter", "unsupported parameter", "参数错误", "参数无效", "参数不合法"),
            *("unsupported duration", "is not supported for", "must be one of"),
        ),
        hints=("parameter", "参数", "2013"),
    ),
    Cause(
        "internal",
        mark("gateway error"),
        mark("Something broke at the gateway or its provider."),
        mark("Ask for it again where you made it; if it stays, ask the gateway's support."),
        codes=(
            *("internal_error", "server_error", "InternalServiceError", "InternalServiceFailure"),
            *("bad_response_status_code", "bad_response", "do_request_failed", "empty_response"),
            *("InternalError", "INTERNAL.", "convert_request_failed", "upstream_error"),
        ),
        words=(
            *("internal error", "internal server error", "out of memory", "upstream error"),
            *("上游错误", "内部错误", "服务器错误", "服务异常"),
        ),
        hints=("upstream", "上游", "500", "502", "503", "504", "50500", "50501"),
    ),
)
