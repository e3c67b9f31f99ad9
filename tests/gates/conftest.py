import pytest

from tests.gates.stand_ins import stand_in
from tests.gates.throwaway import Throwaway


@pytest.fixture
def throwaway(pytester: pytest.Pytester) -> Throwaway:
    """A runbook of seven small steps, in a folder of its own."""
    return Throwaway(pytester)


@pytest.fixture
def connected(throwaway: Throwaway) -> Throwaway:
    """The same, with the modules that connect and carry out changes, and stand-ins for the machines."""
    return stand_in(throwaway)
