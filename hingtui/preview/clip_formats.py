"""What holds for PyAV and ffmpeg alike: the containers that are opened, and what is black."""

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,gif,webp_pipe,flv,asf,ogg"
"""What a gateway might send; formats that only refer to other files are not among them."""
BLACK = 16.0
"""Brightness below which a frame looks black, 0–255."""
