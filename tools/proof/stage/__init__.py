"""Proves that the e2e suite can fail: a stage that is wrong in exactly one way at a time.

    python -m tools.proof stage            # every fault until a test catches it
    python -m tools.proof stage --full     # every fault, every test that catches it

`proxy` stands in front of a good local stage and passes everything on, except for what a
fault changes. `faults` is the table of the faults, each with the promise that it breaks; a
fault counts as caught only when a test fails that names this promise. `replay` runs the
collected suite again and again in one process.

May import `tools.local_stage`, the rest of `tests_e2e` and the standard library.
"""
