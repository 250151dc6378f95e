"""Values of a template as IAM reads them: intrinsic functions become opaque tokens.

A token is `${Name}` in place of `Ref` and `${Name.Attribute}` in place of `Fn::GetAtt`. Any other
function is one token that holds its arguments, quoted so that they have no wildcard and no brace,
and what the template says of parameters, conditions and mappings. A policy variable of IAM reads
`$!{aws:username}`, as no token does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

NO_VALUE = {"Ref": "AWS::NoValue"}
# What changes the meaning of a function that names a parameter, condition or mapping.
SECTIONS = ("Parameters", "Conditions", "Mappings")
RESOURCE = re.compile(r"\$\{[^}.]*")


@dataclass(frozen=True)
class Reader:
    """Reads the values of one template; `ids` maps logical ids to those that tokens hold."""

    ids: Mapping[str, str]
    sections: Mapping[str, Any]

    @classmethod
    def of(cls, body: Mapping[str, Any], ids: Mapping[str, str]) -> Reader:
        return cls(ids, {name: body[name] for name in SECTIONS if name in body})

    def plain(self, value: Any) -> Any:
        """Return the value without intrinsic functions."""
        match value:
            case str():
                return _literal(value)
            case list():
                return [self.plain(item) for item in value if item != NO_VALUE]
            case dict() if len(value) == 1:
                name, argument = next(iter(value.items()))
                if name == "Ref" or name.startswith("Fn::"):
                    return self._function(name, argument)
                return {name: self.plain(argument)} if argument != NO_VALUE else {}
            case dict():
                return {name: self.plain(v) for name, v in value.items() if v != NO_VALUE}
        return value

    def token(self, name: str, attribute: str = "") -> str:
        """Return what a reference to a resource, parameter or pseudo parameter reads as."""
        return f"${{{self.ids.get(name, name)}{attribute and '.' + attribute}}}"

    def _function(self, name: str, argument: Any) -> Any:
        match name, argument:
            case "Ref", str() if argument not in self.sections.get("Parameters", {}):
                return self.token(argument)
            case "Fn::GetAtt", [str(resource), str(attribute)]:
                return self.token(resource, attribute)
            case "Fn::GetAtt", str():
                return self.token(*argument.split(".", 1))
            case "Fn::Join", [str(between), [*parts]]:
                texts = self.plain(parts)
                if all(isinstance(text, str) for text in texts):
                    return _literal(between).join(texts)
            case "Fn::Sub", str():
                return self._substituted(argument, {})
            case "Fn::Sub", [str(text), dict(variables)]:
                return self._substituted(text, variables)
        return self._opaque(name, argument)

    def _opaque(self, name: str, argument: Any) -> str:
        """A token of a function: what it says, and what the sections say of what it names."""
        match name:
            case "Ref":
                named = self.sections.get("Parameters", {}).get(str(argument))
            case "Fn::If" | "Fn::FindInMap":
                named = self.sections
            case _:
                named = {}
        text = json.dumps([self.plain(argument), named], sort_keys=True)
        return f"${{{quote(f'{name} {text}', safe='/').replace('.', '%2E')}}}"

    def _substituted(self, text: str, variables: Mapping[str, Any]) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return f"$!{{{name[1:]}}}"
            if name in variables:
                return str(self.plain(variables[name]))
            return str(self.plain({"Fn::GetAtt" if "." in name else "Ref": name}))

        return re.sub(r"\$\{([^}]*)\}", value, text)


def _literal(text: str) -> str:
    return text.replace("$!", "$!!").replace("${", "$!{")


def tokens_in(text: str) -> set[str]:
    """Return what `Ref` to each resource that a plain text names reads as."""
    return {f"{found}}}" for found in RESOURCE.findall(text)}


def readable(value: Any) -> str:
    """Return a plain value as one line for a reader."""
    text = value if isinstance(value, str) else json.dumps(value)
    return unquote(text)
