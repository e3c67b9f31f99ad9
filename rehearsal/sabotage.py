"""A pytest plug-in for one rehearsal: between step 3's change and its gate, somebody replaces a certificate.

The change run itself would mend what stood there before it; a gate has to catch what comes after the change as well.
"""

import pytest

from rehearsal import cluster
from rehearsal.runs import CASE_OF_STEP_3
from rehearsal.seeding import done
from tests.defects import certificates

DEFECT = certificates.DEFECTS[0]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown" and report.nodeid.endswith(CASE_OF_STEP_3):
        hosts = cluster.connect()
        done(hosts, DEFECT.way.seed)
        hosts.fleet.close()
