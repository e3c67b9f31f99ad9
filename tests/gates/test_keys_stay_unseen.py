"""A kubeconfig that cannot be read, or that points elsewhere, fails its case without showing the key in it."""

import base64

import pytest

from tests.gates.throwaway import Throwaway

KEY = base64.b64encode(b"-----BEGIN RSA PRIVATE KEY-----\n" + b"not for anybody's eyes " * 40).decode()
WHOLE = f"""\
apiVersion: v1
clusters:
- cluster:
    server: https://10.0.0.1:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: admin
  name: admin@kubernetes
current-context: admin@kubernetes
kind: Config
users:
- name: admin
  user:
    client-certificate-data: c2hvcnQ=
    client-key-data: {KEY}
"""
BROKEN = {
    "not YAML": WHOLE.replace("kind: Config", "kind: [Config"),
    "no context": WHOLE.replace("current-context: admin@kubernetes", "current-context: nobody"),
    "no base64": WHOLE.replace("c2hvcnQ=", "c2h*"),
    "no certificate": WHOLE,
    "a key alone": KEY,
    "on one line": f'{{"server": "https://10.0.0.1:6443", "client-key-data": "{KEY}"',
    "no text": "\udcff\udcfe" + KEY,
}

# The machines: each has one kubeconfig, as it lies beside the runbook.
READER = """
pytest_plugins += ["checks.api", "checks.census", "checks.certificates"]

from nodes.commands import Result

class Reader:
    def __init__(self, name): self.name = name
    def check(self, command, deadline=30):
        # the census passes kubeadm's own over: cases of their own look at them
        return f"/etc/kubernetes/{'stray' if '*.yaml' in command else 'admin'}.conf\\n"
    def run_all(self, commands, deadline=30):
        text = (HERE / "admin.conf").read_bytes().decode("utf-8", "surrogateescape")
        return [Result(self.name, command, 0, text, "") for command in commands]

patch.setattr("nodes.fleet.Fleet.reader", lambda self, name: Reader(name))
"""
CASES = """
from nodes import unseen
from formats import kubeconfigs

ADMIN = "/etc/kubernetes/admin.conf"

@pytest.mark.verify
def test_certificates_are_all_read(node, certificates_on_disk): assert not certificates_on_disk[node]

@pytest.mark.verify
def test_old_endpoint_is_named_nowhere(node, old_endpoint_named): assert not old_endpoint_named[node]

@pytest.mark.verify
def test_server_is_the_endpoint(node, hosts):
    text = unseen.read(hosts.fleet.reader(node), [ADMIN])[ADMIN]
    server = unseen.look_into(node, ADMIN, text, kubeconfigs.server)
    assert server == "https://api.lab:8443"
"""
GIVEN = """
def fails(text): raise RuntimeError("of an argument")

@pytest.mark.verify
def test_argument_of_what_fails_is_not_shown(state=None):
    fails((HERE / "admin.conf").read_text())
"""


@pytest.fixture
def reading(connected: Throwaway) -> Throwaway:
    connected.write("conftest.py", (connected.path / "conftest.py").read_text() + READER)
    connected.add_to("runbook/test_7.py", CASES)
    return connected


def seen(throwaway: Throwaway, result: pytest.RunResult) -> str:
    return result.stdout.str() + result.stderr.str() + (throwaway.path / "report.xml").read_text()


def shows_a_part_of(text: str) -> bool:
    return any(KEY[at : at + 12] in text for at in range(0, len(KEY) - 12, 4))


@pytest.mark.parametrize("style", ["auto", "short", "native", "line"])
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_unreadable_kubeconfig_is_named_and_its_key_is_not_shown(reading: Throwaway, text: str, style: str) -> None:
    (reading.path / "admin.conf").write_bytes(text.encode("utf-8", "surrogateescape"))
    result = reading.run("-m", "verify", f"--tb={style}")
    told = seen(reading, result)
    assert "wudang: /etc/kubernetes/admin.conf cannot be read: " in told
    assert not shows_a_part_of(told)


def test_kubeconfig_of_another_server_is_told_without_its_key(reading: Throwaway) -> None:
    (reading.path / "admin.conf").write_text(WHOLE)
    told = seen(reading, reading.run("-m", "verify"))
    assert "https://10.0.0.1:6443" in told
    assert "/etc/kubernetes/stray.conf:4 names 10.0.0.1:6443" in told
    assert not shows_a_part_of(told)


def test_what_a_function_that_fails_was_given_is_not_shown(reading: Throwaway) -> None:
    reading.add_to("runbook/test_7.py", GIVEN)
    (reading.path / "admin.conf").write_text(WHOLE)
    told = seen(reading, reading.run("-m", "verify"))
    assert "RuntimeError: of an argument" in told
    assert not shows_a_part_of(told)
