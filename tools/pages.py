"""The templates that pages are written by: one setting of jinja2 for all of them."""

from __future__ import annotations

import functools
from pathlib import Path

import jinja2


@functools.cache
def templates(folder: Path) -> jinja2.Environment:
    """Return the templates of a folder, compiled once; what `*.html.jinja` shows is escaped.

    A name that a template does not know is an error.
    """
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(["html.jinja"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
