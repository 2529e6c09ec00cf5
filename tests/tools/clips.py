"""Draw the demo's clips: `python3 -m tests.tools.clips [NAME…]`; no test needs it.

Every clip is a formula for each pixel, drawn small by ffmpeg and scaled up, so that smooth shapes
stay smooth and eight videos fit into a few hundred kilobytes. Their names, sizes and lengths
come from the demo.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from hingtui.demo.film import CLIPS, Clip

FOLDER = Path(__file__).parents[2] / "hingtui" / "demo" / "clips"
FRAMES_A_SECOND = 24


@dataclass(frozen=True, slots=True)
class Drawing:
    """ffmpeg `geq` formulas: `shared` runs before each colour; x and y are 0–1, u and v centred."""

    shared: str
    red: str
    green: str
    blue: str
    crf: int = 45
    """x264's quality: more is worse and smaller."""
    shrink: int = 4
    """How many times smaller than the clip it is drawn."""


_PLACE = "st(0,X/W);st(1,Y/H);st(2,(X-W/2)/min(W,H));st(3,(Y-H/2)/min(W,H));"
"""0: x, 1: y (0–1); 2: u, 3: v (centred, square); a drawing's own values start at 4."""


def _ridge(base: float, height: float, stretch: float, pace: float, phase: float) -> str:
    """The height of a chain of mountains at x, wandering to the left with time."""
    x = f"(ld(0)*{stretch}+T*{pace}+{phase})"
    return f"({base}-{height}*(0.55*sin({x})+0.3*sin(2.3*{x}+1)+0.15*sin(5.1*{x}+2)))"


def _hidden_by(slot: int, ridge: str, sharpness: int = 160) -> str:
    return f"st({slot},clip((ld(1)-{ridge})*{sharpness},0,1));"


def _bubble(number: int) -> str:
    """A soft ring that rises and sways, added to slot 4; its light spot is added to slot 5."""
    radius = 0.06 + 0.045 * ((number * 37) % 10) / 10
    x = f"({((number * 61) % 100) / 100 - 0.5:.2f}+0.04*sin(T*1.7+{number}))"
    y = f"(1.1-2.2*mod({((number * 43) % 100) / 100:.2f}+T/4,1))"
    distance = f"hypot(ld(2)-{x},ld(3)-{y})"
    glint = f"hypot(ld(2)-{x}+{radius * 0.4:.3f},ld(3)-{y}+{radius * 0.4:.3f})"
    return (
        f"st(6,{distance}/{radius:.3f});"
        f"st(4,ld(4)+exp(-40*pow(ld(6)-0.9,2))+0.18*lt(ld(6),0.9));"
        f"st(5,ld(5)+exp(-pow({glint}/{radius * 0.22:.4f},2)));"
    )


