"""nodes.yaml: every mistake has one sentence, with its line and what to write instead."""

# ruff: noqa: E501 - the sentences stand whole, as a person sees them

import subprocess
from pathlib import Path

import pytest

from nodes.inventory import Endpoint, Inventory, InventoryError, Role, load
from tests.nodes.real_sshd import keypair

GOOD = """\
cluster: {endpoint: "api.lab:8443"}
ssh:
  key: id_ed25519
  known_hosts: known_hosts
nodes:
  shaolin: {address: 10.27.53.32, role: master}
  wudang: {address: 10.24.138.208, role: master}
  emei: {address: 10.27.52.72, role: master}
  huashan: {address: 10.27.52.80, role: worker}
load_balancer:
  nodes: [emei]
workload: {image: "registry.lab/web:1"}
change: {ticket: CHG0042}
accept:
  single-balancer: the article's own way
"""


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keypair(tmp_path_factory.mktemp("key") / "id_ed25519")


@pytest.fixture
def folder(tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what GOOD names; messages have the file's name as it was given."""
    (tmp_path / "id_ed25519").write_bytes(key.read_bytes())
    (tmp_path / "id_ed25519.pub").write_bytes(key.with_suffix(".pub").read_bytes())
    (tmp_path / "known_hosts").write_text("10.27.53.32 " + key.with_suffix(".pub").read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loaded(text: str | bytes) -> Inventory:
    path = Path("nodes.yaml")
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path)


def mistakes(text: str | bytes) -> list[str]:
    with pytest.raises(InventoryError) as error:
        loaded(text)
    return str(error.value).splitlines()


@pytest.mark.usefixtures("folder")
class TestGood:
    def test_everything_in_it_is_there(self, folder: Path) -> None:
        inventory = loaded(GOOD)
        assert inventory.path == Path("nodes.yaml")
        assert len(inventory.digest) == 64
        assert inventory.cluster.endpoint == Endpoint(host="api.lab", port=8443)
        assert str(inventory.cluster.endpoint) == "api.lab:8443"
        assert (inventory.cluster.etcd, inventory.cluster.etcd_image, inventory.cluster.uid) == ("grow", None, None)
        assert (inventory.ssh.user, inventory.ssh.sudo, inventory.ssh.port) == ("root", False, 22)
        assert (inventory.ssh.key, inventory.ssh.known_hosts) == (
            folder / "id_ed25519",
            folder / "known_hosts",
        )
        assert list(inventory.nodes) == ["shaolin", "wudang", "emei", "huashan"]
        assert inventory.nodes["huashan"].role is Role.WORKER
        assert [node.name for node in inventory.masters] == ["shaolin", "wudang", "emei"]
        assert [node.name for node in inventory.workers] == ["huashan"]
        assert [node.name for node in inventory.balancers] == ["emei"]
        assert inventory.workload.image == "registry.lab/web:1"
        assert inventory.change.ticket == "CHG0042"
        assert inventory.accept == {"single-balancer": "the article's own way"}

    @pytest.mark.parametrize("image", [None, "registry.lab:5000/etcd:3.7.3-0", f"registry.lab/etcd@sha256:{'0' * 64}"])
    def test_etcd_may_be_mirrored_into_an_image_of_ones_own(self, image: str | None) -> None:
        line = f', etcd_image: "{image}"' if image else ""
        cluster = loaded(GOOD.replace('"api.lab:8443"', f'"api.lab:8443", etcd: mirror{line}')).cluster
        assert (cluster.etcd, cluster.etcd_image) == ("mirror", image)

    def test_another_node_looks_at_each_from_outside(self) -> None:
        inventory = loaded(GOOD)
        assert [inventory.other_than(name).name for name in inventory.nodes] == ["wudang", *["shaolin"] * 3]

    def test_it_cannot_be_changed(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            loaded(GOOD).digest = "another"

    def test_the_digest_is_that_of_the_bytes(self) -> None:
        assert loaded(GOOD).digest != loaded(GOOD + "# a remark\n").digest

    def test_paths_count_from_the_file_and_a_tilde_from_home(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(folder))
        (folder / "nodes.yaml").write_text(GOOD.replace("key: id_ed25519", "key: ~/id_ed25519"))
        monkeypatch.chdir("/")
        ssh = load(folder / "nodes.yaml").ssh
        assert (ssh.key, ssh.known_hosts) == (folder / "id_ed25519", folder / "known_hosts")

    @pytest.mark.parametrize(
        ("written", "instead"),
        [
            ("  key: id_ed25519\n", ""),
            ("  key: id_ed25519\n", "  key:\n"),
            ("ssh:\n", "ssh:\n  user: admin\n  sudo: yes\n  port: 2222\n"),
            ("change: {ticket: CHG0042}\n", ""),
            ("ticket: CHG0042", "ticket:"),
            ('"api.lab:8443"}', '"api.lab:8443", etcd: grow, uid: 6f3d9c1e-0d6c-4c0b-9c4e-6a2a9f1e7b11}'),
            ("role: worker}", "role: worker, ssh: huashan.example.org}"),
            ("ssh:\n", "ssh:\n  jump: ops@bastion.example.org:2222\n"),
            ("ssh:\n", "ssh:\n  jump: bastion\n"),
            ("ssh:\n", 'ssh:\n  jump: "ops@[2001:db8::1]:22"\n'),
            ("address: 10.27.52.80,", 'address: "2001:db8::80",'),
        ],
    )
    def test_what_may_be_written_otherwise(self, written: str, instead: str) -> None:
        text = GOOD.replace(written, instead)
        if "wudang]" in instead:
            text = text[: text.index("accept:")]
        assert loaded(text).nodes

    def test_words_that_yaml_takes_for_something_else_are_names(self) -> None:
        """YAML 1.1 reads `on` as true and `1e3` as a number."""
        text = GOOD.replace("huashan:", "on:").replace("ticket: CHG0042", "ticket: 1e3")
        assert loaded(text).nodes["on"].name == "on"
        assert loaded(text).change.ticket == "1e3"


def replaced(written: str, instead: str) -> str:
    assert written in GOOD
    return GOOD.replace(written, instead)


HOSTS = "(the nodes' hosts files will hold it)"
COUNT = "write `role: master` for three, five or seven nodes"

# What was written, what stands there instead, and the only mistake that is told.
BROKEN = {
    "unknown key at the top": (
        ("workload:", "worklaod:"),
        ["12: unknown key `worklaod`: write workload", "1: `workload` is missing: write `workload: {image: registry.lab/web:1}`"],
    ),
    "unknown key": (("  key:", "  kye:"), ["3: unknown key `kye` in ssh: write key"]),
    "unknown key without a likeness": (
        ("  key:", "  zzzzzz:"),
        ["3: unknown key `zzzzzz` in ssh: remove it (known here: user, key, known_hosts, sudo, port, jump)"],
    ),
    "unknown key in a node": (
        ("role: worker}", "role: worker, nmae: x}"),
        ["9: unknown key `nmae` in nodes.huashan: remove it (known here: address, role, ssh)"],
    ),
    "a node's name again": (
        ("role: worker}", "role: worker, name: huashan}"),
        ["9: unknown key `name` in nodes.huashan: remove it (known here: address, role, ssh)"],
    ),
    "our own key": (
        ("change:", "digest: x\nchange:"),
        ["13: unknown key `digest`: remove it (known here: cluster, ssh, nodes, load_balancer, workload, create, change, accept)"],
    ),
    "merge key": (
        ("  key:", "  <<: {user: x}\n  key:"),
        ["3: unknown key `<<` in ssh: remove it (known here: user, key, known_hosts, sudo, port, jump)"],
    ),
    "a jump host that is a URL": (
        ("  key:", "  jump: ssh://ops@bastion\n  key:"),
        ["3: `ssh.jump`: `ssh://ops@bastion` is no jump host: write user@host:port, such as ops@jump.example.org:22"],
    ),
    "a jump host's name": (
        ("  key:", "  jump: ops@bas_tion\n  key:"),
        ["3: `ssh.jump`: `bas_tion` is neither an IP address nor a host name: write one of the two alone (user and "
         "port stand under the file's `ssh:`)"],
    ),
    "a jump host's port": (
        ("  key:", "  jump: bastion:0\n  key:"),
        ["3: `ssh.jump`: `0` is no port: write a number from 1 to 65535"],
    ),
    "not built: virtual address": (
        ("  nodes: [emei]", "  nodes: [emei]\n  virtual_address: 10.27.53.100"),
        ["12: `virtual_address` in load_balancer is not supported yet: name the balancers alone, `nodes: [emei]`"],
    ),
    "not built: external balancer": (
        ("  nodes: [emei]", '  external: "lb.example:6443"'),
        ["11: `external` in load_balancer is not supported yet: name balancers among the nodes, `nodes: [emei]`"],
    ),
    "a road that is none": (
        ('"api.lab:8443"', '"api.lab:8443", etcd: miror'),
        ["1: `cluster.etcd`: unknown road `miror`: write mirror"],
    ),
    "a road like no other": (
        ('"api.lab:8443"', '"api.lab:8443", etcd: external'),
        ["1: `cluster.etcd`: unknown road `external`: write grow or mirror"],
    ),
    "no road": (
        ('"api.lab:8443"', '"api.lab:8443", etcd: '),
        ["1: `cluster.etcd` is empty: write grow, or remove the line"],
    ),
    "an image for an etcd that grows": (
        ('cluster: {endpoint: "api.lab:8443"}', 'cluster:\n  endpoint: "api.lab:8443"\n  etcd_image: registry.lab/etcd:1'),
        ["3: members that join run the first master's image, and no other: remove `etcd_image`, or write `etcd: mirror`"],
    ),
    "an image without a tag": (
        ('"api.lab:8443"', '"api.lab:8443", etcd: mirror, etcd_image: "registry.lab:5000/etcd"'),
        ["1: `cluster.etcd_image`: `registry.lab:5000/etcd` has neither a tag nor a digest: write one behind it, such as "
         "registry.k8s.io/etcd:3.7.3-0"],
    ),
    "an image with a space in it": (
        ('"api.lab:8443"', '"api.lab:8443", etcd: mirror, etcd_image: "registry.lab/etcd :1"'),
        ["1: `cluster.etcd_image`: `registry.lab/etcd :1` has a space in it: write registry.k8s.io/etcd:3.7.3-0"],
    ),
    "key twice": (("  key:", "  key: id_ed25519\n  key:"), ["4: `key` is written twice (first on line 3): keep one of the two"]),
    "node twice": (
        ("  huashan: {address: 10.27.52.80", "  emei: {address: 10.27.52.80"),
        ["9: `emei` is written twice (first on line 8): keep one of the two"],
    ),
    "address twice": (("10.27.52.80", "10.27.52.72"), ["9: huashan has emei's address 10.27.52.72: write huashan's own"]),
    "SSH address twice": (
        ("role: worker}", "role: worker, ssh: 10.27.52.72}"),
        ["9: huashan is reached by SSH at 10.27.52.72, and so is emei: write huashan's own"],
    ),
    "even number of masters": (
        ("role: worker", "role: master"),
        [
            "5: 4 masters (shaolin, wudang, emei, huashan), an even number, survive no more losses than one less: "
            + COUNT
        ],
    ),
    "no master": (("role: master", "role: worker"), [f"5: no node is a master: {COUNT}"]),
    "one master": (
        ("  wudang: {address: 10.24.138.208, role: master}\n  emei: {address: 10.27.52.72, role: master}",
         "  wudang: {address: 10.24.138.208, role: worker}\n  emei: {address: 10.27.52.72, role: worker}"),
        [f"5: 1 master (shaolin): {COUNT}"],
    ),
    "unknown role": (("role: worker", "role: wroker"), ["9: `nodes.huashan.role`: unknown role `wroker`: write worker"]),
    "kubeadm's word for master": (
        ("role: worker", "role: control-plane"),
        ["9: `nodes.huashan.role`: unknown role `control-plane`: write master"],
    ),
    "a role like no other": (("role: worker", "role: etcd"), ["9: `nodes.huashan.role`: unknown role `etcd`: write master or worker"]),
    "no role": ((", role: worker", ""), ["9: `nodes.huashan.role` is missing: write `role: master`"]),
    "no address": (("address: 10.27.52.80, ", ""), ["9: `nodes.huashan.address` is missing: write `address: 10.27.53.32`"]),
    "address that is none": (
        ("10.27.52.80", "10.27.52.800"),
        ["9: `nodes.huashan.address`: `10.27.52.800` is no IP address: write the node's own (`kubectl get nodes -o wide` shows it)"],
    ),
    "address that is a name": (
        ("10.27.52.80", "huashan.lab"),
        ["9: `nodes.huashan.address`: `huashan.lab` is no IP address: write the node's own (`kubectl get nodes -o wide` shows it)"],
    ),
    "address that only the node itself reaches": (
        ("10.27.52.80", "127.0.0.1"),
        ["9: `nodes.huashan.address`: `127.0.0.1` is not an address that other nodes can reach: write the node's own IP address"],
    ),
    "SSH address with a user": (
        ("role: worker}", "role: worker, ssh: root@huashan}"),
        ["9: `nodes.huashan.ssh`: `root@huashan` is neither an IP address nor a host name: write one of the two "
         "alone (user and port stand under the file's `ssh:`)"],
    ),
    "SSH address that is none": (
        ("role: worker}", "role: worker, ssh: 10.27.52.800}"),
        ["9: `nodes.huashan.ssh`: `10.27.52.800` is neither an IP address nor a host name: write one of the two "
         "alone (user and port stand under the file's `ssh:`)"],
    ),
    "node name with capitals": (
        ("huashan", "Huashan"),
        ["9: `nodes.Huashan`: `Huashan` is no node name: write the name as `kubectl get nodes` shows it (lower-case "
         "letters, digits, dashes and dots)"],
    ),
    "a text for a node": (
        ("{address: 10.27.52.80, role: worker}", "10.27.52.80"),
        ["9: `nodes.huashan` is the text `10.27.52.80`, a map is expected: write {address: 10.27.53.32, role: master}"],
    ),
    "nothing for a node": (
        ("{address: 10.27.52.80, role: worker}", ""),
        ["9: `nodes.huashan` is empty: write {address: 10.27.53.32, role: master}"],
    ),
    "a port that is none": (
        ("  key:", "  port: ssh\n  key:"),
        ["3: `ssh.port`: `ssh` is no port: write a number from 1 to 65535"],
    ),
    "a port out of range": (
        ("  key:", "  port: 65536\n  key:"),
        ["3: `ssh.port`: `65536` is no port: write a number from 1 to 65535"],
    ),
    "an endpoint's bad port": (
        ("api.lab:8443", "api.lab:0"),
        ["1: `cluster.endpoint`: `0` is no port: write a number from 1 to 65535"],
    ),
    "an endpoint without a port": (
        ("api.lab:8443", "api.lab"),
        ["1: `cluster.endpoint`: `api.lab` has no port: write a name and a port, such as api.lab:8443"],
    ),
    "an endpoint that is a URL": (
        ("api.lab:8443", "https://api.lab:8443"),
        ["1: `cluster.endpoint`: `https://api.lab:8443` is a URL: write the name and the port alone, such as api.lab:8443"],
    ),
    "an endpoint that is an address": (
        ("api.lab:8443", "10.27.53.100:8443"),
        ["1: `cluster.endpoint`: `10.27.53.100:8443` is an address: write a name of the cluster's own and a port, such as "
         f"api.lab:8443 {HOSTS}"],
    ),
    "an endpoint that is an IPv6 address": (
        ("api.lab:8443", "[2001:db8::1]:8443"),
        ["1: `cluster.endpoint`: `[2001:db8::1]:8443` is an address: write a name of the cluster's own and a port, such as "
         f"api.lab:8443 {HOSTS}"],
    ),
    "an endpoint that is no name": (
        ("api.lab:8443", "api_lab:8443"),
        ["1: `cluster.endpoint`: `api_lab` is no DNS name in lower case: write a name and a port, such as api.lab:8443"],
    ),
    "an endpoint that pods know otherwise": (
        ("api.lab:8443", "kubernetes.default.svc:443"),
        ["1: `cluster.endpoint`: `kubernetes.default.svc` means something else inside pods: write a name of its own and a "
         "port, such as api.lab:8443"],
    ),
    "an endpoint that is a node": (
        ("api.lab:8443", "emei:8443"),
        ["1: `emei` is a node's name, which has an address of its own: write another name, such as api.lab:8443"],
    ),
    "a uid that is none": (
        ('"api.lab:8443"', '"api.lab:8443", uid: "…"'),
        ["1: `cluster.uid`: `…` is no uid: write what `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints"],
    ),
    "neither true nor false": (
        ("  key:", "  sudo: perhaps\n  key:"),
        ["3: `ssh.sudo`: `perhaps` is neither true nor false: write true or false"],
    ),
    "a balancer that is no node": (("[emei]", "[emie]"), ["11: balancer emie is not among the nodes: write emei"]),
    "a balancer like no node": (
        ("[emei]", "[zz]"),
        ["11: balancer zz is not among the nodes: write shaolin, wudang, emei or huashan"],
    ),
    "a balancer twice": (
        ("[emei]\n", "[emei, wudang, emei]\n"),
        [
            "11: 3 balancers need a virtual address, which is not supported yet: name one of them",
            "11: balancer emei is named twice: name it once",
        ],
    ),
    "no balancer": (
        ("[emei]", "[]"),
        ["11: `load_balancer.nodes` is empty: write [emei]"],
    ),
    "a text for a list": (
        ("[emei]", "emei"),
        ["11: `load_balancer.nodes` is the text `emei`, a list is expected: write [emei]"],
    ),
    "a map for a text in a list": (
        ("[emei]", "[{emei: 1}]"),
        ["11: `load_balancer.nodes.0` is a map, a text is expected: write a node's name"],
    ),
    "a consent that there is none of": (
        ("  single-balancer: the", "  single-balanser: the"),
        [
            "15: unknown consent `single-balanser`: write single-balancer, or remove it",
        ],
    ),
    "a consent without a reason": (
        ("the article's own way", '" "'),
        ["15: the consent `single-balancer` has no reason: write why you accept one balancer alone, whose loss is the "
         "loss of the endpoint"],
    ),
    "a consent that is empty": (
        ("the article's own way", ""),
        ["15: the consent `single-balancer` has no reason: write why you accept one balancer alone, whose loss is the "
         "loss of the endpoint"],
    ),
    "several balancers": (
        ("[emei]", "[emei, wudang]"),
        ["11: 2 balancers need a virtual address, which is not supported yet: name one of them"],
    ),
    "a list for a map": (
        ("ssh:\n  key: id_ed25519\n  known_hosts: known_hosts\n", "ssh: [root]\n"),
        ["2: `ssh` is a list, a map is expected: write {known_hosts: known_hosts}"],
    ),
    "a list for the nodes": (
        (GOOD[GOOD.index("nodes:\n") : GOOD.index("load_balancer")], "nodes: [shaolin]\n"),
        ["5: `nodes` is a list, a map is expected: write {shaolin: {address: 10.27.53.32, role: master}}"],
    ),
    "no nodes": (
        (GOOD[GOOD.index("nodes:\n") : GOOD.index("load_balancer")], "nodes: {}\n"),
        ["5: `nodes` is empty: write {shaolin: {address: 10.27.53.32, role: master}}"],
    ),
    "an empty part": (
        ("change: {ticket: CHG0042}", "change:"),
        ["13: `change` is empty: write {ticket: CHG0042}, or remove the line"],
    ),
    "an empty value": (
        ('{image: "registry.lab/web:1"}', "{image: }"),
        ["12: `workload.image` is empty: write registry.lab/web:1"],
    ),
    "an empty text": (
        ('"registry.lab/web:1"', '""'),
        ["12: `workload.image` is empty: write registry.lab/web:1"],
    ),
    "an image with a space": (
        ('"registry.lab/web:1"', '"web 1"'),
        ["12: `workload.image`: `web 1` has a space in it: write registry.lab/web:1"],
    ),
    "a key that is a list": (("change:", "[a, b]:"), ["13: a list or a map stands where a key is expected: write `key: value`"]),
    "no known_hosts line": (
        ("  known_hosts: known_hosts\n", ""),
        ["2: `ssh.known_hosts` is missing: write `known_hosts: known_hosts`"],
    ),
    "no ssh at all": (
        ("ssh:\n  key: id_ed25519\n  known_hosts: known_hosts\n", ""),
        ["1: `ssh` is missing: write `ssh: {known_hosts: known_hosts}`"],
    ),
}  # fmt: skip


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("case", BROKEN)
def test_a_mistake_has_one_sentence_with_its_line(case: str) -> None:
    (written, instead), sentences = BROKEN[case]
    told = mistakes(replaced(written, instead))
    assert sorted(told) == sorted(f"nodes.yaml:{sentence}" for sentence in sentences)


COLON = (
    "a colon where none is expected: write one `key: value` a line, the keys of one map indented alike, and a value "
    "that holds `: ` in quotes"
)

# Text that is no YAML, or none of ours.
UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", ": the file is empty: copy the nodes.yaml of this repository and edit it"),
    "remarks alone": ("# nodes\n", ": the file is empty: copy the nodes.yaml of this repository and edit it"),
    "a list": (
        "- shaolin\n- wudang\n",
        ":1: the file is a list, a map is expected: write `cluster:`, `ssh:`, `nodes:` and so on, as the nodes.yaml of "
        "this repository has them",
    ),
    "a text": (
        "shaolin wudang emei\n",
        ":1: the file is the text `shaolin wudang emei`, a map is expected: write `cluster:`, `ssh:`, `nodes:` and so "
        "on, as the nodes.yaml of this repository has them",
    ),
    "a tab": ("ssh:\n\tuser: root\n", ":2: a tab: indent with spaces"),
    "a tab after spaces": ("ssh:\n  user: root\n  \tport: 22\n", ":3: a tab: indent with spaces"),
    "a tab in braces": ("ssh: {user: root,\n\tport: 22}\n", ":2: a tab: indent with spaces"),
    "two colons": (
        "cluster:\n  endpoint: api: lab\n",
        f":2: not YAML, {COLON}",
    ),
    "a line without a colon": (
        "ssh:\n  user root\n  port: 22\n",
        f":3: not YAML, {COLON}",
    ),
    "a last line without a colon": (
        "change: {}\nworkload\n",
        ":2: not YAML, a line without a colon: write `key: value`",
    ),
    "an open brace": (
        "change: {}\nssh: {user: root\nnodes: {}\n",
        ":2: not YAML, a bracket that is not closed, or a missing comma: close it, or write the comma",
    ),
    "an open bracket": (
        "load_balancer: {nodes: [emei}\n",
        ":1: not YAML, a bracket that is not closed, or a missing comma: close it, or write the comma",
    ),
    "an open quote": (
        'change: {}\nssh: {user: "root}\n',
        ":2: not YAML, a quote that is not closed: close it",
    ),
    "an at sign": (
        "ssh: {user: @root}\n",
        ":1: not YAML, a value that begins with a special character: put it in quotes",
    ),
    "lines out of line": (
        "ssh:\n  user: root\n port: 22\n",
        ":3: not YAML, a line that does not go with those above it: indent the keys of one map alike",
    ),
    "a second document": (
        "ssh: {}\n---\nssh: {}\n",
        ":2: not YAML, a second document begins: write one, without `---` between",
    ),
    "an alias": (
        "ssh: &a {user: root}\nchange: *a\n",
        ":2: `*a` stands for another part: write the value itself",
    ),
    "an endless alias": ("ssh: &a [*a]\n", ":1: `*a` stands for another part: write the value itself"),
    "an unknown alias": ("ssh: *a\n", ":1: `*a` stands for another part: write the value itself"),
    "a directive": (
        "%nodes\n",
        ":1: not YAML, expected '<document start>', but found '<stream end>': write plain YAML",
    ),
    "not UTF-8": (b"ssh:\n  user: caf\xe9\n", ":2: byte 0xe9 is no UTF-8: save the file as UTF-8"),
    "a control character": ("ssh: {}\n\x01", ":2: the character '\\x01' may not stand in YAML: remove it"),
    "a program": (b"\x7fELF\x02\x01\x01\x00", ":1: the character '\\x7f' may not stand in YAML: remove it"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_is_no_inventory_is_told_where(case: str) -> None:
    text, sentence = UNREADABLE[case]
    assert mistakes(text) == [f"nodes.yaml{sentence}"]


def test_a_python_object_in_it_is_a_text(folder: Path) -> None:
    """A tag makes nothing happen: values are texts, whatever they claim to be."""
    told = mistakes(GOOD.replace("CHG0042", "!!python/object/apply:os.system [touch made]"))
    assert told == ["nodes.yaml:13: `change.ticket` is a list, a text is expected: write CHG0042"]
    assert not (folder / "made").exists()


def test_all_mistakes_of_a_file_are_told_at_once_in_its_order(folder: Path) -> None:
    text = (
        GOOD.replace("id_ed25519", "id_rsa")
        .replace("role: worker", "role: master")
        .replace("10.27.52.80", "10.27.52.72")
        .replace("api.lab:8443", "api.lab")
        .replace("ticket:", "tikcet:")
        .replace("[emei]", "[emie]")
    )
    told = mistakes(text)
    assert [line.split(":")[1] for line in told] == ["1", "3", "5", "9", "11", "13"]
    assert f"there is no key file {folder / 'id_rsa'}" in told[1]


@pytest.mark.usefixtures("folder")
class TestNoFile:
    def test_there_is_none(self) -> None:
        with pytest.raises(InventoryError) as error:
            load(Path("mine.yaml"))
        advice = "copy the nodes.yaml of this repository and edit the copy"
        assert str(error.value) == f"mine.yaml: there is no such file: {advice}"

    def test_it_is_a_folder(self) -> None:
        with pytest.raises(InventoryError) as error:
            load(Path())
        assert str(error.value) == ".: this is a folder: name the file in it, such as nodes.yaml"

    def test_a_part_of_its_path_is_a_file(self) -> None:
        Path("mine").touch()
        with pytest.raises(InventoryError) as error:
            load(Path("mine/nodes.yaml"))
        told = "the file cannot be read (not a directory): make it readable to you"
        assert str(error.value) == f"mine/nodes.yaml: {told}"


class TestKey:
    def told(self, folder: Path, name: str) -> str:
        (told,) = mistakes(GOOD.replace("key: id_ed25519", f"key: {name}"))
        return told.replace(str(folder), "FOLDER")

    def test_there_is_none(self, folder: Path) -> None:
        told = "nodes.yaml:3: there is no key file FOLDER/id_rsa: write the path of a private SSH key"
        assert self.told(folder, "id_rsa") == told

    def test_it_is_a_folder(self, folder: Path) -> None:
        told = "nodes.yaml:3: the key file FOLDER is a folder: write the path of a private SSH key"
        assert self.told(folder, ".") == told
        assert self.told(folder, '""') == told

    def test_it_is_the_public_half(self, folder: Path) -> None:
        told = "nodes.yaml:3: the key file FOLDER/id_ed25519.pub holds a public key: write FOLDER/id_ed25519"
        assert self.told(folder, "id_ed25519.pub") == told

    def test_it_is_no_key(self, folder: Path) -> None:
        told = (
            "nodes.yaml:3: the key file FOLDER/known_hosts holds no private SSH key: write the path of one made by "
            "`ssh-keygen -t ed25519`"
        )
        assert self.told(folder, "known_hosts") == told

    @pytest.mark.parametrize("form", [[], ["-m", "PEM"]])
    def test_it_is_locked_and_nobody_can_be_asked(
        self, folder: Path, form: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nodes.private_key._passphrases", lambda _path: ())
        command = [
            "ssh-keygen",
            "-q",
            "-t",
            "ecdsa",
            *form,
            "-N",
            "a passphrase",
            "-f",
            str(folder / "locked"),
        ]
        subprocess.run(command, check=True)  # noqa: S603
        told = (
            "nodes.yaml:3: the key file FOLDER/locked is locked with a passphrase, and there is no terminal to ask for "
            "it: set KUBEADM_HA_KEY_PASSPHRASE in the environment, or run `ssh-add FOLDER/locked` and leave `key` out, "
            "the agent's keys are then used"
        )
        assert self.told(folder, "locked") == told

    def test_it_is_damaged(self, folder: Path) -> None:
        whole = (folder / "id_ed25519").read_text().splitlines()
        (folder / "half").write_text("\n".join(whole[:3]) + "\n")
        assert "the key file FOLDER/half holds no private SSH key" in self.told(folder, "half")

    def test_a_link_that_leads_to_itself(self, folder: Path) -> None:
        (folder / "loop").symlink_to("loop")
        told = "the key file FOLDER/loop cannot be read (too many levels of symbolic links): make it readable to you"
        assert self.told(folder, "loop") == f"nodes.yaml:3: {told}"

    @pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
    def test_every_kind_of_key_is_read(self, folder: Path, kind: str) -> None:
        keypair(folder / f"key_{kind}", kind)
        assert loaded(GOOD.replace("key: id_ed25519", f"key: key_{kind}")).ssh.key == folder / f"key_{kind}"


class TestKnownHosts:
    def told(self, folder: Path) -> str:
        (told,) = mistakes(GOOD)
        return told.replace(str(folder), "FOLDER")

    def test_there_is_none(self, folder: Path) -> None:
        (folder / "known_hosts").unlink()
        assert self.told(folder) == (
            "nodes.yaml:4: there is no known_hosts file FOLDER/known_hosts: make it with `ssh-keyscan ADDRESS … > "
            "FOLDER/known_hosts` and compare its fingerprints with those on the hosts' consoles"
        )

    def test_it_is_a_folder(self, folder: Path) -> None:
        (folder / "known_hosts").unlink()
        (folder / "known_hosts").mkdir()
        told = "nodes.yaml:4: known_hosts FOLDER/known_hosts is a folder: write the path of a file"
        assert self.told(folder) == told

    def test_it_holds_no_host_keys(self, folder: Path) -> None:
        (folder / "known_hosts").write_text("10.27.53.32 ssh-ed25519 AAAAC\n")
        assert "FOLDER/known_hosts holds a line that is no host key ('10.27.53.32 ssh-ed25519" in self.told(folder)

    def test_it_revokes_a_key(self, folder: Path) -> None:
        line = (folder / "known_hosts").read_text()
        (folder / "known_hosts").write_text(f"{line}@revoked {line}")
        assert self.told(folder) == (
            "nodes.yaml:4: known_hosts FOLDER/known_hosts revokes a key in its line 2, which is not understood here: "
            "remove that key's other lines and this one"
        )

    def test_an_empty_one_is_a_beginning(self, folder: Path) -> None:
        """Every host is unknown then, and each one's problem says how to accept it."""
        (folder / "known_hosts").write_text("# nobody yet\n")
        assert loaded(GOOD).ssh.known_hosts == folder / "known_hosts"
