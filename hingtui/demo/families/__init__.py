"""The families of gateways that the demo can be: paths, errors, and how a job is written.

`family` says what a family is; `videos`, `generations` and `ark` are one each. Names and shapes are
those of real gateways.
"""
