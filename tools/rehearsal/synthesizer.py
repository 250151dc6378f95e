"""A program that synthesizes one checkout after another: the packages are loaded only once.

Reads a line of JSON for each, `[root, output]`, and answers with the exit code that
`python -m stack --output OUTPUT` has in `root`. Everything else that it prints goes to standard
error. Knows nothing of this checkout.
"""

import json
import os
import runpy
import sys

OWN = ("stack", "contract")


def synthesize(root: str, output: str) -> int:
    """Synthesize a tree's stages in this process, with its own modules; return the exit code."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
        del sys.modules[name]
    os.chdir(root)
    sys.path[0] = root
    sys.argv = ["stack", "--output", output]
    try:
        runpy.run_module("stack", run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    try:
        code = synthesize(*json.loads(line))
    except Exception as error:  # noqa: BLE001 - a broken checkout must not end the program
        sys.excepthook(type(error), error, error.__traceback__)
        code = 1
    print(code, file=answers, flush=True)
