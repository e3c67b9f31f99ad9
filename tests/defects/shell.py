"""The words that defects are made of: shell for the lab's hosts, as a person would type it there."""

import shlex

from tests.defects.defect import Way

SHAOLIN, WUDANG, EMEI, HUASHAN = "shaolin", "wudang", "emei", "huashan"
MASTERS = (SHAOLIN, WUDANG, EMEI)
NODES = (*MASTERS, HUASHAN)
ADDRESS = {SHAOLIN: "10.27.53.32", WUDANG: "10.24.138.208", EMEI: "10.27.52.72", HUASHAN: "10.27.52.80"}

PKI = "/etc/kubernetes/pki"
MANIFESTS = "/etc/kubernetes/manifests"
KUBECTL = f"kubectl --kubeconfig=/etc/kubernetes/super-admin.conf --server=https://{ADDRESS[SHAOLIN]}:6443"
ETCDCTL = (
    f"etcdctl --cacert={PKI}/etcd/ca.crt --cert={PKI}/etcd/server.crt --key={PKI}/etcd/server.key"
    " --endpoints=https://127.0.0.1:2379"
)
_KEPT = "/root/kept"


def until(condition: str) -> str:
    return f"until {condition}; do sleep 0.2; done"


def answers(node: str, path: str = "/readyz", port: int = 6443) -> str:
    """Until the apiserver (or whoever listens there) says ok."""
    where = ADDRESS[node] if port == 6443 else "127.0.0.1"
    return until(f"curl -sk --max-time 2 https://{where}:{port}{path} | grep -qx ok")


def connected(process: str, node: str, port: int) -> str:
    """Until a process on this host is connected to that node, and to nobody else on these ports."""
    table = f"ss -Htnp state established | grep '\"{process}\"' | grep -oE '[0-9.]+:(6443|8443) ' | sort -u"
    return until(f'[ "$({table})" = "{ADDRESS[node]}:{port} " ]')


def listed(*masters: str) -> str:
    """Until the kubernetes service leads to these masters and to no other."""
    addresses = " ".join(sorted(ADDRESS[name] for name in masters))
    asked = (
        "kubectl --kubeconfig=/etc/kubernetes/admin.conf get endpointslices kubernetes"
        " -o 'jsonpath={range .endpoints[*]}{.addresses[0]}{\"\\n\"}{end}' | sort | xargs"
    )
    return until(f'[ "$({asked})" = "{addresses}" ]')


def stopped(unit: str) -> str:
    """A unit of systemd-run's, gone with all that it left; also where it never was."""
    return f"systemctl stop {unit} 2>/dev/null; systemctl reset-failed {unit} 2>/dev/null; true"


def doing(node: str, seed: str, heal: str) -> Way:
    return Way(((node, seed),), ((node, heal),))


def edited(node: str, path: str, deed: str, then: str = "true") -> Way:
    """A file changed by `deed`, and as it was; `then` follows either."""
    kept = f"{_KEPT}{path}"
    return doing(
        node,
        f"mkdir -p $(dirname {kept}) && cp -a {path} {kept} && {deed} && {then}",
        # in place where it is the same file still, so that whoever has it open or mounted sees it too
        f"if [ -e {kept} ]; then cp -a {kept} {path} && rm {kept} && {then}; fi",
    )


def replaced(node: str, path: str, text: str, then: str = "true") -> Way:
    """A file with another text, put in its place."""
    return edited(node, path, f"printf '%s' {shlex.quote(text)} > {path}", then)


def pointed(node: str, name: str, server: str, then: str = "true") -> Way:
    """A kubeconfig that names another server, its time as it was."""
    path = f"/etc/kubernetes/{name}"
    deed = f"sed -i 's,server: .*,server: {server},' {path} && touch -r {_KEPT}{path} {path}"
    return edited(node, path, deed, then)


def moved_away(node: str, *paths: str, gone: str = "true", back: str = "true") -> Way:
    """Files that are not there for a while; then `gone`, and `back` when they are there again."""
    out = " && ".join(f"mkdir -p $(dirname {_KEPT}{path}) && mv {path} {_KEPT}{path}" for path in paths)
    home = " && ".join(f"{{ [ ! -e {_KEPT}{path} ] || mv {_KEPT}{path} {path}; }}" for path in reversed(paths))
    return doing(node, f"{out} && {gone}", f"{home} && {back}")


def both(*ways: Way) -> Way:
    """One after the other; undone from the last to the first."""
    return Way(
        tuple(deed for way in ways for deed in way.seed),
        tuple(deed for way in reversed(ways) for deed in way.heal),
    )


def outlived(way: Way, node: str, started: str, again: str) -> Way:
    """Mended at once; but who was `started` meanwhile goes on with what stood there, until it is started `again`."""
    return Way((*way.seed, (node, started), *way.heal), (*way.heal, (node, again)))


def refused(node: str, *rules: str, then: str = "true", back: str = "true") -> Way:
    """A firewall on the host: nft's expressions for what it refuses, with their hook in front ("output: …")."""
    lines = "".join(
        f"add chain inet defect {hook} {{ type filter hook {hook} priority -5; }}\n"
        f"add rule inet defect {hook} {expression} reject with tcp reset\n"
        for hook, _, expression in (rule.partition(": ") for rule in rules)
    )
    return doing(
        node,
        f"printf 'add table inet defect\\n{lines}' | sed 's/^ *//' | nft -f - && {then}".replace("\n", "\\n"),
        f"{{ ! nft list table inet defect >/dev/null 2>&1 || nft delete table inet defect; }} && {back}",
    )
