"""A pytest plug-in for one rehearsal: between step 3's change and its gate, somebody replaces a certificate.

The change run itself would mend what stood there before it; a gate has to catch what comes after the change as well.
"""

import pytest

from rehearsal import cluster
from rehearsal.defects import DEFECTS
from rehearsal.runs import CASE_OF_STEP_3

DEFECT = next(defect for defect in DEFECTS if "lacks its address" in defect.name)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown" and report.nodeid.endswith(CASE_OF_STEP_3):
        hosts = cluster.connect()
        for node, shell in DEFECT.seed:
            hosts.fleet[node].check(shell)
            # the apiserver reloads within a second
            hosts.fleet[node].check("sleep 3")
        hosts.fleet.close()
