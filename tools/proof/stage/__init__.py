"""Proves that the e2e suite can fail: a stage that is wrong in exactly one way at a time.

    python -m tools.proof stage                  # every fault until a test catches it
    python -m tools.proof stage --only tag       # the faults whose name contains this
    python -m tools.proof stage --full           # every fault, every test that catches it

A proxy receives the requests to a good local stage and passes them on, except for what a fault
changes. `named/e2e.toml` lists the faults, each with the promise that it breaks: a fault counts
as caught only when a test fails that names this promise. `run` tries them, `replay` chooses the
tests, `blocks` are what faults are made of.

May import `contract`, `tests_e2e`, `tools.local_stage`, `tools.proof.shared` and any package.
"""
