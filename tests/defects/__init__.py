"""What goes wrong on a converted cluster, a module a subject: seeded one by one, seen by the audit, healed.

Nothing here is a test, and plain pytest runs none of it: rehearsal/test_4_defects.py does, on the lab's hosts.
tests/test_every_check_has_been_red.py holds that every verify case has a defect that turns it red.
"""

from tests.defects import (
    apiservers,
    balancer,
    certificates,
    config_maps,
    controllers,
    etcd,
    etcd_mirror,
    keys,
    kube_proxy,
    kubeconfigs,
    masters,
    nodes,
    static_pods,
)
from tests.defects.defect import Deeds, Defect, Way

__all__ = ["DEFECTS", "MIRRORED", "Deeds", "Defect", "Way"]

SUBJECTS = (
    nodes,
    certificates,
    keys,
    kubeconfigs,
    etcd,
    static_pods,
    apiservers,
    controllers,
    masters,
    balancer,
    config_maps,
    kube_proxy,
)

DEFECTS: tuple[Defect, ...] = tuple(defect for subject in SUBJECTS for defect in subject.DEFECTS)

MIRRORED: tuple[Defect, ...] = etcd_mirror.DEFECTS
"""Those of a cluster that was converted on the road `mirror`."""
