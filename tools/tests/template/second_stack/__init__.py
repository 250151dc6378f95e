"""Orders in a queue: a template without CDK, and the tests that its owners might have.

`fixtures.py` and `checks.py` become a conftest.py and a test module of their own.
"""
