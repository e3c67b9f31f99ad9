"""A first master's manifests rendered for another node, against kubeadm's own rendering for that node."""

from pathlib import Path

import pytest
import yaml

from formats.kubeadm import COMPONENTS, url
from formats.manifests import ManifestError, for_node, parse

FIRST = {"first_names": ("shaolin",), "first_address": "10.27.53.32"}
WUDANG = {"name": "wudang", "address": "10.24.138.208"}
CLUSTER = {"shaolin": "https://10.27.53.32:2380", "wudang": "https://10.24.138.208:2380"}


def rendered(text: str, component: str) -> str:
    cluster = CLUSTER if component == "etcd" else None
    return for_node(text, component=component, initial_cluster=cluster, **WUDANG, **FIRST)


@pytest.fixture
def shaolin(data: Path) -> dict[str, str]:
    return {one: (data / f"manifests/shaolin/{one}.yaml").read_text() for one in COMPONENTS}


@pytest.mark.parametrize("component", ["kube-apiserver", "kube-controller-manager", "kube-scheduler"])
@pytest.mark.parametrize("cluster", ["", "extras-"])
def test_it_is_kubeadms_own_rendering(component: str, cluster: str, data: Path) -> None:
    first, other = (data / f"manifests/{cluster}{node}/{component}.yaml" for node in ("shaolin", "wudang"))
    assert rendered(first.read_text(), component) == other.read_text()


def test_etcd_joins_as_kubeadm_lets_it_join(shaolin: dict[str, str], data: Path) -> None:
    joining = (data / "manifests/joining/wudang-etcd.yaml").read_text()
    assert rendered(shaolin["etcd"], "etcd") == joining


def test_etcd_differs_from_an_etcd_of_its_own_in_the_cluster_alone(data: Path) -> None:
    first, other = ((data / f"manifests/extras-{node}/etcd.yaml").read_text() for node in ("shaolin", "wudang"))
    ours = rendered(first, "etcd").splitlines()
    theirs = other.splitlines()
    assert [line for line in ours if line not in theirs] == [
        "    - --initial-cluster=shaolin=https://10.27.53.32:2380,wudang=https://10.24.138.208:2380",
        "    - --initial-cluster-state=existing",
    ]
    assert [line for line in theirs if line not in ours] == [
        "    - --initial-cluster=wudang=https://10.24.138.208:2380"
    ]


@pytest.mark.parametrize(("node", "address"), [("six2", "fd00:27:53::208"), ("six3", "2001:10:20:30:40:50:1:7")])
def test_ipv6_is_rendered_as_kubeadm_renders_it(node: str, address: str, data: Path) -> None:
    first = "fd00:27:53::32"
    for component, theirs in (
        ("kube-apiserver", data / f"manifests/{node}/kube-apiserver.yaml"),
        ("etcd", data / f"manifests/joining/{node}-etcd.yaml"),
    ):
        ours = for_node(
            (data / f"manifests/six1/{component}.yaml").read_text(),
            component=component,
            name=node,
            address=address,
            first_names=("six1",),
            first_address="fd00:0027:53:0::32",
            initial_cluster={"six1": url(first, 2380), node: url(address, 2380)},
        )
        assert ours == theirs.read_text()


def test_a_third_member_learns_of_both(shaolin: dict[str, str]) -> None:
    cluster = {**CLUSTER, "emei": "https://10.27.52.72:2380"}
    text = for_node(
        shaolin["etcd"],
        component="etcd",
        name="emei",
        address="10.27.52.72",
        initial_cluster=cluster,
        **FIRST,
    )
    assert parse(text).flag("--initial-cluster") == (
        "shaolin=https://10.27.53.32:2380,wudang=https://10.24.138.208:2380,emei=https://10.27.52.72:2380"
    )
    assert parse(text).flag("--name") == "emei"


def test_a_state_that_stands_there_is_replaced(shaolin: dict[str, str]) -> None:
    text = shaolin["etcd"].replace("    - --key-file", "    - --initial-cluster-state=new\n    - --key-file")
    assert parse(rendered(text, "etcd")).flags["--initial-cluster-state"] == ("existing",)


def test_comments_and_quotes_of_a_human_hand_stay(shaolin: dict[str, str]) -> None:
    text = shaolin["kube-apiserver"].replace(
        "    - --advertise-address=10.27.53.32\n",
        "    # 10.27.53.32 is shaolin\n    - '--advertise-address=10.27.53.32'   # its own\n    - \"--v=2\"\n",
    )
    text = text.replace("host: 10.27.53.32", 'host: "10.27.53.32"')
    expected = text.replace("'--advertise-address=10.27.53.32'", "'--advertise-address=10.24.138.208'")
    expected = expected.replace('host: "10.27.53.32"', 'host: "10.24.138.208"')
    expected = expected.replace("endpoint: 10.27.53.32:6443", "endpoint: 10.24.138.208:6443")
    assert rendered(text, "kube-apiserver") == expected


