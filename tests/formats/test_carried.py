"""What a component needs beyond its manifest, and what becomes of it on another master."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from formats.carried import Carriage, Disk, Kind, Naming, Need, carriage, folders_to_list, inside, needs
from formats.kubeadm import per_master
from formats.manifests import parse
from formats.yamltext import YamlError

PKI = "/etc/kubernetes/pki"
FOLDER = "/etc/kubernetes/extra"


@pytest.fixture
def apiserver(data: Path) -> str:
    return (data / "manifests/shaolin/kube-apiserver.yaml").read_text()


def with_flags(text: str, *flags: str) -> str:
    lines = "".join(f"    - {flag}\n" for flag in flags)
    return text.replace("    - --secure-port=6443\n", f"    - --secure-port=6443\n{lines}")


def with_volume(text: str, path: str, type_: str = "", read_only: bool = True, at: str = "") -> str:
    mount = f"    - mountPath: {at or path}\n      name: x{len(text)}\n" + ("      readOnly: true\n" * read_only)
    volume = f'  - hostPath:\n      path: {path}\n      type: "{type_}"\n    name: x{len(text)}\n'
    return text.replace("    volumeMounts:\n", f"    volumeMounts:\n{mount}").replace(
        "  volumes:\n", f"  volumes:\n{volume}"
    )


def needed(text: str, files: Mapping[str, str] | None = None) -> tuple[Need, ...]:
    """`files`: texts of the host, by path."""

    def look(path: str, naming: Naming) -> Iterable[Naming]:
        return inside((files or {}).get(path, ""), naming.kind, naming.name.rpartition("/")[0])

    return needs(parse(text), look)


def carried(
    text: str,
    files: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
    contents: Mapping[str, tuple[str, ...]] | None = None,
) -> Carriage:
    """Everything named is a regular file that is there, but for `kinds`."""
    found = needed(text, files)
    disk = {need.path: "directory" if need.kind is Kind.FOLDER else "regular file" for need in found}
    return carriage(found, Disk({**disk, **(kinds or {})}, contents or {}), per_master(PKI))


def test_kubeadms_own_apiserver_needs_nothing_more(apiserver: str) -> None:
    assert carried(apiserver) == Carriage()


@pytest.mark.parametrize("component", ["etcd", "kube-controller-manager", "kube-scheduler"])
def test_kubeadms_own_components_need_nothing_more(component: str, data: Path) -> None:
    assert carried((data / f"manifests/shaolin/{component}.yaml").read_text()) == Carriage()


def test_a_key_for_tokens_given_several_times_is_carried_each_time(apiserver: str) -> None:
    text = with_flags(apiserver, f"--service-account-key-file={PKI}/old.pub", f"--oidc-ca-file={PKI}/dex.crt")
    assert carried(text).equal == (f"{PKI}/dex.crt", f"{PKI}/old.pub")


def test_an_admission_configuration_is_followed_to_the_last_key(apiserver: str) -> None:
    """Plug-in's file, its webhooks' kubeconfig, the client certificate in that; paths count from who names them."""
    text = with_flags(
        with_volume(apiserver, FOLDER, at="/config"), "--admission-control-config-file=/config/admission.yaml"
    )
    files = {
        f"{FOLDER}/admission.yaml": "plugins: [{name: ImagePolicyWebhook, path: plugins/image.yaml},"
        " {name: ValidatingAdmissionWebhook, configuration: {kubeConfigFile: /config/hooks.conf,"
        " staticManifestsDir: /config/static}}, {name: PodSecurity, configuration: {defaults: {enforce: baseline}}}]",
        f"{FOLDER}/plugins/image.yaml": "imagePolicy: {kubeConfigFile: /config/image.conf}",
        f"{FOLDER}/image.conf": "clusters: [{name: a, cluster: {server: 'https://image.example', certificate-authority:"
        " ca.crt}}]\nusers: [{name: b, user: {client-certificate: /config/tls/b.crt, client-key: tls/b.key}}]",
        f"{FOLDER}/hooks.conf": "users: [{name: '*.example', user: {tokenFile: token, exec: {command: aws}}}]",
    }
    found = carried(
        text, files, kinds={FOLDER: "directory"}, contents={f"{FOLDER}/static": (f"{FOLDER}/static/a.yaml",)}
    )
    assert found == Carriage(
        equal=tuple(
            f"{FOLDER}/{path}"
            for path in (
                "admission.yaml",
                "ca.crt",
                "hooks.conf",
                "image.conf",
                "plugins/image.yaml",
                "static/a.yaml",
                "tls/b.crt",
                "tls/b.key",
                "token",
            )
        )
    )


@pytest.mark.parametrize(
    ("flag", "content", "named"),
    [
        (
            "--authorization-config",
            "authorizers: [{type: Webhook, webhook: {connectionInfo: {kubeConfigFile: FOLDER/a}}}]",
            "a",
        ),
        (
            "--egress-selector-config-file",
            "egressSelections: [{name: cluster, connection: {proxyProtocol: HTTPConnect, transport: {tcp: {url:"
            " 'https://konnectivity.example:8131', tlsConfig: {caBundle: FOLDER/a}}}}}]",
            "a",
        ),
        ("--audit-webhook-config-file", "users: [{name: x, user: {client-key: a}}]", "a"),
        ("--authorization-webhook-config-file", "users: [{name: x, user: {client-key: a}}]", "a"),
        ("--authentication-token-webhook-config-file", "users: [{name: x, user: {client-key: a}}]", "a"),
    ],
)
def test_files_named_in_a_flags_file_are_carried(apiserver: str, flag: str, content: str, named: str) -> None:
    text = with_flags(with_volume(apiserver, FOLDER), f"{flag}={FOLDER}/config")
    found = carried(text, {f"{FOLDER}/config": content.replace("FOLDER", FOLDER)}, kinds={FOLDER: "directory"})
    assert found.equal == (f"{FOLDER}/{named}", f"{FOLDER}/config")


def test_a_schedulers_extender_is_followed(data: Path) -> None:
    text = (data / "manifests/extras-shaolin/kube-scheduler.yaml").read_text()
    text = with_volume(text, FOLDER)
    config, ca = "/etc/kubernetes/scheduler/config.yaml", f"{FOLDER}/x.crt"
    content = (
        "clientConnection: {kubeconfig: /etc/kubernetes/scheduler.conf}\n"
        f"extenders: [{{urlPrefix: 'https://127.0.0.1:8888/filter', tlsConfig: {{caFile: {ca}}}}}]"
    )
    found = carried(text, {config: content}, kinds={FOLDER: "directory"})
    assert set(found.equal) == {config, ca}
    assert found.servers == {8888: config}
    assert found.faults == ()


def test_the_socket_of_a_kms_plug_in_is_the_hosts_to_give(apiserver: str) -> None:
    text = with_flags(
        with_volume(apiserver, "/run/kms", "DirectoryOrCreate", read_only=False),
        "--encryption-provider-config=/run/kms/c",
    )
    content = "resources: [{providers: [{kms: {apiVersion: v2, name: a, endpoint: 'unix:///run/kms/a.sock'}}]}]"
    found = carried(text, {"/run/kms/c": content}, kinds={"/run/kms": "directory", "/run/kms/a.sock": "socket"})
    assert found.given == {"/run/kms/a.sock": "/run/kms/c"}
    assert found.equal == ("/run/kms/c",)


def test_an_abstract_socket_is_no_file_and_still_the_hosts(apiserver: str) -> None:
    text = with_flags(apiserver, f"--encryption-provider-config={PKI}/c")
    content = "resources: [{providers: [{kms: {endpoint: 'unix:///@kms.sock'}}]}]"
    assert carried(text, {f"{PKI}/c": content}).given == {"/@kms.sock": f"{PKI}/c"}


def test_a_signer_of_tokens_is_a_socket(apiserver: str) -> None:
    text = with_flags(with_volume(apiserver, "/run/signer"), "--service-account-signing-endpoint=/run/signer/a.sock")
    found = carried(text, kinds={"/run/signer": "directory", "/run/signer/a.sock": "socket"})
    assert found.given == {"/run/signer/a.sock": "--service-account-signing-endpoint"}


@pytest.mark.parametrize("type_", ["Socket", "CharDevice", "BlockDevice"])
def test_a_volume_that_is_no_file_is_the_hosts_to_give(apiserver: str, type_: str) -> None:
    assert carried(with_volume(apiserver, "/dev/x", type_)).given == {"/dev/x": "a volume"}


def test_a_volume_of_no_type_is_what_the_disk_says(apiserver: str) -> None:
    text = with_volume(apiserver, "/run/x")
    assert carried(text, kinds={"/run/x": "socket"}).given == {"/run/x": "a volume"}
    assert carried(text, kinds={"/run/x": "regular empty file"}).own == ("/run/x",)


def test_a_folder_that_is_only_read_is_carried_with_all_that_is_in_it(apiserver: str) -> None:
    text = with_volume(with_volume(apiserver, FOLDER, "Directory"), "/opt/policies")
    contents = {FOLDER: (f"{FOLDER}/a/b", f"{FOLDER}/c"), "/opt/policies": ("/opt/policies/d",)}
    found = carried(text, kinds=dict.fromkeys(contents, "directory"), contents=contents)
    assert found == Carriage(equal=contents[FOLDER], own=contents["/opt/policies"], folders=(FOLDER,))


def test_what_is_named_is_equal_wherever_it_lies_but_for_the_systems_own(apiserver: str) -> None:
    flags = ("--audit-policy-file=/opt/policies/d", "--oidc-ca-file=/etc/ssl/certs/ca-certificates.crt")
    found = carried(with_flags(with_volume(apiserver, "/opt/policies"), *flags), kinds={"/opt/policies": "directory"})
    assert (found.equal, found.own) == (("/opt/policies/d",), ("/etc/ssl/certs/ca-certificates.crt",))


def test_a_folder_that_is_written_is_made_and_nothing_of_it_carried(apiserver: str) -> None:
    text = with_volume(apiserver, "/var/log/kubernetes", "Directory", read_only=False)
    text = with_flags(text, "--audit-log-path=/var/log/kubernetes/audit.log")
    assert carried(text) == Carriage(folders=("/var/log/kubernetes",))


def test_a_file_that_is_written_is_no_files_to_carry(apiserver: str) -> None:
    text = with_flags(
        with_volume(apiserver, "/var/log/audit.log", "FileOrCreate", read_only=False),
        "--audit-log-path=/var/log/audit.log",
    )
    assert carried(text, kinds={"/var/log/audit.log": "regular file"}) == Carriage()
    must_be_there = text.replace("FileOrCreate", "File")
    assert carried(must_be_there, kinds={"/var/log/audit.log": "regular file"}).given == {
        "/var/log/audit.log": "a volume"
    }


def test_of_a_folder_with_each_masters_own_files_only_what_is_named_is_carried(apiserver: str) -> None:
    """A volume over all of /etc/kubernetes must not carry kubelet.conf, keys and manifests along."""
    text = with_flags(with_volume(apiserver, "/etc/kubernetes"), "--audit-policy-file=/etc/kubernetes/audit.yaml")
    found = needed(text)
    kinds = {"/etc/kubernetes": "directory", PKI: "directory", "/etc/kubernetes/audit.yaml": "regular file"}
    assert folders_to_list(found, kinds, per_master(PKI)) == []
    assert carriage(found, Disk(kinds), per_master(PKI)).equal == ("/etc/kubernetes/audit.yaml",)


def test_a_folder_of_very_many_files_is_the_hosts_own(apiserver: str) -> None:
    many = tuple(f"/opt/x/{number}" for number in range(201))
    found = carried(with_volume(apiserver, "/opt/x"), kinds={"/opt/x": "directory"}, contents={"/opt/x": many})
    assert found == Carriage(given={"/opt/x": "a volume"})


@pytest.mark.parametrize("flag", ["--tls-cert-file", "--tls-private-key-file"])
def test_a_serving_certificate_that_kubeadm_did_not_make_is_a_fault(apiserver: str, flag: str) -> None:
    """Copied, it would be for the first master's names."""
    found = carried(with_flags(apiserver, f"{flag}={PKI}/corporate.pem"))
    assert found.faults == (
        f"{flag} names {PKI}/corporate.pem: each master needs its own there, and only what kubeadm makes can be made",
    )
    assert found.equal == ()


