"""Who leads."""

import shlex

from tests.defects.defect import Defect, Way, on
from tests.defects.shell import KUBECTL, MASTERS, SHAOLIN, answers, both, doing, stopped, until

HELD = "test_lease_is_held_by_one_master_and_renewed"
LEADS = "test_exactly_one_process_says_that_it_leads"
HOLDER = f"{KUBECTL} -n kube-system get lease kube-scheduler -o 'jsonpath={{.spec.holderIdentity}}'"

SOMEBODY = r"""
while :; do
  kubectl --kubeconfig=/etc/kubernetes/super-admin.conf -n kube-system patch lease kube-scheduler --type=merge \
    -p '{"spec":{"holderIdentity":"nobody_1","renewTime":"'$(date -u +%FT%T.000000Z)'"}}'
  sleep 0.5
done
"""


def following(node: str) -> Way:
    """A scheduler started again, so that it waits with the others: whoever leads would go on for ten seconds."""
    process = "pgrep -x kube-scheduler"
    killed = f"led=$({process}) && kill -KILL $led && {until(f'n=$({process}) && [ $n != $led ]')}"
    return Way(((node, f"{killed} && {answers(node, '/healthz', 10259)}"),))


DEFECTS = (
    Defect(
        "the schedulers' lease is held from a host that is no master",
        4,
        (*on(HELD, "kube-scheduler"), *on(LEADS, "kube-scheduler")),
        both(
            doing(
                SHAOLIN,
                f"printf '%s' {shlex.quote(SOMEBODY)} > /root/somebody"
                f" && systemd-run -q --unit=somebody sh /root/somebody && {until(f'{HOLDER} | grep -q nobody')}",
                f"{stopped('somebody')}; rm -f /root/somebody; {until(f'{HOLDER} | grep -qv nobody')} && sleep 1",
            ),
            *map(following, MASTERS),
        ),
        alone=True,  # nobody schedules meanwhile, and what others need to be healed with are pods
    ),
)
