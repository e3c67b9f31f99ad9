"""What one machine is besides a node: who else manages it, what its processes are told about proxies."""

from changes.before import Host
from changes.observe.machines import by_word
from formats import proxies
from nodes.first_master import OTHERS
from nodes.hosts import Hosts

# Who asks apiservers by https. Not containerd: it asks registries alone, and those are where they were.
PROXIED = ("kubelet", "ssh")

# Who made the cluster, or goes on making it: by what each leaves on a host. Kubespray: roles/kubernetes/node and
# roles/kubernetes/control-plane write both files; somebody's own kubeadm-config.yaml is not enough.
OWNERS = {
    "Kubespray": ("/etc/kubernetes/kubeadm-config.yaml", "/etc/kubernetes/kubelet.env"),
    **{other: (mark,) for mark, other in OTHERS.items()},
}

# Of an environment only what says whether a proxy is used, never which one: its URL may hold a password.
_SURROUNDINGS = r"""
told() {{
  sed -n "s/^\(HTTPS_PROXY\|https_proxy\)=..*/environment $1 \1=set/p
          s/^\(NO_PROXY\|no_proxy\)=/environment $1 &/p"
}}
pid=$(systemctl show -p MainPID --value kubelet 2>/dev/null)
[ "${{pid:-0}}" = 0 ] || tr '\0' '\n' < "/proc/$pid/environ" | told kubelet
env | told ssh
if [ -d /etc/cloud ] && [ ! -e /etc/cloud/cloud-init.disabled ]; then
  cat /etc/cloud/cloud.cfg /etc/cloud/cloud.cfg.d/*.cfg /var/lib/cloud/instance/cloud-config.txt 2>/dev/null |
    sed -n 's/^manage_etc_hosts: *["'\'']\{{0,1\}}\([A-Za-z0-9]*\).*/hosts-file \1/p' | tail -n 1
fi
{owners}
true
"""


def surroundings(hosts: Hosts, name: str) -> Host:
    """One machine, in one round trip. Raises CommandFailed, ConnectionLost."""
    owners = (
        f"{' && '.join(f'[ -e {file} ]' for file in files)} && echo 'owner {owner}'" for owner, files in OWNERS.items()
    )
    script = _SURROUNDINGS.format(owners="\n".join(owners))
    found = by_word(hosts.fleet[name].check(script).splitlines())
    bypassed = {unit: proxies.exceptions(_environment(found.get("environment", ()), unit)) for unit in PROXIED}
    return Host(
        owners=tuple(found.get("owner", ())),
        # cloud-init, cc_update_etc_hosts: "template" and whatever is true write the whole file at every boot,
        # "localhost" only sees to the line of the host itself.
        hosts_file_written=any(
            value.lower() in ("true", "1", "on", "yes", "template") for value in found.get("hosts-file", ())
        ),
        no_proxy={unit: value for unit, value in bypassed.items() if value is not None},
    )


def _environment(lines: list[str] | tuple[str, ...], unit: str) -> dict[str, str]:
    own = (line.removeprefix(f"{unit} ") for line in lines if line.startswith(f"{unit} "))
    return {name: value for name, _, value in (line.partition("=") for line in own)}