def test_a_kubeconfig_of_its_own_elsewhere_is_a_fault(data: Path) -> None:
    """Copied, it would lead every controller-manager to the first master's apiserver."""
    text = (data / "manifests/shaolin/kube-controller-manager.yaml").read_text()
    text = text.replace("--kubeconfig=/etc/kubernetes/", f"--kubeconfig={PKI}/")
    assert carried(text).faults[0].startswith(f"--kubeconfig names {PKI}/controller-manager.conf: each master needs")


def test_a_relative_path_is_a_fault_where_nobody_can_say_from_where(apiserver: str) -> None:
    text = with_flags(apiserver, f"--egress-selector-config-file={PKI}/e")
    content = "egressSelections: [{connection: {transport: {uds: {udsName: a.sock}}}}]"
    assert carried(text, {f"{PKI}/e": content}).faults == (f"{PKI}/e names a.sock: write an absolute path there",)


@pytest.mark.parametrize(
    ("server", "port"),
    [
        ("https://127.0.0.1:21362/authenticate", 21362),
        ("https://localhost/x", 443),
        ("http://[::1]:8080", 8080),
        ("https://hooks.example:443", None),
        ("https://10.27.53.32:8443", None),
        ("https://127.0.0.1:no", None),
    ],
)
def test_a_server_on_the_host_itself_is_known_by_its_port(apiserver: str, server: str, port: int | None) -> None:
    """Guard and aws-iam-authenticator answer there: without it, a new apiserver would know nobody."""
    path = f"{PKI}/webhook.conf"
    text = with_flags(apiserver, f"--authentication-token-webhook-config-file={path}")
    found = carried(text, {path: f"clusters: [{{name: a, cluster: {{server: '{server}'}}}}]"})
    assert found.servers == ({port: path} if port else {})


