"""Who leads."""

import shlex

from tests.defects.defect import Defect, on
from tests.defects.shell import KUBECTL, SHAOLIN, answers, doing, stopped, until

HELD = "test_lease_is_held_by_one_master_and_renewed"
LEADS = "test_exactly_one_process_says_that_it_leads"
HOLDER = f"{KUBECTL} -n kube-system get lease kube-scheduler -o 'jsonpath={{.spec.holderIdentity}}'"

# Whoever led gives up at the first of these, and ends; it is back when it answers again, and waits with the others.
SOMEBODY = r"""
while :; do
  kubectl --kubeconfig=/etc/kubernetes/super-admin.conf -n kube-system patch lease kube-scheduler --type=merge \
    -p '{"spec":{"holderIdentity":"nobody_1","renewTime":"'$(date -u +%FT%T.000000Z)'"}}'
  sleep 0.5
done
"""

DEFECTS = (
    Defect(
        "the schedulers' lease is held from a host that is no master",
        4,
        (*on(HELD, "kube-scheduler"), *on(LEADS, "kube-scheduler")),
        doing(
            SHAOLIN,
            f"printf '%s' {shlex.quote(SOMEBODY)} > /root/somebody && systemd-run -q --unit=somebody sh /root/somebody"
            f" && sleep 4 && {answers(SHAOLIN, '/healthz', 10259)}",
            f"{stopped('somebody')}; rm -f /root/somebody; {until(f'{HOLDER} | grep -qv nobody')} && sleep 1",
        ),
        alone=True,  # nobody schedules meanwhile, and what others need to be healed with are pods
    ),
)