def test_a_flow_sequence_is_rendered_as_well(shaolin: dict[str, str]) -> None:
    document = yaml.safe_load(shaolin["etcd"])
    text = yaml.safe_dump(document, default_flow_style=True, width=10**6)
    ours = yaml.safe_load(rendered(text, "etcd"))
    assert ours == yaml.safe_load(rendered(shaolin["etcd"], "etcd"))


def test_a_flag_and_its_value_may_stand_apart(shaolin: dict[str, str]) -> None:
    text = shaolin["etcd"].replace("--name=shaolin", "--name\n    - shaolin")
    assert parse(rendered(text, "etcd")).flag("--name") == "wudang"


@pytest.mark.parametrize(
    "line",
    [
        "--oidc-issuer-url=https://10.27.53.32:32000",
        "--service-account-issuer=https://10.27.53.32:6443",
        "--etcd-servers=https://10.27.53.32:2379,https://10.27.53.40:2379",
        "--audit-webhook-mode=10.27.53.3",
        "--cors-allowed-origins=10.27.53.320,110.27.53.32,10.27.53.32.1",
        "--cors-allowed-origins=shaolin2,my-shaolin,shaolin-b",
        "--audit-policy-file=/etc/kubernetes/shaolin/policy.yaml",
    ],
)
def test_what_holds_on_every_master_stays(line: str, shaolin: dict[str, str]) -> None:
    before = "    - --allow-privileged=true\n"
    text = shaolin["kube-apiserver"].replace(before, f"{before}    - {line}\n")
    assert f"    - {line}\n" in rendered(text, "kube-apiserver")


def test_the_etcd_beside_the_first_apiserver_becomes_the_one_beside_the_other(
    shaolin: dict[str, str],
) -> None:
    text = shaolin["kube-apiserver"].replace("https://127.0.0.1:2379", "https://10.27.53.32:2379")
    assert parse(rendered(text, "kube-apiserver")).flag("--etcd-servers") == "https://10.24.138.208:2379"


def test_a_bind_address_of_its_own_goes_with_its_probes(shaolin: dict[str, str]) -> None:
    text = shaolin["kube-scheduler"].replace("=127.0.0.1", "=10.27.53.32").replace(": 127.0.0.1", ": 10.27.53.32")
    assert rendered(text, "kube-scheduler") == text.replace("10.27.53.32", "10.24.138.208")


@pytest.mark.parametrize(
    ("old", "new", "stray"),
    [
        (
            "--allow-privileged=true",
            "--external-hostname=10.27.53.32",
            "--external-hostname names its address",
        ),
        (
            "--allow-privileged=true",
            "--external-hostname=shaolin",
            "--external-hostname names its name shaolin",
        ),
        ("--allow-privileged=true", "--x=https://shaolin.example:443/y", "--x names its name shaolin"),
        ("--allow-privileged=true", "--x=a=b,c=10.27.53.32/32", "--x names its address 10.27.53.32"),
        ("--allow-privileged=true", "--x=::ffff:10.27.53.32", "--x names its address 10.27.53.32"),
        (
            "hostNetwork: true",
            "hostNetwork: true\n  hostAliases: [{ip: 10.27.53.32, hostnames: [api]}]",
            "spec.hostAliases.0.ip names its address 10.27.53.32",
        ),
        (
            "    image: registry",
            "    env: [{name: REGISTRY, value: 'localhost,10.27.53.32'}]\n    image: registry",
            "the variable REGISTRY names its address 10.27.53.32",
        ),
        (
            "--advertise-address=10.27.53.32",
            "--advertise-address=192.168.0.5",
            "--advertise-address is 192.168.0.5, without the node's address 10.24.138.208",
        ),
        ("    - --advertise-address=10.27.53.32\n", "", "--advertise-address is not set"),
    ],
)
def test_what_names_the_first_master_elsewhere_is_refused(
    old: str, new: str, stray: str, shaolin: dict[str, str]
) -> None:
    assert old in shaolin["kube-apiserver"]
    with pytest.raises(ManifestError) as caught:
        rendered(shaolin["kube-apiserver"].replace(old, new), "kube-apiserver")
    assert stray in str(caught.value)
    assert str(caught.value).startswith("kube-apiserver: the first master's manifest cannot be rendered for wudang: ")


def test_all_strays_are_named_at_once(shaolin: dict[str, str]) -> None:
    text = shaolin["kube-apiserver"].replace("--allow-privileged=true", "--x=10.27.53.32\n    - --y=shaolin")
    with pytest.raises(ManifestError, match=r"--x names its address 10\.27\.53\.32; --y names its name shaolin"):
        rendered(text, "kube-apiserver")


def test_a_stray_in_ipv6_is_found_however_it_is_written(data: Path) -> None:
    text = (data / "manifests/six1/kube-apiserver.yaml").read_text()
    text = text.replace("--allow-privileged=true", "--x=https://[fd00:27:53:0:0:0:0:32]:1")
    with pytest.raises(ManifestError, match="--x names its address fd00:27:53::32"):
        for_node(
            text,
            component="kube-apiserver",
            name="six2",
            address="fd00:27:53::208",
            first_names=("six1",),
            first_address="fd00:27:53::32",
        )


