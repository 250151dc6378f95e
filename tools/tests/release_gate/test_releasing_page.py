"""The GitLab job of docs/releasing.md fits GitLab's schema."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_gitlab_job_fits_schema(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "releasing.md").read_text(encoding="utf-8")
    (job,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    file = tmp_path / "gitlab-ci.yml"
    for text, fits in ((job, True), (job.replace("script:", "scripts:"), False)):
        file.write_text(text, encoding="utf-8")
        assert _checked(file) == fits


def _checked(file: Path) -> bool:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"]
    return subprocess.run([*command, str(file)], capture_output=True, check=False).returncode == 0
