"""Proves that infrastructure tests can fail.

Makes typed edits of a CloudFormation template, replays the tests on each, and reports which
edits no test noticed. Works on any template whose tests take it from a fixture named
`template`, or make it with `aws_cdk.assertions`. May import `tools.template`,
`tools.proof.shared`, cfn-lint, pytest and rich, by relative imports: nothing here knows this
project.
"""
