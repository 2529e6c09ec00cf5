"""The words and places in which gateways write what a video is. Data only.

A place is a name, or a dotted path into objects and lists. The first place that holds something
counts.
"""

from __future__ import annotations

import math

from hingtui.model.video import Status

WORDS = {
    Status.QUEUED: (
        "queued queueing queuing inqueue pending submitted created notstart notstarted waiting"
        " preparing starting scheduled throttled"
    ),
    Status.GENERATING: (
        "processing inprogress running generating started preprocessing dreaming inreview"
        " cancelling canceling"
    ),
    Status.READY: "success succeeded succeed completed complete finished done ready",
    Status.FAILED: (
        "failed failure fail error rejected cancelled canceled aborted interrupted terminated"
        " timeout timedout notfound moderationblocked"
    ),
    Status.EXPIRED: "expired",
}
"""Status words, without case, blanks, `-` and `_`."""

WRAPPERS = ("data", "result", "video", "task", "output")
"""What an envelope holds its video in."""
VIDEO_MARKS = (
    *("progress", "model", "video", "prompt", "seconds", "duration", "size", "created_at"),
    *("completed_at", "expires_at", "video_url", "url", "urls", "result_url", "output_url"),
    *("output", "content", "creations", "task_result", "results", "metadata", "resultJson"),
    *("finished_at", "usage"),
)
"""What shows that an object without an id is a video and no envelope."""

MODEL = (
    *("model", "model_name", "modelName", "properties.origin_model_name", "origin_model_name"),
    *("video.model", "model_id"),
)
PROMPT = ("prompt", "orig_prompt", "properties.input", "input.prompt", "metadata.prompt")
PROGRESS = ("progress", "percentage", "percent", "progress_percent", "video.progress")
SECONDS = (
    *("seconds", "duration", "video.duration", "video_duration", "usage.video_duration"),
    *("task_result.videos.0.duration", "output.duration", "output.video_duration"),
    *("metadata.duration", "usage.duration"),
)
SIZE = ("resolution", "aspect_ratio", "aspectRatio", "aspect", "ratio", "video.size")

CREATED = (
    *("created_at", "createdAt", "created", "create_time", "createTime", "created_time"),
    *("submit_time", "submitTime", "submitted_at", "submittedAt"),
)
COMPLETED = (
    *("completed_at", "completedAt", "finished_at", "finishedAt", "finish_time", "finishTime"),
    *("end_time", "endTime", "ended_at", "complete_time", "completeTime", "completed"),
)
EXPIRES = (
    *("expires_at", "expiresAt", "expire_at", "expired_at", "expire_time", "expireTime"),
    *("url_expires_at", "file_output.expires_at", "video.expires_at", "video.url_expires_at"),
    *("video.file_output.expires_at", "output.expires_at", "metadata.expires_at"),
    *("result.expires_at", "content.expires_at", "file_output.public_url_expires_at"),
    "video.file_output.public_url_expires_at",
)

LINK = (
    *("video_url", "videoUrl", "url", "result_url", "resultUrl", "output_url", "outputUrl"),
    *("download_url", "downloadUrl", "uri"),
)
LINK_HOLDERS = (
    *("video", "content", "output", "result", "task_result", "data", "metadata", "response"),
    *("generateVideoResponse", "generatedSamples", "generatedVideos", "videos", "creations"),
    *("results", "urls", "unsigned_urls", "resultJson", "result_json", "file", "file_output"),
    *("files", "assets", "generation", "video_urls", "resultUrls", "result_urls"),
)
"""Objects, lists or strings with a link in them."""

COST: tuple[tuple[tuple[str, ...], str, float], ...] = (
    (("usage.cost_in_usd_ticks", "cost_in_usd_ticks"), "USD", 1e10),
    (("usage.cost", "cost_usd", "usage.cost_usd"), "USD", 1),
    (("quota",), "USD", 500_000),  # new-api, at its default
    (
        (
            *("credits", "usage.credits", "credits_used", "usage.credits_used"),
            *("meta.usage.credits_used", "credits_cost", "consumed_credits", "creditsConsumed"),
        ),
        "credits",
        1,
    ),
)
"""Where a price stands, its unit, and the number to divide by to get that unit."""

LIVES: tuple[tuple[float, tuple[str, ...]], ...] = (
    (math.inf, ("file_path", "inference_time_s", "stage_durations", "peak_memory_mb")),
    (9 * 3600.0, ("base_resp",)),  # MiniMax
    (86_400.0, ("content.video_url", "output.task_status", "creations")),  # Ark, DashScope, Vidu
)
"""Seconds that files usually stay at a gateway whose responses have one of these places.

Servers on the user's own machine (vLLM-Omni, SGLang) name a file or how long the work took, and
keep the file for ever.
"""