DRAWINGS = {
    "sunrise": Drawing(
        shared=(
            "st(4,0.62-0.36*T/8);"  # height of the sun
            "st(5,hypot(ld(2),(ld(1)-ld(4))));"  # distance from the sun
            "st(6,clip((0.105-ld(5))*70,0,1));"  # its disc
            "st(7,clip((ld(1)-0.6)*250,0,1));"  # the sea
            "st(8,(ld(1)-0.6)/0.4);"
            "st(9,exp(-pow(ld(2)/(0.10+0.35*ld(8)),2))"
            "*pow(0.5+0.5*sin(34/(ld(8)+0.16)+9*sin(ld(2)*4+T*0.4)-T*1.4),2)*(1-0.5*ld(8)));"
        ),
        red="lerp(lerp(34+200*pow(ld(1)/0.6,1.6)+60*exp(-hypot(ld(2),ld(1)-0.6)*4),255,ld(6)),"
        "18+60*(1-ld(8))+235*ld(9),ld(7))",
        green="lerp(lerp(30+90*pow(ld(1)/0.6,2.2)+80*exp(-hypot(ld(2),ld(1)-0.6)*4),236,ld(6)),"
        "40+30*(1-ld(8))+150*ld(9),ld(7))",
        blue="lerp(lerp(98+10*ld(1)+20*exp(-hypot(ld(2),ld(1)-0.6)*5),170,ld(6)),"
        "78+24*(1-ld(8))+60*ld(9),ld(7))",
        crf=42,
    ),
    "bubbles": Drawing(
        shared="st(4,0);st(5,0);" + "".join(_bubble(number) for number in range(1, 9)),
        red="clip(8+34*(1-ld(1))+90*ld(4)+255*ld(5),0,255)",
        green="clip(60+130*(1-ld(1))*(1-ld(1))+80*ld(4)+255*ld(5),0,255)",
        blue="clip(120+110*(1-ld(1))+55*ld(4)+255*ld(5),0,255)",
    ),
    "aurora": Drawing(
        shared=(
            "st(4,0.34+0.10*sin(ld(0)*4+T*0.5)+0.05*sin(ld(0)*9-T*0.8));"  # the curtain's hem
            "st(5,ld(4)+0.16-ld(1));"  # height above it
            "st(6,if(gt(ld(5),0),exp(-ld(5)*5),exp(ld(5)*26))"
            "*(0.55+0.45*sin(ld(0)*22+3*sin(ld(0)*5+T*0.6)+T)));"
            "st(7,mod(sin(X*12.99+Y*78.23)*43758.5,1));"
            "st(8,gt(abs(ld(7)),0.998)*(1-ld(1)));"  # stars
            + _hidden_by(9, _ridge(0.80, 0.10, 7, 0, 0.4), 300)
        ),
        red="lerp(8+10*ld(1)+150*ld(6)*clip(ld(5)*3,0,1)+150*ld(8),4,ld(9))",
        green="lerp(14+26*ld(1)+225*ld(6)*clip(1.15-ld(5)*1.6,0,1)+150*ld(8),10,ld(9))",
        blue="lerp(44+30*ld(1)+120*ld(6)*clip(0.4+ld(5)*1.6,0,1)+160*ld(8),22,ld(9))",
        crf=47,
    ),
    "tunnel": Drawing(
        shared=(
            "st(4,hypot(ld(2),ld(3)));"
            "st(5,atan2(ld(3),ld(2)));"
            "st(6,1/(ld(4)+0.12)+T*0.8);"  # how deep one looks, and flies
            "st(7,clip((ld(4)-0.03)*3,0,1));"  # the far end is dark
            "st(8,pow(0.5+0.5*sin(ld(6)*3),3)*ld(7));"  # rings of light
            "st(9,pow(0.5+0.5*sin(ld(5)*6+2/(ld(4)+0.12)+T*0.5),6)*ld(7));"  # twisting beams
        ),
        red="clip(20+235*ld(8)*(0.5+0.5*sin(ld(6)*0.5))+60*ld(9),0,255)",
        green="clip(8+40*ld(8)+215*ld(9),0,255)",
        blue="clip(46+200*ld(8)+190*ld(9),0,255)",
        crf=46,
    ),
    "silk": Drawing(
        shared=(
            "st(4,ld(0)*3+0.7*sin(ld(1)*3.1+T*0.16));"
            "st(5,ld(1)*2.4+0.8*sin(ld(4)*1.7-T*0.16));"
            "st(6,sin(ld(4)*2.2+ld(5)*1.9+1.4*sin(ld(5)*1.3+T*0.16)));"
            "st(7,0.5+0.5*sin(ld(6)*2.6+ld(5)));"  # the folds
            "st(8,pow(ld(7),6));"  # their sheen
        ),
        red="110+105*ld(7)+40*ld(8)",
        green="18+60*ld(7)*ld(7)+150*ld(8)",
        blue="52+78*ld(7)*(0.6+0.4*ld(6))+90*ld(8)",
        shrink=8,
    ),
    "moon": Drawing(
        shared=(
            "st(4,hypot(ld(2)-0.02,ld(3)+0.02+0.30*T/8));"
            "st(5,clip((0.27-ld(4))*90,0,1));"
            "st(6,0.5+0.25*sin(ld(2)*9+2)*sin(ld(3)*11+3*T/8)+0.25*sin(ld(2)*19+ld(3)*13));"
            "st(7,pow(clip(0.5+0.5*sin(ld(1)*16+1.4*sin(ld(0)*3+T*0.4)+0.8*sin(ld(0)*7-T*0.3)),"
            "0,1),3)*clip(ld(1)*1.5-0.25,0,1));"  # drifting clouds
            "st(8,exp(-ld(4)*2.6));" + _hidden_by(9, _ridge(0.88, 0.035, 8, 0, 1.0), 260)
        ),
        red="lerp(lerp(8+70*ld(8),238-40*ld(6),ld(5))*(1-0.55*ld(7))+66*ld(7)*(0.3+ld(8)),5,ld(9))",
        green="lerp(lerp(14+86*ld(8),230-44*ld(6),ld(5))*(1-0.55*ld(7))+74*ld(7)*(0.3+ld(8)),8,ld(9))",
        blue="lerp(lerp(40+120*ld(8),206-36*ld(6),ld(5))*(1-0.5*ld(7))+104*ld(7)*(0.3+ld(8)),20,ld(9))",
        crf=47,
    ),
    "lotus": Drawing(
        shared=(
            "st(4,hypot(ld(2),ld(3)));st(5,atan2(ld(3),ld(2)));"
            "st(6,T*1.5708/2);"  # an eighth of a turn each second
            "st(7,clip((0.20+0.22*abs(cos(4*ld(5)+ld(6)/2))+0.02*sin(ld(6))-ld(4))*40,0,1));"
            "st(8,clip((0.12+0.14*abs(cos(3*ld(5)-ld(6)/2))-ld(4))*40,0,1));"
            "st(9,clip((0.07-ld(4))*50,0,1));"
        ),
        red="lerp(lerp(lerp(6+30*exp(-ld(4)*2),236-150*ld(4),ld(7)),250-60*ld(4),ld(8)),255,ld(9))",
        green="lerp(lerp(lerp(58+80*exp(-ld(4)*2),92+120*ld(4),ld(7)),"
        "178-260*ld(4),ld(8)),214,ld(9))",
        blue="lerp(lerp(lerp(62+50*exp(-ld(4)*2),150+60*ld(4),ld(7)),196-200*ld(4),ld(8)),72,ld(9))",
        crf=42,
    ),
    "ridges": Drawing(
        shared=(
            "st(4,hypot(ld(2)-0.35,ld(1)-0.24));"
            + _hidden_by(5, _ridge(0.42, 0.09, 5, 0.05, 0.0))
            + _hidden_by(6, _ridge(0.54, 0.08, 6, 0.11, 2.1))
            + _hidden_by(7, _ridge(0.68, 0.08, 5, 0.19, 4.4))
            + _hidden_by(8, _ridge(0.84, 0.09, 4, 0.30, 1.2))
            + "st(9,clip((0.07-ld(4))*90,0,1));"
        ),
        red="lerp(lerp(lerp(lerp(lerp(238-20*ld(1),214,ld(9)),176,ld(5)),112,ld(6)),52,ld(7)),16,ld(8))",
        green="lerp(lerp(lerp(lerp(lerp(226-16*ld(1),82,ld(9)),198,ld(5)),156,ld(6)),104,ld(7)),54,ld(8))",
        blue="lerp(lerp(lerp(lerp(lerp(200-10*ld(1),56,ld(9)),186,ld(5)),150,ld(6)),112,ld(7)),66,ld(8))",
    ),
}


