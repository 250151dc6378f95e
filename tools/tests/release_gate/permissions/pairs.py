"""Templates full of policies, and edits of them, at random by a seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from .evaluator import ACCOUNT, TOPIC

Json = dict[str, Any]
Pool = list[Any]


def arn(name: str, *behind: str) -> Any:
    got = {"Fn::GetAtt": [name, "Arn"]}
    return {"Fn::Join": ["", [got, *behind]]} if behind else got


ACTIONS: Pool = [
    *("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:*", "dynamodb:Get*", "DynamoDB:getitem"),
    *("dynamodb:?etItem", "sns:Publish", "sns:*", "logs:PutLogEvents", "lambda:InvokeFunction"),
    *("s3:GetObject", "s3:*", "*", "*:GetItem", "*:*", {"Fn::Sub": "dynamodb:GetItem"}),
]
RESOURCES: Pool = [
    *(arn("Users"), {"Fn::Sub": "${Users.Arn}"}, arn("Users", "/index/*"), arn("Users", "*")),
    *(
        {"Fn::Sub": "${Users.Arn}/index/name"},
        {"Ref": "Alarms"},
        arn("Calls"),
        "*",
        "arn:aws:s3:::*",
    ),
    *("arn:aws:s3:::homes/${aws:username}/*", "arn:aws:s3:::homes/alice/${*}"),
    *("arn:aws:s3:::homes/*/x", {"Fn::Sub": "arn:aws:s3:::homes/${!aws:username}/x"}),
    *("arn:aws:s3:::homes/alice/*", "arn:aws:s3:::h*s/b?b/*", {"Ref": "Live"}, arn("Reader")),
    {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:*:${AWS::AccountId}:table/*"},
    {"Fn::Join": [":", ["arn:aws:dynamodb", "*", "*", "table/Users"]]},
    {"Fn::If": ["Wide", "*", arn("Users")]},
    {"Fn::Sub": "arn:aws:s3:::${Prefix}"},
    {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "Prefix"}]]},
    {"Fn::If": ["Wide", arn("Helper"), arn("Worker")]},
    *("arn:aws:sns:*:*:Alarms", f"{TOPIC}*", "arn:*:table/*", arn("Helper"), arn("Worker")),
]
PRINCIPALS: Pool = [
    "*",
    {"AWS": "*"},
    {"AWS": arn("Worker")},
    {"AWS": [arn("Helper"), arn("Worker")]},
    {"AWS": "arn:aws:iam::999999999999:user/eve"},
    {"Service": "sns.amazonaws.com"},
    {"Service": ["lambda.amazonaws.com", "sns.amazonaws.com"]},
    {"Service": "lambda.amazonaws.com", "AWS": {"Fn::Sub": "${Worker.Arn}"}},
]
CLAUSES: list[tuple[str, str, Any]] = [
    ("ArnLike", "aws:SourceArn", {"Ref": "Alarms"}),
    ("ArnLike", "AWS:SourceArn", f"arn:aws:sns:*:{ACCOUNT}:*"),
    ("ArnEquals", "aws:SourceArn", {"Fn::Join": ["", [{"Ref": "Alarms"}, "*"]]}),
    ("StringLike", "aws:SourceArn", "arn:*"),
    ("StringEquals", "aws:SourceArn", [TOPIC, {"Ref": "Alarms"}]),
    ("StringEquals", "aws:SourceAccount", {"Ref": "AWS::AccountId"}),
    ("StringEquals", "aws:SourceAccount", ["999999999999", {"Ref": "AWS::AccountId"}]),
    ("StringLike", "aws:SourceAccount", "9*"),
    ("StringEquals", "aws:username", ["alice", "bob"]),
    ("StringEquals", "aws:username", "*"),
    ("StringLike", "aws:username", ["a*", "?ob"]),
    ("StringLike", "aws:username", ["*"]),
    ("StringLike", "aws:username", "${*}"),
    ("StringNotEquals", "aws:username", "alice"),
    ("StringNotEquals", "aws:username", ["alice", "bob"]),
    ("StringEqualsIfExists", "aws:username", "alice"),
    ("StringEqualsIgnoreCase", "aws:username", "ALICE"),
    ("Bool", "aws:SecureTransport", "false"),
    ("Bool", "aws:SecureTransport", True),
    ("Bool", "aws:SecureTransport", [True, "false"]),
    ("Null", "aws:SourceIp", "true"),
    ("Null", "aws:username", False),
    ("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
    ("IpAddress", "aws:SourceIp", ["10.0.1.0/24", "10.0.2.0/24"]),
    ("NumericLessThan", "aws:MultiFactorAuthAge", 300),
    ("NumericLessThan", "aws:MultiFactorAuthAge", "3000"),
    ("StringEquals", "aws:RequestTag/Team", "a"),
    ("StringEquals", "aws:RequestTag/team", "a"),
    ("ForAnyValue:StringEquals", "aws:TagKeys", ["a", "b"]),
    ("ForAnyValue:StringEquals", "aws:TagKeys", "a"),
    ("ForAllValues:StringEquals", "aws:TagKeys", "a"),
    ("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"]),
]
MANAGED: Pool = [
    {"Ref": "Shared"},
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"},
    "arn:aws:iam::aws:policy/AWSDenyAll",
    {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:policy/House"},
]


class Maker:
    """Makes what a seed says."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def pair(self) -> tuple[Json, Json]:
        """A deployed template, and a candidate that was edited up to three times."""
        deployed = self.template()
        candidate = deepcopy(deployed)
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            self.edit(candidate)
        return deployed, candidate

    def template(self) -> Json:
        chance = self.random.random
        body: Json = {
            "Parameters": {"Prefix": {"Type": "String", "Default": "homes/bob/x"}},
            "Conditions": {"Wide": {"Fn::Equals": ["yes", "no"]}},
            "Resources": {
                "Users": _resource("AWS::DynamoDB::GlobalTable", Replicas=[{"Region": "here"}]),
                "Calls": _resource("AWS::Logs::LogGroup"),
                "Alarms": _resource("AWS::SNS::Topic"),
                "Reader": _resource("AWS::Lambda::Function", Role=arn("Worker")),
                "Live": _resource("AWS::Lambda::Alias", FunctionName={"Ref": "Reader"}),
                "Worker": self.role(),
                "Helper": self.role(),
                "Attached": self.attached("AWS::IAM::Policy"),
                "Shared": self.attached("AWS::IAM::ManagedPolicy"),
                "Invoke": self.permission(),
            },
        }
        if chance() < 0.7:
            body["Resources"]["AlarmsPolicy"] = _resource(
                "AWS::SNS::TopicPolicy",
                Topics=[{"Ref": "Alarms"}],
                PolicyDocument=self.document("resource"),
            )
        if chance() < 0.5:
            self.table_policy(body)
        if chance() < 0.5:
            self.log_policy(body)
        return body

    def role(self) -> Json:
        properties: Json = {"AssumeRolePolicyDocument": self.document("trust")}
        count = self.random.choice([0, 1, 1, 2])
        properties["Policies"] = [
            {"PolicyName": f"P{n}", "PolicyDocument": self.document("identity")}
            for n in range(count)
        ]
        if self.random.random() < 0.3:
            properties["ManagedPolicyArns"] = self.some(MANAGED, 2)
        if self.random.random() < 0.2:
            properties["PermissionsBoundary"] = self.random.choice(MANAGED)
        return _resource("AWS::IAM::Role", **properties)

    def attached(self, type_: str) -> Json:
        roles = self.some([{"Ref": "Worker"}, {"Ref": "Helper"}], 2)
        if type_ == "AWS::IAM::ManagedPolicy" and self.random.random() < 0.5:
            roles = []
        found = _resource(type_, PolicyDocument=self.document("identity"), Roles=roles)
        if self.random.random() < 0.1:
            found["Condition"] = "Wide"
        return (
            found if type_ == "AWS::IAM::Policy" else {k: found[k] for k in ("Type", "Properties")}
        )

    def permission(self) -> Json:
        properties: Json = {
            "Action": self.random.choice(["lambda:InvokeFunction", "lambda:*"]),
            "FunctionName": self.random.choice([{"Ref": "Live"}, arn("Reader")]),
            "Principal": self.random.choice(["sns.amazonaws.com", "lambda.amazonaws.com", "*"]),
        }
        if self.random.random() < 0.7:
            properties["SourceArn"] = self.random.choice(
                [{"Ref": "Alarms"}, {"Fn::Join": ["", [{"Ref": "Alarms"}, "*"]]}]
            )
        if self.random.random() < 0.4:
            properties["SourceAccount"] = {"Ref": "AWS::AccountId"}
        return _resource("AWS::Lambda::Permission", **properties)

    def table_policy(self, body: Json) -> None:
        replica = body["Resources"]["Users"]["Properties"]["Replicas"][0]
        replica["ResourcePolicy"] = {"PolicyDocument": self.document("resource")}

    def log_policy(self, body: Json) -> None:
        document = self.document("resource", plain=True)
        body["Resources"]["LogPolicy"] = _resource(
            "AWS::Logs::ResourcePolicy", PolicyName="Calls", PolicyDocument=json.dumps(document)
        )

    def document(self, kind: str, plain: bool = False) -> Json:
        count = self.random.choice([1, 1, 2, 3])
        found: Json = {"Statement": [self.statement(kind, plain) for _ in range(count)]}
        version = self.random.choice(["2012-10-17"] * 8 + ["2008-10-17", None])
        return found if version is None else {"Version": version, **found}

    def statement(self, kind: str, plain: bool = False) -> Json:
        chance = self.random.random
        found: Json = {"Effect": "Allow" if chance() < 0.75 else "Deny"}
        actions = ["sts:AssumeRole", "sts:*"] if kind == "trust" else ACTIONS
        found[self.maybe_not("Action")] = self.values(actions, plain)
        if kind != "trust":
            found[self.maybe_not("Resource")] = self.values(RESOURCES, plain)
        if kind != "identity":
            principals = PRINCIPALS if not plain else [p for p in PRINCIPALS if _is_plain(p)]
            found[self.maybe_not("Principal", 0.05)] = self.random.choice(principals)
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            self.add_clause(found, plain)
        return found

    def maybe_not(self, element: str, share: float = 0.12) -> str:
        return f"Not{element}" if self.random.random() < share else element

    def values(self, pool: Pool, plain: bool = False) -> Any:
        found = self.some([v for v in pool if _is_plain(v)] if plain else pool, 3)
        return found[0] if len(found) == 1 and self.random.random() < 0.7 else found

    def some(self, pool: Pool, most: int) -> Pool:
        return deepcopy(self.random.sample(pool, self.random.randint(1, min(most, len(pool)))))

    def add_clause(self, statement: Json, plain: bool = False) -> None:
        clauses = [c for c in CLAUSES if not plain or _is_plain(c[2])]
        operator, key, value = self.random.choice(clauses)
        statement.setdefault("Condition", {}).setdefault(operator, {})[key] = deepcopy(value)

    def edit(self, body: Json) -> None:
        """Make one edit; an edit that has nothing to work on does nothing."""
        edits: list[Callable[[Json], None]] = [
            *[self.edit_statement] * 8,
            *[self.edit_document] * 3,
            self.edit_role,
            self.edit_permission,
            self.edit_attachment,
            self.edit_meaning,
            self.rename_role,
            self.rewrite_references,
        ]
        self.random.choice(edits)(body)

    def edit_statement(self, body: Json) -> None:
        kind, document = self.random.choice(list(documents(body)))
        statement = self.random.choice(document["Statement"])
        fresh = self.statement(kind)
        choice = self.random.choice(
            ["element", "values", "condition", "effect", "drop condition", "case"]
        )
        if choice == "element":
            for name in ("Action", "Resource", "Principal"):
                if self.random.random() < 0.5:
                    _replace_element(statement, fresh, name)
        elif choice == "values":
            self.edit_values(statement, fresh)
        elif choice == "condition":
            self.add_clause(statement)
        elif choice == "effect":
            statement["Effect"] = "Deny" if statement["Effect"] == "Allow" else "Allow"
        elif choice == "drop condition" and statement.get("Condition"):
            statement["Condition"].pop(self.random.choice(list(statement["Condition"])))
        elif choice == "case" and isinstance(statement.get("Action"), str):
            statement["Action"] = statement["Action"].swapcase()

    def edit_values(self, statement: Json, fresh: Json) -> None:
        """Add or remove one value of an element."""
        name = self.random.choice([n for n in ("Action", "Resource") if n in statement] or [""])
        if not name:
            return
        values = statement[name] if isinstance(statement[name], list) else [statement[name]]
        more = fresh.get(name, [])
        if self.random.random() < 0.6:
            values = values + (more if isinstance(more, list) else [more])
        elif len(values) > 1:
            values = self.random.sample(values, len(values) - 1)
        statement[name] = values

    def edit_document(self, body: Json) -> None:
        kind, document = self.random.choice(list(documents(body)))
        statements = document["Statement"]
        match self.random.choice(
            ["add", "remove", "shuffle", "split", "version", "sid", "optional"]
        ):
            case "add":
                statements.append(self.statement(kind))
            case "remove" if len(statements) > 1:
                statements.remove(self.random.choice(statements))
            case "shuffle":
                self.random.shuffle(statements)
            case "split":
                statements.extend(_split(statements.pop()))
            case "version":
                document["Version"] = self.random.choice(["2012-10-17", "2008-10-17"])
            case "sid":
                statements[0]["Sid"] = "Renamed"
            case "optional":
                other = self.random.choice([self.statement(kind), {"Ref": "AWS::NoValue"}])
                statements[0] = {"Fn::If": ["Wide", other, statements[0]]}

    def edit_role(self, body: Json) -> None:
        roles = [r for r in body["Resources"].values() if r["Type"] == "AWS::IAM::Role"]
        properties = self.random.choice(roles)["Properties"]
        match self.random.choice(["managed", "unmanaged", "boundary", "no boundary", "move"]):
            case "managed":
                properties["ManagedPolicyArns"] = self.some(MANAGED, 2)
            case "unmanaged":
                properties.pop("ManagedPolicyArns", None)
            case "boundary":
                properties["PermissionsBoundary"] = self.random.choice(MANAGED)
            case "no boundary":
                properties.pop("PermissionsBoundary", None)
            case "move" if properties["Policies"] and body["Resources"]["Attached"]:
                policy = properties["Policies"].pop()["PolicyDocument"]
                own = body["Resources"]["Attached"]["Properties"]["PolicyDocument"]
                own["Statement"] = [*own["Statement"], *policy["Statement"]]

    def edit_permission(self, body: Json) -> None:
        permission = body["Resources"]["Invoke"]["Properties"]
        match self.random.choice(["fresh", "drop", "more"]):
            case "fresh":
                body["Resources"]["Invoke"] = self.permission()
            case "drop":
                permission.pop(self.random.choice(["SourceArn", "SourceAccount"]), None)
            case "more":
                body["Resources"]["InvokeToo"] = self.permission()

    def edit_attachment(self, body: Json) -> None:
        resources = body["Resources"]
        match self.random.choice(["attached", "shared", "topic", "table", "logs"]):
            case "attached":
                resources["Attached"]["Properties"]["Roles"] = [_ref(self.a_role(body))]
            case "shared":
                resources["Shared"]["Properties"]["Roles"] = [_ref(self.a_role(body))]
            case "topic":
                resources.pop("AlarmsPolicy", None)
            case "table":
                self.table_policy(body)
            case "logs":
                self.log_policy(body)

    def a_role(self, body: Json) -> str:
        roles = [name for name, r in body["Resources"].items() if r["Type"] == "AWS::IAM::Role"]
        found: str = self.random.choice(roles)
        return found

    def edit_meaning(self, body: Json) -> None:
        """Change what a condition or parameter means, and no policy."""
        if self.random.random() < 0.5:
            body["Conditions"]["Wide"] = {"Fn::Equals": ["yes", "yes"]}
        else:
            body["Parameters"]["Prefix"]["Default"] = self.random.choice(["*", "homes/bob/*"])

    def rename_role(self, body: Json) -> None:
        for name in ("Worker", "Helper"):
            if self.random.random() < 0.5 and name in body["Resources"]:
                _rename(body, name, f"{name}Renamed")

    def rewrite_references(self, body: Json) -> None:
        """Write each `Fn::GetAtt` as an `Fn::Sub` that says the same."""
        for name in list(body["Resources"]):
            text = json.dumps(body["Resources"][name])
            for other in body["Resources"]:
                got = json.dumps({"Fn::GetAtt": [other, "Arn"]})
                text = text.replace(got, json.dumps({"Fn::Sub": f"${{{other}.Arn}}"}))
            body["Resources"][name] = json.loads(text)