def test_an_etcd_that_peers_on_localhost_is_refused(shaolin: dict[str, str]) -> None:
    text = shaolin["etcd"].replace("peer-urls=https://10.27.53.32", "peer-urls=https://127.0.0.1")
    with pytest.raises(ManifestError, match=r"--initial-advertise-peer-urls is https://127\.0\.0\.1:2380, without"):
        rendered(text, "etcd")


def test_etcd_may_listen_on_all_addresses_but_not_advertise_them(shaolin: dict[str, str]) -> None:
    listening = shaolin["etcd"].replace("--listen-peer-urls=https://10.27.53.32", "--listen-peer-urls=https://0.0.0.0")
    assert parse(rendered(listening, "etcd")).flag("--listen-peer-urls") == "https://0.0.0.0:2380"
    advertised = shaolin["etcd"].replace(
        "advertise-client-urls=https://10.27.53.32", "advertise-client-urls=https://0.0.0.0"
    )
    with pytest.raises(ManifestError, match=r"--advertise-client-urls is https://0\.0\.0\.0:2379, without"):
        rendered(advertised, "etcd")


def test_an_address_that_begins_like_the_first_masters_is_another(shaolin: dict[str, str]) -> None:
    text = shaolin["etcd"].replace("10.27.53.32", "10.27.53.3")
    text = text.replace("https://127.0.0.1:2379,", "https://127.0.0.1:2379,https://10.27.53.32:2379,")
    ours = for_node(
        text,
        component="etcd",
        initial_cluster=CLUSTER,
        first_names=("shaolin",),
        first_address="10.27.53.3",
        **WUDANG,
    )
    assert parse(ours).flag("--listen-client-urls") == (
        "https://127.0.0.1:2379,https://10.27.53.32:2379,https://10.24.138.208:2379"
    )


def test_a_name_that_begins_like_the_first_masters_is_another(shaolin: dict[str, str]) -> None:
    ours = for_node(
        shaolin["etcd"],
        component="etcd",
        name="shaolin.two",
        address="10.24.138.208",
        initial_cluster={"shaolin.two": "https://10.24.138.208:2380"},
        **FIRST,
    )
    assert parse(ours).flag("--name") == "shaolin.two"


def test_addresses_of_two_families_are_refused(shaolin: dict[str, str]) -> None:
    with pytest.raises(ManifestError, match=r"the first master has 10\.27\.53\.32 and wudang has fd00::5: one family"):
        for_node(
            shaolin["kube-scheduler"],
            component="kube-scheduler",
            initial_cluster=None,
            name="wudang",
            address="fd00::5",
            **FIRST,
        )


@pytest.mark.parametrize(
    ("component", "cluster", "message"),
    [
        ("etcd", None, r"the initial cluster \(empty\) lacks wudang"),
        ("etcd", {"shaolin": "https://10.27.53.32:2380"}, r"the initial cluster \(shaolin\) lacks wudang"),
        ("kube-apiserver", None, "this is the manifest of 'etcd', not of 'kube-apiserver'"),
    ],
)
def test_what_is_asked_for_must_fit_the_manifest(
    component: str, cluster: dict[str, str] | None, message: str, shaolin: dict[str, str]
) -> None:
    with pytest.raises(ManifestError, match=message):
        for_node(shaolin["etcd"], component=component, initial_cluster=cluster, **WUDANG, **FIRST)


def test_a_command_in_a_shell_is_refused(shaolin: dict[str, str]) -> None:
    document = yaml.safe_load(shaolin["kube-apiserver"])
    container = document["spec"]["containers"][0]
    container["command"] = ["sh", "-c", " ".join(container["command"])]
    with pytest.raises(ManifestError, match="--advertise-address is not set"):
        rendered(yaml.safe_dump(document), "kube-apiserver")


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("localhost,10.27.53.32,.svc", "localhost,10.27.53.32,.svc,10.24.138.208"),
        ("10.0.0.0/8,shaolin", "10.0.0.0/8,shaolin"),
    ],
)
def test_what_excepts_the_first_master_from_a_proxy_excepts_the_node(
    variable: str, value: str, expected: str, shaolin: dict[str, str]
) -> None:
    env = "    env:\n    - name: {}\n      value: {}\n    image: registry"
    text = shaolin["kube-controller-manager"].replace("    image: registry", env.format(variable, value))
    assert env.format(variable, expected) in rendered(text, "kube-controller-manager")


def test_the_hosts_own_name_is_the_first_masters_too(shaolin: dict[str, str]) -> None:
    text = shaolin["kube-apiserver"].replace(
        "    - --secure-port", "    - --external-hostname=rack7\n    - --secure-port"
    )
    with pytest.raises(ManifestError, match="--external-hostname names its name rack7"):
        for_node(
            text, component="kube-apiserver", first_names=("shaolin", "rack7"), first_address="10.27.53.32", **WUDANG
        )
