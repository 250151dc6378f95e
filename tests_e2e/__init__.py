"""The checks that a client of a stage can make: one URL, every promise it can see.

`pytest tests_e2e --stage-url URL` runs them against any stage, on AWS or on this
machine. The modules without `test_` hold what the checks share: `target` (the options),
`reach` and `selection` (what can run), `traffic` (what runs alone), `client` and
`signing` (HTTPS requests), `checks` (what every answer keeps), `users`, `principals` and
`aws` (what needs credentials), `leftovers` (what is removed), `repeating` (a failure by hand).

May import `contract`, the standard library, boto3 and the test tools. Only the
checks of a failing table (`--table-faults`) and of a stage that is destroyed
(`--lifecycle`) bring up other stages and import `tools.local_stage`. Never `stack` or
`lambda_function`: the suite must not learn from the code what is right.
"""
