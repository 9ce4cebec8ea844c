"""`python -m vpd.distill.commands` is `vpd`."""

import sys

from vpd.distill.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
