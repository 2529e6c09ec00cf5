"""The dashboard and the dialogs over it.

dashboard           turns each command into a call
└── table_actions       the commands that choose what the table shows
    └── details             when the details are open, and how they are scrolled
        └── toast_place         keeps toasts away from the cursor's row
            └── layout              draws what the monitor has
                └── footer_screen       the footer of a screen
dialogs, choices, token_dialog, gateway_dialog, gateway_health, help, events    over the dashboard
"""
