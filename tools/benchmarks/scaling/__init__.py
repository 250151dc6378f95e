"""What one region serves, by AWS's quotas and prices: `python -m tools.benchmarks scaling`.

`figures.toml` has the quotas and prices, each with its source; `model.py` computes with them, from
the settings of the template; `page.py` writes `docs/scaling.md` and its pictures.
"""
