"""Labels, taints, and pods where none should be."""

from tests.defects.defect import Defect, on
from tests.defects.shell import KUBECTL, SHAOLIN, WUDANG, doing, until

ROLE = "node-role.kubernetes.io/control-plane"
OUT = "node.kubernetes.io/exclude-from-external-load-balancers"
TAINT = "test_master_carries_the_control_plane_taint"

DEFECTS = (
    Defect(
        "a master lost its label",
        5,
        on("test_master_carries_the_control_plane_label", WUDANG),
        doing(SHAOLIN, f"{KUBECTL} label node wudang {ROLE}-", f"{KUBECTL} label --overwrite node wudang {ROLE}="),
    ),
    Defect(
        "a master takes traffic of external load balancers",
        5,
        on("test_load_balancers_are_told_to_pass_a_master_over", WUDANG),
        doing(SHAOLIN, f"{KUBECTL} label node wudang {OUT}-", f"{KUBECTL} label --overwrite node wudang {OUT}="),
    ),
    Defect(
        "a master lost its taint",
        5,
        on(TAINT, WUDANG),
        doing(
            SHAOLIN,
            f"{KUBECTL} taint node wudang {ROLE}-",
            f"{KUBECTL} taint --overwrite node wudang {ROLE}:NoSchedule",
        ),
    ),
    Defect(
        "a master's taint only asks",
        5,
        on(TAINT, WUDANG),
        doing(
            SHAOLIN,
            f"{KUBECTL} taint node wudang {ROLE}:PreferNoSchedule && {KUBECTL} taint node wudang {ROLE}:NoSchedule-",
            f"{KUBECTL} taint --overwrite node wudang {ROLE}:NoSchedule"
            f" && {{ {KUBECTL} taint node wudang {ROLE}:PreferNoSchedule- || true; }}",
        ),
    ),
    Defect(
        "an ordinary pod was put onto a master by name",
        5,
        on("test_no_ordinary_pod_runs_on_a_master", WUDANG),
        doing(
            SHAOLIN,
            f"{KUBECTL} run stray --image=registry.lab/web:1"
            ' --overrides=\'{"spec":{"nodeName":"wudang","terminationGracePeriodSeconds":0}}\''
            f" && {until(f'{KUBECTL} get pod stray')}",
            f"{KUBECTL} delete pod stray --ignore-not-found --force --grace-period=0",
        ),
    ),
)
