"""Proves that infrastructure tests can fail.

Makes typed edits of a synthesized CloudFormation template, replays the tests on
each, and reports which edits no test noticed. Works on any template whose tests
take it from a fixture named `template`. May import cfn-lint, pytest, rich and
`promises`; never `stack`: templates come from files, or from `python -m stack`
run as a program.
"""
