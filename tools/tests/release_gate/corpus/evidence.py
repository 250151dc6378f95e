"""Evidence that must not do: every entry edits that of a good run."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tools.evidence import BROKEN, NOT_RUN
from tools.template import Template
from tools.tests.release_gate.corpus.draft import Case, Draft

BAD_EVIDENCE: list[Case] = []
Edit = Callable[[Draft], None]


def bad(rule: str) -> Callable[[Edit], Edit]:
    """Add an entry that this rule has to find."""

    def add(edit: Edit) -> Edit:
        name = edit.__name__.replace("_", " ")
        BAD_EVIDENCE.append(Case(name, edit, rule, proven=True))
        return edit

    return add


@bad("evidence-missing")
def infrastructure_is_not_tested(draft: Draft) -> None:
    del draft.tests["infra"]


@bad("evidence-missing")
def staging_is_not_tested(draft: Draft) -> None:
    del draft.tests["e2e-staging"]


@bad("evidence-missing")
def mutation_has_not_run(draft: Draft) -> None:
    del draft.mutation["unit"]


@bad("evidence-of-another-commit")
def unit_tests_are_of_another_commit(draft: Draft) -> None:
    draft.tests["unit"]["commit"] = "facade"


@bad("evidence-of-another-commit")
def mutation_is_of_another_commit(draft: Draft) -> None:
    draft.mutation["infra"]["commit"] = "facade"


@bad("evidence-of-another-commit")
def tests_ran_on_a_dirty_tree(draft: Draft) -> None:
    draft.tests["unit"]["dirty"] = True


@bad("evidence-of-another-commit")
def candidate_is_of_a_dirty_tree(draft: Draft) -> None:
    draft.dirty = True


@bad("evidence-of-another-template")
def infrastructure_tests_saw_another_template(draft: Draft) -> None:
    draft.tests["infra"]["templates"] = {"prod": "0" * 64}


@bad("evidence-of-another-template")
def another_template_was_tried_on_staging(draft: Draft) -> None:
    draft.tests["e2e-staging"]["templates"] = {"staging": "0" * 64}


@bad("evidence-of-another-template")
def end_to_end_tests_saw_no_template(draft: Draft) -> None:
    draft.tests["e2e-staging"]["templates"] = {}


@bad("evidence-too-old")
def unit_tests_ran_last_week(draft: Draft) -> None:
    draft.tests["unit"]["time"] = (datetime.now(UTC) - timedelta(days=7)).isoformat()


@bad("evidence-too-old")
def unit_tests_ran_tomorrow(draft: Draft) -> None:
    draft.tests["unit"]["time"] = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@bad("promise-broken")
def promise_does_not_hold(draft: Draft) -> None:
    draft.tests["unit"]["promises"]["values-exact"] = BROKEN


@bad("promise-broken")
def test_without_promise_failed(draft: Draft) -> None:
    draft.tests["unit"]["counts"]["failed"] = 1


@bad("promise-broken")
def run_ended_with_an_error(draft: Draft) -> None:
    draft.tests["infra"]["exit_code"] = 3


@bad("promise-unproven")
def promise_was_not_tested(draft: Draft) -> None:
    draft.tests["unit"]["promises"]["values-exact"] = NOT_RUN


@bad("promise-unproven")
def promise_is_not_mentioned(draft: Draft) -> None:
    del draft.tests["e2e-staging"]["promises"]["record-returned"]


@bad("test-left-out")
def test_was_skipped(draft: Draft) -> None:
    draft.tests["unit"]["skipped"] = ["tests_unit/test_values.py::test_number"]


@bad("test-left-out")
def test_was_deselected(draft: Draft) -> None:
    draft.tests["infra"]["deselected"] = {"tests_infra/test_table.py::test_key": ""}


@bad("test-left-out")
def one_file_alone_was_tested(draft: Draft) -> None:
    draft.tests["unit"]["whole"] = False


@bad("mutant-survived")
def mutant_is_not_noticed(draft: Draft) -> None:
    draft.mutation["infra"]["survivors"] = [{"mutant": "Users#/KeySchema:OMIT"}]


@bad("mutant-survived")
def promise_has_no_proof(draft: Draft) -> None:
    draft.mutation["unit"]["kills"].pop()


@bad("deployed-drifted")
def role_was_edited_by_hand(draft: Draft) -> None:
    draft.live["Backend/Role/Resource"] = ("1 statement", "2 statements")


@bad("deployed-drifted")
def table_is_not_the_released_one(draft: Draft) -> None:
    body = copy.deepcopy(draft.old.body)
    body["Resources"][draft.old.id("Users")]["Properties"]["BillingMode"] = "PROVISIONED"
    draft.released = Template(body)
