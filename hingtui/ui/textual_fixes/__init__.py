"""Workarounds for Textual 8.2, checked against 8.2.8: try without them at each upgrade.

Each module says what Textual does, the issue upstream, and what is done about it here.
`private_members` lists the parts of Textual that are used without being public.
"""
