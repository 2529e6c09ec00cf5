"""Workarounds for Textual: each module names the version and the behaviour that it works around."""
