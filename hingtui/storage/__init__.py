"""What is kept on disk between runs.

watchlist       the videos that are watched, shared by processes
settings        every setting and token, and gateways.toml
history         every video that was ever watched, in SQLite
open_history    makes that history from the settings
followed        what was seen of followed accounts
state           what the dashboard remembers
"""
