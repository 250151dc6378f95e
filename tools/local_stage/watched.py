"""`python watched.py STARTER PROGRAM ARGUMENTS`: becomes PROGRAM, which ends with its starter.

A file of its own, run before PROGRAM takes over, because code between fork and exec
is unsafe in a process with threads. Standard library only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h

if __name__ == "__main__":
    starter, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != starter:
            sys.exit("the process that started this one is gone")
    os.execvp(program[0], program)
