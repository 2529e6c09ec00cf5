"""Workarounds for Textual 8.2, checked against 8.2.8: try without them at each upgrade.

Each module says what Textual does, the issue upstream, and what is done about it here.
`private_members` lists the parts of Textual that are used without being public.

driver                restores the terminal on signals, stops and crashes
background_query      asks the terminal for its background
graphics_query        asks it for the size of its cells and for Sixel
error_boundary        goes on after an unexpected exception
row_table             a table that costs only what is visible
control_char_filter   removes control characters before anything is drawn
wide_cuts             keeps double-width characters whole
cache_trim            releases memory
closed_screens        lets go of what closed dialogs have drawn
behind_dialogs        draws what changes behind several dialogs
toast_redraw          leaves no part of an old toast
typed_ahead           gives each key to what has the focus once the keys before it are done

Two that spare the first picture some work are methods where they are needed, as a module more would
cost what they spare: `ui.screens.layout` draws only what is shown and styles it once (Textual draws
and styles it once more), `ui.theme.themed_app` sets the theme without parsing all styles again.
"""
