"""What is expected of the runbook on a variant of the lab's cluster: the part `rehearsal` of lab/variants/NAME.yaml."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from rehearsal.runs import Run

STEP_1 = "test_nothing_stands_in_the_way_of_any_step"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Deed(_Part):
    """Shell on a host, by the host's name. With `at`: when the run prints a line that has these words."""

    host: str
    run: str
    at: str = ""


class Look(_Part):
    """The rehearsal's own look at converted hosts: shell, and all that it has to print on each of them."""

    hosts: tuple[str, ...]
    run: str
    says: str


class Attempt(_Part):
    """One run of the runbook.

    ends     green: every case passed. refused: step 1's case fails, nothing was changed on any host.
             failed: the case `case` fails, and every later step is skipped
    says     words of the reason that is given
    accept   written into nodes.yaml, for this run and those after it
    deeds    done before it, or in the middle of it
    """

    ends: Literal["green", "refused", "failed"] = "green"
    case: str = ""
    says: tuple[str, ...] = ()
    accept: Mapping[str, str] = {}
    deeds: tuple[Deed, ...] = ()

    def fault(self, run: Run) -> str:
        """How the run has ended otherwise than it should; empty when it has not."""
        if run.report is None:
            return "there is no report"
        if self.ends == "green":
            others = [case.name for case in run.cases if case.outcome != "passed"]
            if run.status == 0 and run.cases and not others:
                return ""
            first = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
            return f"not green: {first or f'{len(run.cases)} cases, exit code {run.status}'}"
        red = {case.name.partition("[")[0]: case for case in (*run.of("failed"), *run.of("error"))}
        expected = STEP_1 if self.ends == "refused" else self.case
        if run.status != 1 or expected not in red:
            return f"{expected} should have failed, and {', '.join(red) or 'nothing'} did"
        for words in self.says:
            if words not in red[expected].text:
                return f"the reason should have said {words!r}"
        later = [case.name for case in run.cases if case.step > red[expected].step and case.outcome != "skipped"]
        return f"{', '.join(later)}: a later step, and not skipped" if later else ""

    @model_validator(mode="after")
    def _failure_is_described(self) -> "Attempt":
        if self.ends != "green" and not self.says:
            raise ValueError("a run that does not end green needs `says`: words of the reason that it has to give")
        if (self.ends == "failed") != bool(self.case):
            raise ValueError("`case` is the case that fails in a run that ends `failed`, and nothing else")
        return self


class Scenario(_Part):
    """The runs, one after the other on one cluster, and looks at what the last has made.

    `outages`: how many times the road that is taken stops the API while it has the one apiserver alone.
    `compared`: each master's files are then held against what kubeadm itself would make.
    `long` says why the variant is not among those that take their turn in `make test`.
    """

    long: str = ""
    outages: int = 0
    compared: bool = False
    runs: tuple[Attempt, ...] = (Attempt(),)
    looks: tuple[Look, ...] = ()

    @property
    def converts(self) -> bool:
        return self.runs[-1].ends == "green"

    @model_validator(mode="after")
    def _looks_need_a_conversion(self) -> "Scenario":
        if self.looks and not self.converts:
            raise ValueError("there is nothing to look at when the last run does not end green")
        return self


def of(rehearsal: Mapping[str, Any]) -> Scenario:
    """Raises pydantic's ValidationError for what is not a scenario."""
    return Scenario.model_validate(rehearsal)
