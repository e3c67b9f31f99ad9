"""The machine's own kernel settings, which its hosts share: kept, raised where hosts need more, and put back."""

import json
from pathlib import Path

from lab.places import Places

PROC_SYS = Path("/proc/sys")
CHANGED_BY_HOSTS = ("vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops", "fs/file-max")
# every kubelet, apiserver and systemd takes some, all as the same root; when the usual 128 are used up, none starts
AT_LEAST = {"fs/inotify/max_user_instances": 8192, "fs/inotify/max_user_watches": 524288}


def boot() -> str:
    """Names the machine's present run: another after every reboot."""
    return (PROC_SYS / "kernel/random/boot_id").read_text().strip()


def prepare(places: Places) -> None:
    """Write down what the settings are, once: what is written already is from before the lab. Then raise them."""
    if not _file(places).exists():
        _forget(places)
        names = (*CHANGED_BY_HOSTS, *AT_LEAST)
        _file(places).write_text(json.dumps({name: (PROC_SYS / name).read_text() for name in names}))
    for name, least in AT_LEAST.items():
        if int((PROC_SYS / name).read_text()) < least:
            (PROC_SYS / name).write_text(str(least))


def put_back(places: Places) -> None:
    if _file(places).exists():
        for name, value in json.loads(_file(places).read_text()).items():
            (PROC_SYS / name).write_text(value)
    _forget(places)


def _forget(places: Places) -> None:
    for file in places.state.glob("machine-settings-*.json"):
        file.unlink()


def _file(places: Places) -> Path:
    return places.state / f"machine-settings-{boot()}.json"  # a reboot puts them back by itself
