"""What the synthesized template of every stage must say, and must not.

Reads templates and the schema files of `contract`; never imports `stack` or reads cdk.json, so
that what is expected stands here a second time. Resources are found by what they are and what
refers to them, never by logical id; what a reader of the template cannot tell apart (order,
ids, descriptions, one string or a list of one) makes no difference.
"""
