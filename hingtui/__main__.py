"""`python3 -m hingtui` is the same as `hingtui`."""

from hingtui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
