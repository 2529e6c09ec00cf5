"""The gateways of `hingtui demo`: three real HTTP servers on this machine, without a screen.

`server` runs one gateway, or all three of `gateways`; `listener` is one port; `responses` checks
token and method; `families` is what each family of gateways responds; `storage` has the files;
`story` says which jobs exist, `casting` makes them up, `job` is one; `troubles` says when a gateway
fails; `billing` is an account's balance; `film` makes the bytes of a video, `prompts` has its
prompt.
"""
