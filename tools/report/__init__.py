"""One door to all reports: `python -m tools.report` writes build/report/index.html.

Reads what the levels, the proofs, the gate and the benchmarks have written, and runs none of them.
`sources.py` reads, `index.html.jinja` shows. Imports `tools.pages` alone.
"""
