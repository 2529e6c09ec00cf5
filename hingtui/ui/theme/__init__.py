"""Colours: the two themes, the styles made from them, and what keeps all text legible.

themes       the dark and the light theme
choice       which one is used
themed_app   an app that follows the terminal's colours
palette      a theme's colours as styles
contrast     makes what is drawn legible
few_colors   terminals of sixteen colours
"""
