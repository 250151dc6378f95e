"""`python -m template_mutation`: see `--help`."""

import sys

from template_mutation.cli import main

sys.exit(main(sys.argv[1:]))
