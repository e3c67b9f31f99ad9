"""Throwaway authorities, one of each kind a run, and the samples under data/ (see data/README.md)."""

from pathlib import Path

import pytest

from tests.formats.authorities import Authority, make_authority


@pytest.fixture(scope="session")
def cluster_ca() -> Authority:
    return make_authority("kubernetes", "ECDSA-P256")


@pytest.fixture(scope="session")
def etcd_ca() -> Authority:
    return make_authority("etcd-ca", "ECDSA-P384")


@pytest.fixture(scope="session")
def rsa_ca() -> Authority:
    return make_authority("kubernetes", "RSA-2048")


@pytest.fixture(scope="session")
def data() -> Path:
    return Path(__file__).parent / "data"
