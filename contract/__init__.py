"""Everything that is promised, and the JSON Schemas of the answers.

The schemas are draft-04, as API Gateway models accept them: `user_response` is the body of a 200,
`error_response` the body of every error. The ledger of promises, what each stage promises, and the
users of the tests are modules of their own. Imports the standard library alone.
"""

import functools
import json
from pathlib import Path
from typing import Any

OPENAPI = Path(__file__).with_name("openapi.json")
NAMES = ("user_response", "error_response")


@functools.cache
def load(name: str) -> dict[str, Any]:
    """Return the schema of a name in NAMES, not to be edited. Raises ValueError on any other."""
    if name not in NAMES:
        raise ValueError(f"no schema is called {name!r}: there are {', '.join(NAMES)}")
    file = Path(__file__).with_name(f"{name}.schema.json")
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema
