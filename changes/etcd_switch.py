"""The switch: the only apiserver leaves the old etcd for the new cluster, and no write is lost on the way.

Until the manifest is replaced, which is one rename, nothing has happened that is not undone by going back: etcd's own
alarm keeps writers off the old etcd while readers go on, and for the last moment the apiserver is stopped where it
stands. Three go back by themselves, whoever comes first: the script that does the switch, where anything is not as it
must be; a timer on the host, where nobody ends what was begun; the host itself when it starts anew.

The fence is NOSPACE, which etcd raises by itself on a full disk: puts and leases are refused, deletions pass. So the
old revision has to stand still, twice, and once more when the apiserver is stopped.
"""

import json
from dataclasses import dataclass, field

from changes.change import SO, Look
from changes.etcd_keys import again, functions
from changes.etcd_mirror import ended
from changes.placing import place
from changes.renewals import renewals, wait_for_renewals
from formats import etcd, ports
from formats.diffs import unified
from nodes import wire
from nodes.commands import CommandFailed
from nodes.etcd_tools import containers
from nodes.hosts import Hosts
from nodes.switch import AWAY, FOLDER, MANIFEST, PARKED, SWITCHED, is_switched
from nodes.waiting import wait_until

UNIT = "kubeadm-ha-switch"
UNIT_BACK = "kubeadm-ha-own-etcd"
TIMER = "kubeadm-ha-fence"
# A transient timer does not outlive the host's own end; the alarm and what is parked do.
AT_BOOT = "kubeadm-ha-fence-at-boot.service"

# Longer than the switch of a large database takes; shorter than anybody waits for writes to come back.
FENCED_SECONDS = 60
TRIES = 20

# A stopped apiserver is killed once the kubelet has asked it to end: before, it would be started again from what was in
# the kubelet's folder. It must not end by itself either. On its way it takes itself out of the kubernetes service, and
# the host swallows what pods send there until kube-proxy has heard of the next one; and it takes half a minute.
_KILLED_ONCE_ASKED = r"""
killed_once_asked() {{
  for number in $(seq {asked_tries}); do
    pending=$(sed -n 's/^ShdPnd:\t//p' "/proc/$1/status" 2>/dev/null) && [ -n "$pending" ] || return 0
    [ $((0x$pending & {sigterm})) -eq 0 ] || {{ kill -KILL "$1"; return 0; }}
    sleep 0.05
  done
}}
"""

# Both scripts take turns: what goes back sees that nothing was committed, what commits sees that nobody went back.
_SHARED = r"""
set -u -o pipefail
export LC_ALL=C
folder={folder} manifest={manifest} parked={parked} switched={switched}
exec 9>>"$folder/turn"
apiserver() {{ ss -Hltnp 'sport = :{port}' | sed -n 's/.*"kube-apiserver",pid=\([0-9]*\).*/\1/p' | head -n 1; }}
# `return` alone would give the status that the trap was entered with
disarm() {{ for etcd in {containers}; do {disarm} && return 0; done; return 1; }}
back() {{
  flock 9
  if [ ! -e "$switched" ]; then
    [ -e "$manifest" ] || mv -T "$parked" "$manifest"
    pid=$(apiserver); [ -z "$pid" ] || kill -CONT "$pid"
    until disarm; do sleep 0.5; done
  fi
  rm -f "$folder/fenced" /etc/systemd/system/{at_boot} /etc/systemd/system/multi-user.target.wants/{at_boot}
  flock -u 9
}}
"""

_BACK = _SHARED + "back\n"

_SWITCH = (
    _SHARED
    + _KILLED_ONCE_ASKED
    + r"""
{listed}
outcome() {{ printf '%s\n' "$*" > "$folder/outcome"; }}
trap back EXIT
trap 'exit 75' HUP INT TERM
revision() {{ old endpoint status -w json | grep -o '"revision":[0-9]*' | head -n 1 | cut -d : -f 2; }}
count() {{ old get '' --from-key --count-only -w fields | sed -n 's/^"Count" : //p'; }}
named() {{ differing | sed -n 's/^\t\{{0,1\}}"Key" : \("[^"]*"\).*/\1/p' | sort -u | head -n 5; }}
# What passes through it stays as it is; which keys have a lease is written down.
leased() {{
  awk -v leased="$folder/leased" 'BEGIN {{ printf "" > leased }} {{ print }}
    /^"Key" : / {{ key = substr($0, 9) }} /^"Lease" : / && $3 != 0 {{ print $3, key > leased }}'
}}
# A digest over all keys with their values, and how many they are: two that broke off alike must not be equal.
digest() {{
  values | awk -v keys="$folder/keys.$1" '{{ print }} END {{ print NR > keys }}' | sha256sum > "$folder/digest.$1"
}}
try() {{
  outcome 'the old etcd did not come to rest'
  before=$(revision) && sleep 0.2 && [ -n "$before" ] && [ "$(revision)" = "$before" ] || return
  outcome 'a side could not be read to its end'
  {{ everything new | digest new; }} & other=$!
  # Under the fence no key gets a lease any more.
  everything old | leased | digest old; read=$?
  wait "$other" && [ $read -eq 0 ] && keys=$(count) && [ "$keys" -gt 0 ] && [ "$(cat "$folder/keys.old")" = "$keys" ] ||
    return
  if ! cmp -s "$folder/digest.old" "$folder/digest.new" || ! cmp -s "$folder/keys.old" "$folder/keys.new"; then
    outcome "the two differ in $(named | xargs)"
    return 1
  fi
  # From here on nobody goes back but this script itself.
  flock 9
  outcome 'it went back before this was through'
  [ -e "$folder/fenced" ] || exit 1
  pid=$(apiserver) && kill -STOP "$pid" || exit 1
  sleep 0.05
  [ "$(revision)" = "$before" ] && return
  kill -CONT "$pid"
  flock -u 9
  outcome 'the old etcd did not come to rest'
  return 1
}}
outcome 'a member of the new cluster does not answer'
new endpoint health >&2 || exit 1
through=
for number in $(seq {tries}); do
  if try; then through=yes; break; fi
done
[ -n "$through" ] || exit 1
outcome 'the old etcd is at a revision that the new cluster began below'
[ "$before" -lt {ahead} ] || exit 1
outcome 'a file could not be written'
printf '{{"revision": %s, "keys": %s, "old": "%s", "new": "%s"}}\n' \
  "$before" "$keys" "$(cut -c 1-64 "$folder/digest.old")" "$(cut -c 1-64 "$folder/digest.new")" > "$folder/proof" &&
  [ -s "$folder/proof" ] || exit 1
# beside the manifests folder, of which the kubelet reads every file, and on its filesystem, so that mv is one rename
staged=$(dirname "$parked")/.kubeadm-ha.switched
cp -p "$folder/kube-apiserver.yaml" "$staged" && sync "$staged" "$folder/proof" "$folder/leased" || exit 1
trap '' HUP INT TERM
mv -T "$manifest" "$parked" && mv -T "$staged" "$switched" || exit 1
sync "$(dirname "$parked")" "$(dirname "$switched")"
outcome switched
killed_once_asked "$pid"
{mirror_ended}
"""
)

# Of a stopped process: its signals wait, a bit each.
SIGTERM = 1 << 14
# The kubelet takes up what has changed in its folder within twenty seconds, should it not be told.
ASKED_TRIES = 500

_FENCE_AT_BOOT = """[Unit]
Description=The first master's apiserver back at its old etcd, where a switch to a new one was cut off
ConditionPathExists={folder}/fenced
After=network.target

[Service]
ExecStart=/bin/bash {folder}/back
"""

_OWN = (
    _KILLED_ONCE_ASKED
    + r"""
set -eu
pid=$(ss -Hltnp 'sport = :{port}' | sed -n 's/.*"kube-apiserver",pid=\([0-9]*\).*/\1/p' | head -n 1)
trap '[ -z "$pid" ] || kill -CONT "$pid" 2>/dev/null || true' EXIT
[ -z "$pid" ] || kill -STOP "$pid"
# Not its own first: the two want the same port of the host, and the kubelet turns the second one away for good.
[ ! -e {switched} ] || mv -T {switched} {folder}/kube-apiserver.taken-away.yaml
[ -e {manifest} ] || mv -T {parked} {manifest}
sync "$(dirname {parked})" "$(dirname {manifest})"
[ -z "$pid" ] || killed_once_asked "$pid"
"""
)


