"""The machine's own kernel settings that a kubelet changes, since the hosts share the machine's kernel: kept, and put back."""

import json
from pathlib import Path

from lab.places import Places

SETTINGS = (
    "vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes", "fs/nr_open", "fs/file-max",
)  # fmt: skip
PROC_SYS = Path("/proc/sys")


def keep(places: Places) -> None:
    """Write down what the settings are, once: what is kept already is from before the lab."""
    file = _file(places)
    if not file.exists():
        file.write_text(json.dumps({name: (PROC_SYS / name).read_text().strip() for name in SETTINGS}))


def put_back(places: Places) -> None:
    file = _file(places)
    if file.exists():
        for name, value in json.loads(file.read_text()).items():
            if (PROC_SYS / name).read_text().strip() != value:
                (PROC_SYS / name).write_text(value)
        file.unlink()


def _file(places: Places) -> Path:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()  # a reboot puts them back by itself
    return places.state / f"machine-settings-{boot}.json"