def test_a_variable_may_name_a_file(apiserver: str) -> None:
    text = apiserver.replace("    image: ", f"    env: [{{name: SSL_CERT_FILE, value: {PKI}/own.pem}}]\n    image: ", 1)
    assert carried(text).equal == (f"{PKI}/own.pem",)


def test_what_is_not_there_is_not_carried(apiserver: str) -> None:
    text = with_flags(apiserver, f"--audit-policy-file={PKI}/policy.yaml")
    assert carried(text, kinds={f"{PKI}/policy.yaml": ""}) == Carriage()


def test_a_file_is_looked_into_once(apiserver: str) -> None:
    path = f"{PKI}/hooks.conf"
    flags = ("--audit-webhook-config-file", "--authentication-token-webhook-config-file")
    looked: list[str] = []

    def look(path: str, _naming: Naming) -> tuple[Naming, ...]:
        looked.append(path)
        return ()

    needs(parse(with_flags(apiserver, *(f"{flag}={path}" for flag in flags))), look)
    assert looked == [path]


def test_an_error_in_a_file_never_repeats_its_text() -> None:
    with pytest.raises(YamlError) as raised:
        inside("resources:\n  - aescbc: {secret: 'c2VjcmV0\n", Kind.ENCRYPTION, "/")
    assert "c2VjcmV0" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "[]", "x", "resources: 3", "resources: [a, {providers: {kms: a}}]"])
def test_what_is_of_another_shape_names_nothing(text: str) -> None:
    assert inside(text, Kind.ENCRYPTION, "/") == ()
