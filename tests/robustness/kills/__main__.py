"""Kill real processes: `python3 -m tests.robustness.kills [--kills N] [--seed N]`."""

import sys

from tests.robustness.kills.run import main

if __name__ == "__main__":
    sys.exit(main())
