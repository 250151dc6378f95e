"""Proves that the unit tests can fail: mutants of the function and of the stage settings.

mutmut makes the mutants and switches them; here the tests are collected once and replayed on
each mutant in a forked process, which takes milliseconds where a pytest run takes seconds,
and tells which test killed which mutant. May import mutmut, pytest and the promise ledger.
"""
