"""What the synthesized template of every stage must contain, and must not.

Reads templates and `contract`; never imports `stack`, and reads nothing but the stages' names from
cdk.json, so that every expectation is written independently of the stack. Resources are found by
what they are and what refers to them, never by logical id; differences without a meaning (order,
ids, descriptions, a string or a list of one string) do not matter.
"""
