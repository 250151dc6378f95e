"""The rule on answers: hand-written changes of the real schemas, and a fuzz test.

`client` reads documents as `contract/compatibility.md` says, `documents` makes and edits them and
their schemas at random. Neither imports anything of the rule.
"""
