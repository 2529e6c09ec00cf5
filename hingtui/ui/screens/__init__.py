"""The dashboard and the dialogs over it.

dashboard             turns each command into a call; each class below is the base of the one above
├── gallery_view          the gallery in place of the table
├── preview_actions       commands of previews
├── file_commands         commands about files and the clipboard
├── table_actions         commands that choose what the table shows
├── details               when the details are open, and how they are scrolled
├── toast_place           keeps toasts away from the cursor's row
├── layout                draws what the monitor has, each second and each change
├── footer_screen         the footer of a screen
└── list_box              the box of a dialog whose list alone scrolls
dashboard_context     what the dashboard is given
dialogs               the dialogs that add videos and confirm quitting
choices, tag_dialog, token_dialog, events    dialogs of their own
gateway_health        the gateways; from there they are changed and removed
├── gateway_dialog        adds one or changes it; gateway_fields are its fields
└── remove_gateway        asks before one is removed
help, help_text       the help
importing             the account's list
history               the history and its statistics
compare, player       videos side by side; one that plays
"""
