"""The dashboard and the dialogs over it.

dashboard           turns each command into a call
└── details             when the details are open, and how they are scrolled
    └── toast_place         keeps toasts away from the cursor's row
        └── layout              draws what the monitor has
dialogs, help, events   over the dashboard
"""
