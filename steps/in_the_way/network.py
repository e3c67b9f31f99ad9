"""Who leads traffic to the API and into the cluster: kube-proxy, what announces addresses, DNS, policies."""

from collections.abc import Iterator

from changes.before import Before
from formats.kubeadm import NOT_BALANCED_TO
from formats.kubernetes import DaemonSet
from nodes.inventory import Inventory
from steps.in_the_way.refusal import Notice, Refusal
from steps.masters import NO_SCHEDULE


def _no_kube_proxy(seen: Before, inventory: Inventory) -> Iterator[str]:
    there = any(str(one) == "kube-system/kube-proxy" for one in seen.around.daemon_sets)
    if there and "kubeconfig.conf" in seen.config_maps.get("kube-system/kube-proxy", {}):
        return
    missing = "its ConfigMap has no kubeconfig.conf" if there else "there is no DaemonSet of it"
    instead = "whatever stands in its place"
    # Cilium's values kubeProxyReplacement and k8sServiceHost arrive as these (docs.cilium.io, "Kubernetes Without
    # kube-proxy").
    cilium = seen.config_maps.get("kube-system/cilium-config", {})
    if cilium.get("kube-proxy-replacement", "false") not in ("false", "disabled"):
        reached = ", ".join(sorted(_api_places(seen))) or cilium.get("k8s-api-server-urls") or "the Service kubernetes"
        instead = f"Cilium, which stands in its place and reaches the API at {reached},"
    yield (
        f"kube-system/kube-proxy: {missing}, as kubeadm deploys it, and step 7 has nothing to move: stop before it"
        f" (--to 6), and lead {instead} to {inventory.cluster.endpoint} yourself"
    )


def _api_places(seen: Before) -> set[str]:
    """Where DaemonSets are told that the API is, apart from the Service."""
    told = (one.environment.get("KUBERNETES_SERVICE_HOST") for one in seen.around.daemon_sets)
    return {host for host in told if host}


def _told_the_old_address(seen: Before, inventory: Inventory) -> Iterator[str]:
    old = inventory.nodes[seen.first].address
    for one in seen.around.daemon_sets:
        if one.environment.get("KUBERNETES_SERVICE_HOST") == old:
            yield (
                f"DaemonSet {one} is told that the API is at {old} (KUBERNETES_SERVICE_HOST), and goes with"
                f" {seen.first} until you lead it to {inventory.cluster.endpoint}"
            )


def _announcers(seen: Before, inventory: Inventory) -> Iterator[str]:
    if not seen.around.balanced:
        return
    speakers = [one for one in seen.around.daemon_sets if _is_metallb_speaker(one)]
    # Helm's value speaker.ignoreExcludeLB, since MetalLB honours the label (metallb/metallb#2021, #2073).
    if any("--ignore-exclude-lb" in argument for one in speakers for argument in one.arguments):
        return
    marked = {node.name for node in seen.nodes if NOT_BALANCED_TO in node.labels}
    announcing = {node.name for node in seen.nodes} - marked
    if speakers:
        announcing &= {
            pod.node for pod in seen.around.pods for one in speakers if _belongs(pod.owner_kinds, pod.controller, one)
        }
    if announcing and not announcing & {node.name for node in inventory.workers}:
        yield (
            f"load balancers: {', '.join(seen.around.balanced)} are announced by {', '.join(sorted(announcing))} alone,"
            f" and masters carry {NOT_BALANCED_TO}: let a worker announce them"
            + (" (MetalLB: a speaker there, or speaker.ignoreExcludeLB)" if speakers else "")
        )


def _is_metallb_speaker(one: DaemonSet) -> bool:
    return any("metallb" in image and "speaker" in image for image in one.images)


def _belongs(kinds: frozenset[str], controller: str, one: DaemonSet) -> bool:
    return "DaemonSet" in kinds and controller == f"DaemonSet {one.name}"


def _fewer_announcers(seen: Before, inventory: Inventory) -> Iterator[str]:
    marked = {node.name for node in seen.nodes if NOT_BALANCED_TO in node.labels}
    new = [node.name for node in inventory.masters if node.name not in marked]
    if seen.around.balanced and new:
        yield (
            f"load balancers (a cloud's, MetalLB) pass {', '.join(new)} over from step 5 on, by the label"
            f" {NOT_BALANCED_TO}: {', '.join(seen.around.balanced)}"
        )


def _intolerant(seen: Before, inventory: Inventory) -> Iterator[str]:
    masters = {node.name for node in inventory.masters}
    for one in seen.around.daemon_sets:
        on = sorted({pod.node for pod in seen.around.pods if _belongs(pod.owner_kinds, pod.controller, one)} & masters)
        if on and not one.tolerates(NO_SCHEDULE):
            yield (
                f"DaemonSet {one} does not tolerate the masters' taint: its pods on {', '.join(on)} stay as they are"
                " and are not made anew there once they go"
            )


def _dns(seen: Before, inventory: Inventory) -> Iterator[str]:
    stay = {node.name for node in inventory.masters}
    dns = [pod for pod in seen.around.pods if pod.labels.get("k8s-app") == "kube-dns" and not pod.has_ended]
    on = {pod.node for pod in dns}
    if len(dns) > 1 and len(on) == 1 and on <= stay:
        yield (
            f"CoreDNS: all {len(dns)} pods are on {on.pop()} and stay there; afterwards:"
            " kubectl -n kube-system rollout restart deployment coredns"
        )


def _named_by_rules(seen: Before, inventory: Inventory) -> Iterator[str]:
    first = inventory.nodes[seen.first].address
    others = [inventory.nodes[name] for name in seen.new_masters(inventory)]
    by_policy: dict[str, list[str]] = {}
    for rule in seen.around.address_rules:
        by_policy.setdefault(rule.policy, [])
        if rule.covers(first):
            by_policy[rule.policy].append(rule.block)
    for policy, blocks in by_policy.items():
        rules = [rule for rule in seen.around.address_rules if rule.policy == policy]
        left_out = [node.name for node in others if not any(rule.covers(node.address) for rule in rules)]
        if blocks and left_out:
            yield (
                f"NetworkPolicy {policy} lets {', '.join(blocks)} through, where {seen.first} is, and not"
                f" {', '.join(left_out)}: from step 3 on the API is there too"
            )
    for hook, host in seen.around.webhooks.items():
        if host == first:
            yield f"webhook {hook} is served at {host}: every apiserver asks there, and it goes with {seen.first}"


REFUSALS = (
    Refusal(
        5,
        "Services of type LoadBalancer that coming masters alone announce (MetalLB's speakers, a cloud)",
        "the label that kubeadm gives to masters takes them out",
        _announcers,
    ),
    Refusal(
        7,
        "no kube-proxy as kubeadm deploys it (Cilium and others in its place)",
        "step 7 would have nothing to move, and nothing to see",
        _no_kube_proxy,
    ),
)

NOTICES = (
    Notice(
        3,
        "NetworkPolicies that let the first master's address through and not the others', webhooks served there",
        _named_by_rules,
    ),
    Notice(5, "Services whose announcers become fewer", _fewer_announcers),
    Notice(5, "DaemonSets that do not tolerate the masters' taint", _intolerant),
    Notice(5, "CoreDNS, where all its pods are on one master", _dns),
    Notice(7, "DaemonSets that are told the API is at the first master's address", _told_the_old_address),
)
