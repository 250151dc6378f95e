"""Candidates for the gate: each bad one is bad in one way, and each neutral one is harmless.

An entry is a function that edits a draft of prod; see `draft`.
"""

from tools.tests.release_gate.corpus.bad import BAD
from tools.tests.release_gate.corpus.draft import Case, Draft
from tools.tests.release_gate.corpus.evidence import BAD_EVIDENCE
from tools.tests.release_gate.corpus.neutral import NEUTRAL

__all__ = ["BAD", "BAD_EVIDENCE", "NEUTRAL", "Case", "Draft"]
