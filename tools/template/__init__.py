"""The one reader of CloudFormation templates: `Template`, its `Element`s, and plain text.

Imports the standard library alone and nothing of this project.
"""

from .loading import TemplateError
from .template import Element, Template
from .text import decoded, listed, named, plain, texts

__all__ = ["Element", "Template", "TemplateError", "decoded", "listed", "named", "plain", "texts"]