@dataclass(frozen=True)
class Switched:
    """The first master's apiserver serves from the new cluster, which held every key that the old etcd had.

    `text` is its manifest with the new members, `target` their client URLs, `ahead` the revision that they began at.
    """

    node: str
    text: str = field(repr=False)
    target: tuple[str, ...]
    ahead: int

    def __str__(self) -> str:
        return f"{self.node}: kube-apiserver on the new etcd cluster"

    def look(self, hosts: Hosts) -> Look:
        if is_switched(hosts.first):
            return SO
        before = hosts.first.check(f"cat {MANIFEST} 2>/dev/null || cat {PARKED}")
        diff = unified(before, self.text, f"{self.node}:{SWITCHED}")
        return Look(so=False, seen="it serves from the old etcd", diff=diff)

    def do(self, hosts: Hosts) -> None:
        first = hosts.first
        first.check(f"mkdir -p -m 0700 {FOLDER} && rm -f {FOLDER}/outcome {AWAY}")
        place(first, f"{FOLDER}/kube-apiserver.yaml", self.text.encode(), 0o600)
        place(first, f"{FOLDER}/back", _BACK.format(**_given(hosts)).encode(), 0o600)
        script = _SWITCH.format(
            **_given(hosts),
            listed=functions(hosts, self.target),
            tries=TRIES,
            ahead=self.ahead,
            asked_tries=ASKED_TRIES,
            sigterm=SIGTERM,
            mirror_ended=ended(hosts),
        )
        place(first, f"{FOLDER}/switch", script.encode(), 0o600)
        units = "/etc/systemd/system"
        place(first, f"{units}/{AT_BOOT}", _FENCE_AT_BOOT.format(folder=FOLDER).encode(), 0o644)
        first.check(
            f"systemctl stop {TIMER}.timer {UNIT} 2>/dev/null; systemctl reset-failed {UNIT} {TIMER} 2>/dev/null;"
            f" mkdir -p {units}/multi-user.target.wants && ln -sf ../{AT_BOOT} {units}/multi-user.target.wants/ &&"
            f" touch {FOLDER}/fenced && sync {FOLDER} {units}/multi-user.target.wants &&"
            f" systemd-run -q --unit={TIMER} --on-active={FENCED_SECONDS} --timer-property=AccuracySec=1s"
            f" bash {FOLDER}/back"
        )
        try:
            raise_alarm(hosts)
            first.check(f"systemd-run -q --unit={UNIT} bash {FOLDER}/switch")
            wait_until(str(self), lambda: self._running(hosts), FENCED_SECONDS + 30)
        finally:
            # There is nothing to go back from behind the switch; before it, at once instead of after a minute.
            first.check(f"bash {FOLDER}/back && systemctl stop {TIMER}.timer 2>/dev/null; true", deadline=60)
        if not is_switched(first):
            outcome = first.check(f"cat {FOLDER}/outcome").strip()
            raise CommandFailed(first.name, "the switch", 1, "", f"it went back to the old etcd: {outcome}")

    def _running(self, hosts: Hosts) -> str:
        running = hosts.first.run(f"systemctl is-active {UNIT}").stdout.strip()
        if running in ("inactive", "failed"):
            return ""
        return hosts.first.run(f"cat {FOLDER}/outcome").stdout.strip() or "it has just begun"


def _given(hosts: Hosts) -> dict[str, object]:
    """What both scripts are made with."""
    tools = hosts.etcd_tools.of(hosts.first)
    disarm, found = again(hosts, "alarm", "disarm"), "on-the-path"
    if tools.container:
        # etcd's container may be another one by then
        disarm, found = disarm.replace(tools.container, '"$etcd"'), f"$({containers(hosts.first_master)})"
    return {
        "folder": FOLDER,
        "manifest": MANIFEST,
        "parked": PARKED,
        "switched": SWITCHED,
        "port": hosts.layout.api_port,
        "containers": found,
        "disarm": disarm,
        "at_boot": AT_BOOT,
    }


def raise_alarm(hosts: Hosts) -> None:
    """NOSPACE, raised by hand over etcd's gateway: etcdctl has no word for it."""
    tools = hosts.etcd_tools.of(hosts.first)
    (status,) = etcd.statuses(hosts.first.check(tools.etcdctl("endpoint", "status", "-w", "json")))
    authority, certificate = (hosts.first.check(f"cat {tools.pki}/{name}.crt") for name in ("ca", "server"))
    context = wire.trusting(authority)
    wire.identify(context, certificate, hosts.first.read_secret(f"{tools.pki}/server.key"))
    body = json.dumps({"action": "ACTIVATE", "memberID": str(int(status.member_id, 16)), "alarm": "NOSPACE"})
    channel = hosts.first.dial("127.0.0.1", ports.ETCD_CLIENT)
    answer = wire.post(channel, "/v3/maintenance/alarm", "127.0.0.1", body, context)
    if answer.status != 200:
        raise wire.WireError(f"etcd did not raise the alarm: HTTP {answer.status} {answer.body[:200]}")


@dataclass(frozen=True)
class BackAtItsOwn:
    """The first master's apiserver runs from its own manifest again, which names its own etcd."""

    node: str
    text: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.node}: kube-apiserver on its own etcd again"

    def look(self, hosts: Hosts) -> Look:
        first = hosts.first
        if first.run(f"test -e {MANIFEST} && test ! -e {SWITCHED}").status == 0:
            return SO
        before = first.check(f"cat {SWITCHED} 2>/dev/null || true")
        return Look(
            so=False,
            seen="it serves from the other members",
            diff=unified(before, self.text, f"{self.node}:{MANIFEST}"),
        )

    def do(self, hosts: Hosts) -> None:
        # Whoever still catches up with the switch is not left without an apiserver once more.
        wait_for_renewals(hosts, renewals(hosts))
        before = renewals(hosts)
        script = _OWN.format(
            manifest=MANIFEST,
            parked=PARKED,
            switched=SWITCHED,
            port=hosts.layout.api_port,
            folder=FOLDER,
            asked_tries=ASKED_TRIES,
            sigterm=SIGTERM,
        )
        place(hosts.first, f"{FOLDER}/own", script.encode(), 0o600)
        # A unit, so that nobody's lost connection leaves a stopped apiserver behind.
        hosts.first.check(f"systemd-run -q --wait --collect --unit={UNIT_BACK} bash {FOLDER}/own", deadline=60)
        wait_for_renewals(hosts, before)
