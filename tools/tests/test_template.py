"""The one reader of templates: files, assemblies, construct paths, elements and plain text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.template import Template, TemplateError, decoded, listed, named, plain, texts

QUEUE = {"Type": "AWS::SQS::Queue"}
STACK = {
    "type": "aws:cloudformation:stack",
    "properties": {"templateFile": "Shop.template.json", "stackName": "Shop-dev"},
}
ASSETS = {"type": "cdk:asset-manifest", "properties": {"file": "Shop.assets.json"}}


def template_of(**resources: Any) -> Template:
    return Template.from_json({"Resources": resources})


def written(folder: Path, artifacts: Any) -> Path:
    """An assembly with these artifacts and the template of a shop."""
    body = {"Resources": {"A1": QUEUE, "B2": QUEUE}, "Outputs": {"Url": {"Value": "x"}}}
    (folder / "Shop.template.json").write_text(json.dumps(body), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("{", "is not JSON"),
        ("Resources:\n  A: 1\n", "is not JSON"),
        ("[]", "no Resources"),
        ("{}", "no Resources"),
        ('{"Resources": {}}', "no Resources"),
        ('{"Resources": {"A": 1}}', "Resources/A is not an object"),
        ('{"Resources": {"A": {}}}', "Resources/A has no Type"),
        ('{"Resources": {"A": {"Type": "T"}}, "Outputs": []}', "Outputs is not an object"),
        ('{"TemplateBody": "Resources: yes"}', "TemplateBody: is not JSON"),
        ('{"TemplateBody": {}}', "no Resources"),
    ],
)
def test_file_without_template_is_refused_in_one_line(
    tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match=reason) as error:
        Template.load(file)
    assert str(error.value).startswith(f"{file}: ")
    assert "\n" not in str(error.value)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"nowhere\.json: cannot be read \(No such file"):
        Template.load(tmp_path / "nowhere.json")


@pytest.mark.parametrize("as_text", [True, False])
def test_answer_of_get_template_is_read(tmp_path: Path, as_text: bool) -> None:
    body = {"Resources": {"A": QUEUE}}
    answer: dict[str, Any] = {
        "TemplateBody": json.dumps(body) if as_text else body,
        "StagesAvailable": [],
    }
    file = tmp_path / "deployed.json"
    file.write_text(json.dumps(answer), encoding="utf-8")
    template = Template.load(file)
    assert (template.body, template.stack_name, template.file) == (body, "deployed", file)


def test_assembly_has_one_template_with_its_stack_name(tmp_path: Path) -> None:
    template = Template.in_assembly(written(tmp_path, {"Shop": STACK, "Assets": ASSETS}))
    assert template.stack_name == "Shop-dev"
    assert template.file == tmp_path / "Shop.template.json"


def test_stack_without_own_name_is_named_by_its_artifact(tmp_path: Path) -> None:
    unnamed = {**STACK, "properties": {"templateFile": "Shop.template.json"}}
    assert Template.in_assembly(written(tmp_path, {"Shop": unnamed})).stack_name == "Shop"


@pytest.mark.parametrize(
    "artifacts",
    [{}, {"One": STACK, "Two": STACK}, {"One": {}}, [], {"One": {**STACK, "properties": {}}}],
)
def test_assembly_of_anything_but_one_stack_is_refused(tmp_path: Path, artifacts: Any) -> None:
    with pytest.raises(TemplateError, match=r"is not .* cloud assembly"):
        Template.in_assembly(written(tmp_path, artifacts))


def test_folder_without_assembly_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"nothing/manifest\.json: cannot be read"):
        Template.in_assembly(tmp_path / "nothing")


def test_construct_paths_come_from_manifest_and_its_metadata_file(tmp_path: Path) -> None:
    logical = {"type": "aws:cdk:logicalId"}
    metadata = {
        "/Shop/Orders/Resource": [{**logical, "data": "A1"}],
        "/Shop/Link": [{**logical, "data": "Url"}],
    }
    (tmp_path / "more.json").write_text(
        json.dumps({"/Shop/Refused": [{**logical, "data": "B2"}]}), encoding="utf-8"
    )
    artifact = {**STACK, "metadata": metadata, "additionalMetadataFile": "more.json"}
    template = Template.in_assembly(written(tmp_path, {"Shop": artifact}))
    names = {e.logical_id: e.name for e in template.elements() if e.logical_id}
    assert names == {"A1": "Orders/Resource", "B2": "Refused", "Url": "Link"}


def test_construct_paths_come_from_template_without_manifest() -> None:
    resource = {**QUEUE, "Metadata": {"aws:cdk:path": "Shop/Orders/Resource"}}
    template = template_of(A=resource, B=QUEUE, C=resource)
    assert [element.name for element in template.resources()] == ["Orders/Resource", "B", "C"]


def test_resources_are_found_by_type() -> None:
    template = template_of(A=QUEUE, B={"Type": "AWS::SNS::Topic"}, C=QUEUE)
    assert [one.logical_id for one in template.resources("AWS::SQS::Queue")] == ["A", "C"]
    assert len(template.resources()) == 3
    assert template.only("AWS::SNS::Topic").path == ("Resources", "B")
    assert template.referred("${C.Arn}", "AWS::SQS::Queue").logical_id == "C"


def test_lookup_that_finds_nothing_is_failed_assertion() -> None:
    template = template_of(A=QUEUE, B=QUEUE)
    with pytest.raises(AssertionError, match="2 resources of type AWS::SQS::Queue, not one"):
        template.only("AWS::SQS::Queue")
    with pytest.raises(AssertionError, match="'\\$\\{A\\}' refers to no resource of type T"):
        template.referred("${A}", "T")
    with pytest.raises(AssertionError, match="None refers to no resource"):
        template.referred(None, "AWS::SQS::Queue")


def test_property_is_read_by_path_or_is_none() -> None:
    properties = {"Tags": [{"Key": "k", "Value": {"Ref": "B"}}], "Name": "n"}
    element = template_of(A={**QUEUE, "Properties": properties, "DependsOn": "B"}).resources()[0]
    assert element.at("Tags", 0, "Value") == "${B}"
    assert element.properties["Tags"][0]["Value"] == {"Ref": "B"}
    assert [element.at(*path) for path in ((0,), ("Name", "x"), ("Tags", 1), ("No",))] == [None] * 4
    assert (element.ref, element.arn, element.depends_on) == ("${A}", "${A.Arn}", {"B"})
    assert element.tags == {"k": "${B}"}


def test_outputs_are_plain_and_without_description() -> None:
    output = {"Value": {"Ref": "A"}, "Description": "d", "Export": {"Name": "n"}}
    template = Template.from_json({"Resources": {"A": QUEUE}, "Outputs": {"O": output}})
    assert template.outputs == {"O": {"Value": "${A}", "Export": {"Name": "n"}}}


def test_stage_is_tag_of_most_resources() -> None:
    def tagged(stage: str) -> dict[str, Any]:
        return {**QUEUE, "Properties": {"Tags": [{"Key": "stage", "Value": stage}]}}

    assert template_of(A=tagged("dev"), B=tagged("prod"), C=tagged("prod")).stage == "prod"
    assert template_of(A=QUEUE, B={**QUEUE, "Properties": {"Tags": {"k": "v"}}}).stage is None


def test_copy_is_independent() -> None:
    template = template_of(A=QUEUE)
    template.copy()["Resources"].clear()
    assert template.copy() == template.body == {"Resources": {"A": QUEUE}}


def test_template_with_other_body_shares_equal_elements_alone() -> None:
    a, b = {**QUEUE, "Properties": {"DelaySeconds": 1}}, {**QUEUE, "Properties": {}}
    template = template_of(A=a, B=b)
    other = template.with_body({"Resources": {"A": a, "B": {**b, "Type": "Other"}, "C": QUEUE}})
    assert other.resources()[0] is template.resources()[0]
    assert [(e.logical_id, e.type) for e in other.resources()[1:]] == [
        ("B", "Other"),
        ("C", QUEUE["Type"]),
    ]
    assert [e.logical_id for e in other.resources(QUEUE["Type"])] == ["A", "C"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Ref": "A"}, "${A}"),
        ({"Fn::GetAtt": ["A", "Arn"]}, "${A.Arn}"),
        ({"Fn::GetAtt": "A.Arn"}, "${A.Arn}"),
        ({"Fn::Join": ["-", ["a", {"Ref": "B"}]]}, "a-${B}"),
        ({"Fn::Sub": "${A}-${!B}"}, "${A}-$!{B}"),
        ({"Fn::Sub": ["${A}-${b}", {"b": {"Ref": "C"}}]}, "${A}-${C}"),
        ({"Fn::ImportValue": "x"}, '${Fn::ImportValue "x"}'),
        ({"Ref": "A", "Other": 1}, {"Ref": "A", "Other": 1}),
        ("${A}", "$!{A}"),
        ([{"a": {"Ref": "A"}}, 1, None, True], [{"a": "${A}"}, 1, None, True]),
    ],
)
def test_intrinsic_functions_read_as_text(value: Any, text: Any) -> None:
    assert plain(value) == text


def test_pairs_read_as_mapping() -> None:
    assert named([{"Key": "a", "Value": 1}], "Key", "Value") == {"a": 1}
    assert named(None, "Key", "Value") == {}
    for pairs in (["a"], [{"Key": "a"}], [{"Key": "a", "Value": 1}, {"Key": "a", "Value": 2}]):
        with pytest.raises(AssertionError):
            named(pairs, "Key", "Value")


def test_text_that_is_not_json_is_failed_assertion() -> None:
    assert decoded('{"a": 1}') == {"a": 1}
    nothing: list[Any] = ["{", "", None, {}]
    for text in nothing:
        with pytest.raises(AssertionError, match="not JSON"):
            decoded(text)


def test_single_item_reads_as_list() -> None:
    assert [listed(None), listed("a"), listed(["a"]), listed({})] == [[], ["a"], ["a"], [{}]]
    assert list(texts({"a": ["b", {"c": 1}]})) == ["a", "b", "c"]
