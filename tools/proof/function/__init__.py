"""Proves that the unit tests can fail: mutants of the function and of the stage settings.

mutmut generates the mutants and switches them on. The tests are collected once and run on each
mutant in a forked process, which takes milliseconds where a pytest run takes seconds, and shows
which test killed which mutant. May import mutmut, `contract`, `tests_unit` and
`tools.proof.shared`.
"""
