"""A client that ignores unknown fields and unknown error codes, as it was written for a schema."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft4Validator, FormatChecker

CHECKER = FormatChecker()


class Client:
    """Reads documents that fit, or not, the schema that it was written for."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self.validator = Draft4Validator(schema, format_checker=CHECKER)
        error = self._resolved(schema.get("properties", {}).get("error", {}))
        code = self._resolved(error.get("properties", {}).get("code", {}))
        self.codes = code.get("enum", [])

    def can_read(self, document: Any) -> bool:
        """Whether the document is what the client expects, once it has left out the unknown."""
        return self.validator.is_valid(self.known(document))

    def known(self, document: Any) -> Any:
        """The document as the client sees it."""
        return self._with_known_code(self._without_unknown(document, self.schema))

    def _without_unknown(self, value: Any, schema: dict[str, Any]) -> Any:
        schema = self._resolved(schema)
        fields = schema.get("properties", {})
        if isinstance(value, list) and "items" in schema:
            return [self._without_unknown(item, schema["items"]) for item in value]
        if not isinstance(value, dict):
            return value
        closed = schema.get("additionalProperties") is False
        return {
            name: self._without_unknown(item, fields.get(name, {}))
            for name, item in value.items()
            if name in fields or not closed
        }

    def _with_known_code(self, document: Any) -> Any:
        match document:
            case {"error": {"code": str(code), **others}} if "INTERNAL_ERROR" in self.codes:
                known = code if code in self.codes else "INTERNAL_ERROR"
                return {**document, "error": {**others, "code": known}}
        return document

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.schema["definitions"][schema["$ref"].rpartition("/")[2]]
        return schema
