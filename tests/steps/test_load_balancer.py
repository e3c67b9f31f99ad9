"""Step 6: the balancer, then the name that leads to it, then who is told of the name."""

from dataclasses import replace

import pytest

from changes.api_objects import ConfigMapText
from changes.balancer import BalancerLoaded
from changes.files import File, HostsEntry
from changes.kubeconfigs import PointedAt
from changes.seen import Seen
from changes.services import ServiceRunning
from formats import balancer, kubernetes
from formats.balancer import CONFIGURATION
from steps import load_balancer
from tests.steps import states
from tests.steps.states import contents, every_state, listed, table

EXPECTED = """\
emei: /etc/kubeadm-ha/balancer.conf
emei: /etc/systemd/system/kubeadm-ha-balancer.service
emei: kubeadm-ha-balancer.service runs, also after a reboot
emei: the balancer runs the configuration on disk
shaolin: api.lab is 10.27.52.72 in /etc/hosts
wudang: api.lab is 10.27.52.72 in /etc/hosts
emei: api.lab is 10.27.52.72 in /etc/hosts
huashan: api.lab is 10.27.52.72 in /etc/hosts
ConfigMap kube-system/kubeadm-config: controlPlaneEndpoint api.lab:8443
ConfigMap kube-public/cluster-info: server https://api.lab:8443
ConfigMap kube-public/cluster-info: signed for every bootstrap token
shaolin: /etc/kubernetes/admin.conf → https://api.lab:8443
wudang: /etc/kubernetes/admin.conf → https://api.lab:8443
emei: /etc/kubernetes/admin.conf → https://api.lab:8443
shaolin: /etc/kubernetes/super-admin.conf → https://api.lab:8443
"""


@every_state
def test_the_list_is_the_same_in_every_state(seen: Seen) -> None:
    changes = listed(load_balancer, seen, states.inventory())
    assert table(changes) == EXPECTED
    assert contents(changes) == contents(listed(load_balancer, states.fresh(), states.inventory()))


def test_the_balancer_runs_before_the_name_leads_to_it_and_this_before_anybody_is_told() -> None:
    kinds = [type(one) for one in listed(load_balancer, states.fresh(), states.inventory())]

    def last(*wanted: type) -> int:
        return max(i for i, kind in enumerate(kinds) if kind in wanted)

    assert last(File, ServiceRunning, BalancerLoaded) < kinds.index(HostsEntry)
    assert last(HostsEntry) < min(kinds.index(ConfigMapText), kinds.index(PointedAt))


def test_super_admins_kubeconfig_is_pointed_at_only_where_it_exists() -> None:
    """Clusters born before 1.29 have none."""
    seen = replace(states.fresh(), has_super_admin=False)
    expected = EXPECTED.replace("shaolin: /etc/kubernetes/super-admin.conf → https://api.lab:8443\n", "")
    assert table(listed(load_balancer, seen, states.inventory())) == expected


def test_several_balancers_are_made_side_by_side_and_the_name_leads_to_the_first() -> None:
    inventory = states.inventory(balancers=("emei", "wudang"))
    seen = replace(states.fresh(), machines=states.machines(nginx=("emei", "wudang")))
    changes = listed(load_balancer, seen, inventory)
    assert [one.node for one in changes if isinstance(one, BalancerLoaded)] == ["emei", "wudang"]
    assert {one.address for one in changes if isinstance(one, HostsEntry)} == {"10.27.52.72"}


def test_the_configuration_listens_on_the_balancers_own_address_and_leads_to_every_master() -> None:
    (file,) = [
        one
        for one in listed(load_balancer, states.fresh(), states.inventory())
        if isinstance(one, File) and one.path == CONFIGURATION
    ]
    assert "listen 10.27.52.72:8443 " in file.content
    for name in ("shaolin", "wudang", "emei"):
        assert f"server {states.ADDRESSES[name]}:6443 " in file.content
    assert states.ADDRESSES["huashan"] not in file.content
    assert "load_module /usr/lib/nginx/modules/ngx_stream_module.so;" in file.content


def test_what_must_be_loaded_is_what_is_written() -> None:
    changes = listed(load_balancer, states.fresh(), states.inventory())
    (file,) = [one for one in changes if isinstance(one, File) and one.path == CONFIGURATION]
    (loaded,) = [one for one in changes if isinstance(one, BalancerLoaded)]
    assert loaded.digest == balancer.digest(file.content) != ""


def test_a_balancer_without_the_stream_module_is_an_error_that_names_it() -> None:
    seen = replace(states.fresh(), machines=states.machines(nginx=()))
    with pytest.raises(ValueError, match="emei: nginx has no stream module"):
        listed(load_balancer, seen, states.inventory())


def test_edits_of_config_maps_come_to_rest() -> None:
    """An edit that changed something each time would never be `so`."""
    edits = {
        one.key: one.edit
        for one in listed(load_balancer, states.fresh(), states.inventory())
        if isinstance(one, ConfigMapText)
    }
    before = (states.DATA / "kubernetes/configuration-before.yaml").read_text()
    after = edits["ClusterConfiguration"](before)
    assert after == (states.DATA / "kubernetes/configuration-after.yaml").read_text()
    assert edits["ClusterConfiguration"](after) == after
    info = (states.DATA / "kubeconfigs/admin.conf").read_text()
    pointed = edits["kubeconfig"](info)
    assert pointed == info.replace("https://10.27.53.32:6443", "https://api.lab:8443")
    assert edits["kubeconfig"](pointed) == pointed


def test_the_endpoint_that_is_written_is_the_one_that_is_read_back() -> None:
    text = (states.DATA / "kubernetes/configuration-before.yaml").read_text()
    assert "controlPlaneEndpoint: api.lab:8443\n" in kubernetes.with_endpoint(text, "api.lab:8443")
