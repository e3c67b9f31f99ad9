"""The switch: the only apiserver leaves the old etcd for the new cluster, and no write is lost on the way.

Until the manifest is replaced, which is one rename, nothing has happened that is not undone by going back: etcd's own
alarm keeps writers off the old etcd while readers go on, and for the last moment the apiserver is stopped where it
stands. Three go back by themselves, whoever comes first: the script that does the switch, where anything is not as it
must be; a timer on the host, where nobody ends what was begun; the next run.

The fence is NOSPACE, which etcd raises by itself on a full disk: puts and leases are refused, deletions pass. So the
old revision has to stand still, twice, and once more when the apiserver is stopped.
"""

import json
from dataclasses import dataclass, field

from changes.change import SO, Look
from changes.etcd_keys import again, functions
from changes.etcd_mirror import ended
from changes.placing import place
from formats import etcd, ports
from formats.diffs import unified
from nodes import wire
from nodes.commands import CommandFailed
from nodes.hosts import Hosts
from nodes.switch import FOLDER, MANIFEST, PARKED, SWITCHED, is_switched
from nodes.waiting import wait_until

UNIT = "kubeadm-ha-switch"
TIMER = "kubeadm-ha-fence"

# Longer than the switch of a large database takes; shorter than anybody waits for writes to come back.
FENCED_SECONDS = 60
TRIES = 20

# Both scripts take turns: what goes back sees that nothing was committed, what commits sees that nobody went back.
_SHARED = r"""
set -u -o pipefail
export LC_ALL=C
folder={folder} manifest={manifest} parked={parked} switched={switched}
exec 9>>"$folder/turn"
apiserver() {{ ss -Hltnp 'sport = :{port}' | sed -n 's/.*"kube-apiserver",pid=\([0-9]*\).*/\1/p' | head -n 1; }}
back() {{
  flock 9
  if [ ! -e "$switched" ] && [ -e "$folder/fenced" ]; then
    [ -e "$manifest" ] || mv -T "$parked" "$manifest"
    pid=$(apiserver); [ -z "$pid" ] || kill -CONT "$pid"
    until {disarm}; do sleep 0.5; done
    rm -f "$folder/fenced"
  fi
  flock -u 9
}}
"""

_BACK = _SHARED + "back\n"

_SWITCH = (
    _SHARED
    + r"""
{listed}
outcome() {{ printf '%s\n' "$*" > "$folder/outcome"; }}
trap back EXIT
trap 'exit 75' HUP INT TERM
revision() {{ old endpoint status -w json | grep -o '"revision":[0-9]*' | head -n 1 | cut -d : -f 2; }}
keys() {{ old get '' --from-key --count-only -w fields | sed -n 's/^"Count" : //p'; }}
leased() {{ awk -F ' : ' '$1 == "\"Key\"" {{ key = $2 }} $1 == "\"Lease\"" && $2 != 0 {{ print $2, key }}'; }}
named() {{ differing | sed -n 's/^\t\{{0,1\}}"Key" : \("[^"]*"\).*/\1/p' | sort -u | head -n 5; }}
digest() {{ values | sha256sum | cut -c 1-64; }}
outcome 'a member of the new cluster does not answer'
new endpoint health >&2 || exit 1
outcome 'the old etcd did not come to rest'
pid=
for try in $(seq {tries}); do
  before=$(revision) && sleep 0.2 && [ -n "$before" ] && [ "$(revision)" = "$before" ] || continue
  everything new | digest > "$folder/digest.new" &
  other=$!
  # Under the fence no key gets a lease any more.
  everything old | tee >(leased > "$folder/leased") | digest > "$folder/digest.old" || continue
  wait "$other" && keys=$(keys) || continue
  if ! cmp -s "$folder/digest.old" "$folder/digest.new"; then
    outcome "the two differ in $(named | xargs)"
    continue
  fi
  pid=$(apiserver)
  [ "$keys" -gt 0 ] && kill -STOP "$pid" || exit 1
  sleep 0.05
  [ "$(revision)" = "$before" ] && break
  kill -CONT "$pid"
  outcome 'the old etcd did not come to rest'
  pid=
done
[ -n "$pid" ] || exit 1
printf '{{"revision": %s, "keys": %s, "old": "%s", "new": "%s"}}\n' \
  "$before" "$keys" "$(cat "$folder/digest.old")" "$(cat "$folder/digest.new")" > "$folder/proof"
flock 9
outcome 'it went back before this was through'
[ -e "$folder/fenced" ] || exit 1
# beside the manifests folder, of which the kubelet reads every file, and on its filesystem, so that mv is one rename
staged=$(dirname "$parked")/.kubeadm-ha.switched
cp -p "$folder/kube-apiserver.yaml" "$staged" && sync "$staged" "$folder/proof" || exit 1
mv -T "$manifest" "$parked"
mv -T "$staged" "$switched"
# The kubelet has heard of both by then; before, it would start the old process again.
sleep {heard}
kill -KILL "$pid"
rm -f "$folder/fenced"
{mirror_ended}
outcome switched
"""
)

