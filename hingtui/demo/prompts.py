"""The demo's prompts, clip by clip, in two languages."""

from __future__ import annotations

PROMPTS: dict[str, tuple[str, ...]] = {
    "bubbles": (
        "冰镇汽水广告：气泡从杯底升起，逆光，慢动作",
        "Macro shot: bubbles rising through blue soda, sunlight from above, 120 fps look",
        "深海潜水员吐出的气泡缓缓上升，光柱穿透水面",
        "Looping background of soap bubbles in clear water, product shot, no text",
    ),
    "sunrise": (
        "海上日出，金色波光一直铺到镜头前，航拍，电影感",
        "Sunrise over a calm sea, golden path of light on the waves, wide lens, slow push-in",
        "片头：太阳从海平面升起，暖色渐变天空，节奏舒缓",
        "Title sequence: violet dawn turning to gold above the ocean, 35mm film grain",
    ),
    "ridges": (
        "千里江山图风格的远山，云雾流动，一轮红日，镜头缓慢横移",
        "Layered misty mountains in the style of a woodblock print, red sun, parallax pan",
        "水墨青绿山水，层峦叠嶂，晨雾散开",
        "Flat-design hills scrolling by at dawn, muted teal palette, for a train journey app",
    ),
    "silk": (
        "酒红色丝绸在风中翻卷，金线高光，奢侈品广告",
        "Crimson silk folding in slow motion, gold rim light, luxury perfume commercial",
        "抽象流体背景，红金渐变，无缝循环，适合发布会大屏",
        "Abstract liquid satin, warm highlights, seamless camera drift, 4K keynote backdrop",
    ),
    "moon": (
        "中秋夜，满月从山后升起，薄云缓缓飘过，竖屏",
        "A full moon climbs above dark hills, thin clouds drifting across it, vertical video",
        "手机壁纸：深蓝夜空与巨大的月亮，静谧",
        "Time-lapse of a harvest moon through haze, telephoto, deep blue night",
    ),
    "aurora": (
        "北极光在雪山上空舞动，星空清晰，延时摄影",
        "Green aurora rippling over a mountain silhouette, stars, time-lapse, tripod shot",
        "极光之夜的开场镜头，冷色调，缓慢推进",
        "Northern lights reflected in nothing but the dark, documentary style, quiet and vast",
    ),
    "tunnel": (
        "赛博朋克光隧道，青色与洋红霓虹，第一人称高速穿行",
        "Flying through a neon wormhole, cyan beams and magenta rings, music video, 9:16",
        "电音节大屏循环素材：霓虹漩涡，节拍感",
        "Hyperspace jump seen from the cockpit, twisting light, high contrast",
    ),
    "lotus": (
        "一朵莲花在碧绿池水中旋转绽放，俯拍，涟漪扩散",
        "Top-down view of a lotus turning slowly on an emerald pond, ripples spreading",
        "国风 LOGO 动画：粉色莲花缓缓旋转",
        "Paper-craft water lily spinning, soft shadows, stop-motion feel",
    ),
}
"""Prompts by the name of the clip that answers them."""

REFUSALS: tuple[tuple[str, str], ...] = (
    ("moderation_blocked", "提示词未通过内容审核，请修改后重试。本次任务不扣费。"),
    ("content_policy_violation", "The prompt may show a real person's likeness. Rephrase it."),
    ("upstream_timeout", "上游渠道超时，任务已取消，额度已退回。"),
    ("internal_error", "Video generation failed on the upstream side. Please create a new job."),
)
"""Why jobs fail: the code and message of the error object."""
