"""Colours: the two themes, the styles made from them, and what keeps all text legible."""
