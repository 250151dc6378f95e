"""The building blocks of the faults in named/e2e.toml, in modules by what they change.

A fault has the name of a function as a key, and its arguments as the key's value; `when` names the
answers that it concerns. A function that several faults use is general, the others do what no
general one can.
"""

from tools.proof.stage.blocks import access, deployed, edits, logs, records, serving

__all__ = ["access", "deployed", "edits", "logs", "records", "serving"]
