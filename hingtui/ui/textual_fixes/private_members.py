"""The private members of Textual that hingtui uses. A test names those that an upgrade removes."""

from __future__ import annotations

PRIVATE_MEMBERS: dict[str, tuple[str, ...]] = {
    "textual.widgets.DataTable": (
        # row_table: where the stock table looks for rows and columns
        "_column_locations",
        "_data",
        "_row_locations",
        # row_table: what it repaints and caches
        "_clear_caches",
        "_pseudo_class_state",
        "_update_count",
        # row_table: overridden
        "_get_cell_region",
        "_get_row_region",
        "_render_line",
        "_scroll_cursor_into_view",
        "_total_row_height",
        # row_table: styles of rows, the cursor and the mouse
        "_get_row_style",
        "_get_styles_to_render_cell",
        "_set_hover_cursor",
        "_show_hover_cursor",
    ),
    "textual._segment_tools": ("line_crop",),  # row_table
    "textual._time": ("get_time",),  # typed_ahead
    "textual._styles_cache.StylesCache": ("get_inner_outer",),  # closed_screens: replaced
    "textual.widget.Widget": ("_styles_cache",),  # closed_screens
    "textual._xterm_parser": ("XTermParser",),  # background_query
    "textual.drivers.linux_driver": ("XTermParser",),  # driver: replaced by one that takes replies
    "textual.app.App": (
        "_background_screens",  # behind_dialogs
        "_batch_count",  # layout
        "_bindings",  # app: bindings with translated labels
        "_close_messages_no_wait",  # error_boundary
        "_dispatch_message",  # error_boundary
        "_driver",  # alerting_app, previewing_app
        "_exit_renderables",  # error_boundary
        "_fatal_error",  # error_boundary
        "_handle_exception",  # error_boundary
        "_loop",  # app: a signal reaches the event loop
        "_on_key",  # typed_ahead: overridden
        "_register_child",  # error_boundary
        "_registry",  # typed_ahead
        "_notifications",  # toasts, toast_redraw
        "_refresh_notifications",  # toasts, toast_redraw
        "_refresh_truecolor_filter",  # themed_app
        "_unnotify",  # toast_redraw
    ),
    "textual._compositor.Compositor": (
        "_dirty_regions",
        "_render_chops",
    ),  # wide_cuts
    "textual.screen.Screen": (
        "_compositor",  # wide_cuts, behind_dialogs
        "_compositor_refresh",  # layout, behind_dialogs
        "_set_dirty",  # behind_dialogs
    ),
    "textual.widgets._toast": (
        "ToastHolder",  # toast_redraw
        "ToastRack",  # toast_place, toast_redraw
    ),
    "textual.widgets._toast.Toast": ("_notification",),  # toast_redraw
    "textual.strip.Strip": ("_segments",),  # picture: overridden
    "textual.widgets.Input": ("_on_paste",),  # line_input, gateway_fields: overridden
    "textual.widgets.TextArea": ("_on_key", "_on_paste"),  # dialogs: overridden
    "textual.drivers.linux_driver.LinuxDriver": (
        "_app",
        "_file",
        "_get_terminal_size",
        "_in_band_window_resize",
        "_loop",
        "_mouse_pixels",
        "_must_signal_resume",
        "_run_input_thread",
        "_sigcont_application",
        "_sigtstp_application",
        "_writer_thread",
    ),
}
"""Members by the dotted name of their class or module."""
