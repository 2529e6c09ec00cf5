"""The gateways of `hingtui demo`: three real HTTP servers on this machine, without a screen.

`server` runs one gateway, or all of `gateways`; `listener` is one port, `exchange` one request and
its response; `responses` checks path, token and method; `families` is what each family of gateways
responds, `billing` what is left of an account; `storage` has the files, at signed links; `story`
says which jobs exist, `job_factory` makes them up, `job` is one; `faults` says when a gateway
fails; `film` makes the bytes of a video, `prompts` has its prompt.
"""