_OWN = r"""
set -eu
pid=$(ss -Hltnp 'sport = :{port}' | sed -n 's/.*"kube-apiserver",pid=\([0-9]*\).*/\1/p' | head -n 1)
# Not its own first: the two want the same port of the host, and the kubelet turns the second one away for good.
[ ! -e {switched} ] || mv -T {switched} {folder}/kube-apiserver.taken-away.yaml
[ -e {manifest} ] || mv -T {parked} {manifest}
sleep {heard}
[ -z "$pid" ] || kill -KILL "$pid"
"""

# The kubelet is told by inotify when a manifest comes or goes.
HEARD_SECONDS = 0.2


@dataclass(frozen=True)
class Switched:
    """The first master's apiserver serves from the new cluster, which held every key that the old etcd had.

    `text` is its manifest with the new members, `target` their client URLs.
    """

    node: str
    text: str = field(repr=False)
    target: tuple[str, ...]

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
        given = {
            "folder": FOLDER,
            "manifest": MANIFEST,
            "parked": PARKED,
            "switched": SWITCHED,
            "port": hosts.layout.api_port,
            "disarm": again(hosts, "alarm", "disarm"),
        }
        first.check(f"if [ -e {FOLDER}/back ]; then bash {FOLDER}/back; fi", deadline=60)  # an earlier run's fence
        first.check(f"mkdir -p -m 0700 {FOLDER} && rm -f {FOLDER}/outcome")
        place(first, f"{FOLDER}/kube-apiserver.yaml", self.text.encode(), 0o600)
        place(first, f"{FOLDER}/back", _BACK.format(**given).encode(), 0o600)
        listed = functions(hosts, self.target)
        script = _SWITCH.format(**given, listed=listed, tries=TRIES, heard=HEARD_SECONDS, mirror_ended=ended(hosts))
        place(first, f"{FOLDER}/switch", script.encode(), 0o600)
        first.check(
            f"systemctl stop {TIMER}.timer {UNIT} 2>/dev/null; systemctl reset-failed {UNIT} {TIMER} 2>/dev/null;"
            f" touch {FOLDER}/fenced && systemd-run -q --unit={TIMER} --on-active={FENCED_SECONDS}"
            f" --timer-property=AccuracySec=1s bash {FOLDER}/back"
        )
        raise_alarm(hosts)
        first.check(f"systemd-run -q --unit={UNIT} bash {FOLDER}/switch")
        wait_until(str(self), lambda: self._running(hosts), FENCED_SECONDS + 30)
        outcome = first.check(f"cat {FOLDER}/outcome").strip()
        first.check(f"systemctl stop {TIMER}.timer 2>/dev/null; true")
        if outcome != "switched":
            raise CommandFailed(first.name, "the switch", 1, "", f"it went back to the old etcd: {outcome}")

    def _running(self, hosts: Hosts) -> str:
        running = hosts.first.run(f"systemctl is-active {UNIT}").stdout.strip()
        return "" if running in ("inactive", "failed") else hosts.first.check(f"cat {FOLDER}/outcome || true").strip()


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
        hosts.first.check(
            _OWN.format(
                manifest=MANIFEST,
                parked=PARKED,
                switched=SWITCHED,
                port=hosts.layout.api_port,
                heard=HEARD_SECONDS,
                folder=FOLDER,
            )
        )
