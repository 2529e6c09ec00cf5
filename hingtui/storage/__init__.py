"""What is kept on disk between runs: the watchlist, the settings, and where the cache is."""
