"""hingtui: htop for your video generations."""

__version__ = "0.1.0"
