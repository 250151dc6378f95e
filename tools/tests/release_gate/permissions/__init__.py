"""The rule on permissions: hand-written changes of the real templates, and a fuzz test.

`evaluator` decides concrete requests by reading policies its own way; `pairs` makes templates and
edits them at random. Neither imports anything of the rule.
"""
