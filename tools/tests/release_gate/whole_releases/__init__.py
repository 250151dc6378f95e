"""Releases of local stages from one end to the other: minutes long, so that no level runs them.

`norecursedirs` in pyproject.toml leaves this folder out unless it is named; ci.yml names it.
"""