def draw(clip: Clip, drawing: Drawing, folder: Path) -> Path:
    """Draws one clip into `folder`: H.264, 4:2:0, its index in front, without sound."""
    target = folder / f"{clip.name}.mp4"
    width, height = (int(side) for side in clip.size.split("x"))
    colours = ":".join(
        f"{name}='{_PLACE}{drawing.shared}clip({formula},0,255)'"
        for name, formula in (("r", drawing.red), ("g", drawing.green), ("b", drawing.blue))
    )
    small = f"{width // drawing.shrink}x{height // drawing.shrink}"
    source = f"color=s={small}:r={FRAMES_A_SECOND}:d={clip.seconds}"
    filters = (
        f"format=gbrp,geq={colours},"
        f"scale={width}:{height}:flags=bicubic:out_color_matrix=bt709:out_range=tv,format=yuv420p"
    )
    x264 = "aq-mode=3:psy=0:deblock=2,2:keyint=300"  # slow gradients stay smooth
    encoder = f"-c:v libx264 -preset veryslow -crf {drawing.crf} -x264-params {x264}"
    tags = "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv"
    plain = "-an -map_metadata -1 -fflags +bitexact -flags:v +bitexact -movflags +faststart"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-vf", filters]
    subprocess.run(  # noqa: S603 - every argument is made above
        [*command, *encoder.split(), *tags.split(), *plain.split(), str(target)],
        check=True,
    )
    return target


def main(names: list[str]) -> None:
    """Draws the clips called `names`, or all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name in names or list(DRAWINGS):
        path = draw(CLIPS[name], DRAWINGS[name], FOLDER)
        sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
