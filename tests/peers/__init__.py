"""Other people's gateways, started on this machine for a look by hand: `python3 -m tests.peers`.

`peer` holds the settings of a gateway, and starts programs; `demo`, `nginx`, `litellm` and
`aimock` start one each. What is not installed is skipped. No test needs any of them.
"""
