"""What happens while a stage is synthesized; runs with the linters.

Imports `stack`, which the tests of the templates must not.
"""