def documents(body: Json) -> list[tuple[str, Json]]:
    """The policy documents of a template, each with its kind; those in JSON text are left out."""
    found = []
    for resource in body["Resources"].values():
        properties = resource["Properties"]
        match resource["Type"]:
            case "AWS::IAM::Role":
                found.append(("trust", properties["AssumeRolePolicyDocument"]))
                found += [("identity", p["PolicyDocument"]) for p in properties["Policies"]]
            case "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy":
                found.append(("identity", properties["PolicyDocument"]))
            case "AWS::SNS::TopicPolicy":
                found.append(("resource", properties["PolicyDocument"]))
            case "AWS::DynamoDB::GlobalTable":
                policy = properties["Replicas"][0].get("ResourcePolicy")
                found += [("resource", policy["PolicyDocument"])] if policy else []
    return [(kind, document) for kind, document in found if _is_listed(document)]


def _is_listed(document: Json) -> bool:
    return all("Effect" in statement for statement in document["Statement"])


def _resource(type_: str, **properties: Any) -> Json:
    return {"Type": type_, "Properties": properties}


def _ref(name: str) -> Json:
    return {"Ref": name}


def _is_plain(value: Any) -> bool:
    return not any(text in json.dumps(value) for text in ('"Ref"', '"Fn::'))


def _replace_element(statement: Json, fresh: Json, name: str) -> None:
    for key in (name, f"Not{name}"):
        statement.pop(key, None)
        if key in fresh:
            statement[key] = fresh[key]


def _split(statement: Json) -> list[Json]:
    """The same statement as several, one for each action."""
    actions = statement.get("Action")
    if not isinstance(actions, list):
        return [statement]
    return [{**deepcopy(statement), "Action": action} for action in actions]


def _rename(body: Json, old: str, new: str) -> None:
    body["Resources"] = {new if k == old else k: r for k, r in body["Resources"].items()}
    text = json.dumps(body)
    for before, after in (
        (f'{{"Ref": "{old}"}}', f'{{"Ref": "{new}"}}'),
        (f'["{old}", "Arn"]', f'["{new}", "Arn"]'),
        (f"${{{old}.Arn}}", f"${{{new}.Arn}}"),
    ):
        text = text.replace(before, after)
    body |= json.loads(text)
