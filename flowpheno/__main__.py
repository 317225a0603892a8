"""Run as ``python -m flowpheno``."""

import sys

from flowpheno.cli import main

if __name__ == "__main__":
    sys.exit(main())
