"""Colours: the two themes, and the styles that are made from them."""
