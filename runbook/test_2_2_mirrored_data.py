"""Step 2.2, on the article's own road. The old etcd's data in the new cluster.

`etcdctl make-mirror` copies every key and follows what is written, in a unit of its own on the first master, until the
switch. That all keys at once are equal shows under the switch's fence alone; here none may differ twice with one value.

What changes: the new cluster's content. The gate: the mirror follows. The way back: stop the unit kubeadm-ha-mirror.
"""

import pytest

pytestmark = [pytest.mark.road("mirror"), pytest.mark.step(2, part=2)]


@pytest.mark.change
def test_old_etcds_data_is_in_the_new_cluster(mirrored_data: list[str]) -> None:
    """Run the same command again: the mirror is begun anew. Why it ended: `journalctl -u kubeadm-ha-mirror`."""
    assert not mirrored_data, "\n".join(mirrored_data)


@pytest.mark.verify
def test_mirror_follows_until_the_switch(mirror: str) -> None:
    """A mirror that has ended copies nothing more: run the same command again before anything else."""
    assert mirror in ("follows", "switched")
