"""What the API has, as cases ask for it."""

import pytest

from checks.api import Leases


def test_a_lease_that_nobody_has_taken_yet_fails_the_case_with_a_sentence() -> None:
    """A node that joined a moment ago is Ready before its kubelet has made the Lease."""
    with pytest.raises(AssertionError, match="there is no lease kube-node-lease/wudang yet"):
        Leases()["kube-node-lease/wudang"]
