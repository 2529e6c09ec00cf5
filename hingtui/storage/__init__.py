"""What is kept on disk between runs: the watchlist and the settings."""
