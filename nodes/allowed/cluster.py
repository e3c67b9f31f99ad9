"""The clients of Kubernetes, etcd and the container runtime, with the verbs that read."""

import re
from collections.abc import Mapping, Sequence

from nodes.allowed.judge import ANY, NAME, Judge
from nodes.grammar import Form


def _kubectl(verb: str, flags: str = "", valued: str = "", operands: str | None = None) -> Form:
    """kubectl's own cache of the API's resources may be switched off but not moved to another folder."""
    return Form(
        verb,
        "-A --all-namespaces --insecure-skip-tls-verify --insecure-skip-tls-verify=true --cache-dir=/dev/null " + flags,
        "--kubeconfig --context --server -s --certificate-authority --tls-server-name "
        "--request-timeout -n --namespace " + valued,
        operands,
    )


_RAW = _kubectl("get", valued="--raw")


def _raw_get(arguments: Sequence[str]) -> bool:
    """`kubectl get --raw PATH` is a GET, which these parts of the API take for more than reading."""
    joined = " ".join(arguments)
    if not _RAW(arguments) or not re.search(r"--raw[= ]/", joined):
        return False
    return not {"exec", "attach", "portforward", "run"} & set(re.split(r"[/? ]", joined))


def _etcdctl(verb: str, flags: str = "", valued: str = "", operands: str | None = None) -> Form:
    everywhere = "--endpoints --cacert --cert --key -w --write-out --dial-timeout --command-timeout "
    return Form(verb, f"--cluster --hex {flags}", everywhere + valued, operands)


def _crictl(verb: str, operands: str | None = None) -> Form:
    valued = "-r --runtime-endpoint -o --output --name --state --label"
    return Form(verb, "-a --all -q --quiet --no-trunc", valued, operands)


_ETCDCTL = (
    _etcdctl("member list", valued="--consistency"),
    _etcdctl("endpoint status"),
    _etcdctl("endpoint health"),
    _etcdctl("endpoint hashkv", valued="--rev"),
    _etcdctl("alarm list"),
    _etcdctl("version"),
    _etcdctl(
        "get",
        "--prefix --from-key --keys-only --count-only --print-value-only",
        "--limit --rev --consistency --order --sort-by",
        operands=ANY,
    ),
)

_IN_A_CONTAINER = (
    re.compile(r"-n k8s\.io tasks exec --exec-id kubeadm-ha-[0-9a-f]{16} [0-9a-f]{12,64} etcdctl"),  # ctr
    re.compile(r"exec --sync [0-9a-f]{12,64} etcdctl"),  # crictl
)


def _etcdctl_in_a_container(arguments: Sequence[str]) -> bool:
    """What may run of the etcd container's own etcdctl is what may run of the host's: nothing else is started in it."""
    at = list(arguments).index("etcdctl") + 1 if "etcdctl" in arguments else 0
    started, given = " ".join(arguments[:at]), arguments[at:]
    return any(form.fullmatch(started) for form in _IN_A_CONTAINER) and any(judge(given) for judge in _ETCDCTL)


PROGRAMS: Mapping[str, tuple[Judge, ...]] = {
    "crictl": (
        *(_crictl(verb) for verb in ("images", "ps", "pods", "version", "info")),
        *(_crictl(verb, NAME) for verb in ("inspect", "inspecti", "inspectp")),
        _etcdctl_in_a_container,
    ),
    "ctr": (
        *(
            Form(f"{thing} {verb}", "-q --quiet", "-a --address -n --namespace", operands=ANY)
            for thing in ("images", "containers", "tasks")
            for verb in ("ls", "list")
        ),
        _etcdctl_in_a_container,
    ),
    "etcdctl": _ETCDCTL,
    "etcdutl": (Form("version"),),
    "kubeadm": (Form("version", valued="-o --output"),),
    "kubectl": (
        _kubectl(
            "get",
            "--no-headers --show-labels --show-managed-fields --ignore-not-found --ignore-not-found=true",
            "-o --output -l --selector --field-selector --sort-by --chunk-size --subresource -L --label-columns",
            operands=rf"{NAME}(,{NAME})*",
        ),
        _raw_get,
        _kubectl(
            "logs",
            "-p --previous --timestamps --all-containers --all-containers=true --prefix --prefix=true "
            "--insecure-skip-tls-verify-backend --insecure-skip-tls-verify-backend=true",
            "-c --container --tail --since --since-time --limit-bytes -l --selector --max-log-requests",
            operands=NAME,
        ),
        _kubectl("version", "--client --client=true", "-o --output"),
        _kubectl("auth can-i", "--list -q --quiet --no-headers", "--subresource", operands=rf"\*|{NAME}"),
        _kubectl(
            "api-resources",
            "--no-headers --namespaced --namespaced=true --namespaced=false --cached=false",
            "-o --output --api-group --verbs --sort-by --categories",
        ),
    ),
    "kubelet": (Form(flags="--version", needs="--version"),),
}
