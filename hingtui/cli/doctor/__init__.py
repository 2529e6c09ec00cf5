"""The `doctor` command: check everything that hingtui needs, and say what to do.

check           what one check has found
report          checks as lines or JSON, without secrets and names
run             all checks at once, in limited time
├── settings_checks   settings and tokens
├── route_checks      the way to a gateway
├── response_checks   what a gateway answers
├── machine_checks    proxies, certificates, versions
├── folder_checks     folders, watchlist
└── terminal_checks   what the terminal can do
"""
