"""The host keys that the operator has accepted, and the sentences for a key that is not among them."""

import shlex
from pathlib import Path

import paramiko
from paramiko.hostkeys import InvalidHostKey


class UnreadableKnownHostsError(Exception):
    """str() says what is wrong and, after a colon, what to write instead."""


def read(path: Path) -> paramiko.HostKeys:
    """The keys in an OpenSSH known_hosts file. Raises UnreadableKnownHostsError."""
    try:
        text = path.read_text(errors="replace")
    except FileNotFoundError:
        raise UnreadableKnownHostsError(
            f"there is no known_hosts file {path}: make it with `ssh-keyscan ADDRESS … > {path}` and compare its "
            "fingerprints with those on the hosts' consoles"
        ) from None
    except IsADirectoryError:
        raise UnreadableKnownHostsError(f"known_hosts {path} is a folder: write the path of a file") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnreadableKnownHostsError(
            f"the known_hosts file {path} cannot be read ({reason}): make it readable to you"
        ) from None
    for number, line in enumerate(text.splitlines(), 1):
        # paramiko skips lines with markers, and a revoked key that also stands in a plain line would pass.
        if line.startswith("@revoked"):
            raise UnreadableKnownHostsError(
                f"known_hosts {path} revokes a key in its line {number}, which is not understood here: remove that "
                "key's other lines and this one"
            )
    try:
        return paramiko.HostKeys(str(path))
    except (InvalidHostKey, paramiko.SSHException, ValueError, IndexError) as error:
        line = str(getattr(error, "line", error))[:60]
        raise UnreadableKnownHostsError(
            f"known_hosts {path} holds a line that is no host key ({line!r}): write lines as `ssh-keyscan` prints them"
        ) from None


def name_of(address: str, port: int) -> str:
    """The name under which known_hosts files keep a host that is reached at this address and port."""
    return address if port == 22 else f"[{address}]:{port}"


def unknown(path: Path, address: str, port: int, presented: paramiko.PKey, scan: str = "") -> str:
    """What to say of a host whose key nobody has accepted yet; `scan` is what gets ssh-keyscan to it."""
    return (
        f"its host key is unknown: {path} has no line for {name_of(address, port)}, and it presents "
        f"{_shown(presented)}. {_compare(presented)}; if that is the same, accept it with "
        f"`{_scan(path, address, port, presented, scan)}` and look at it with `ssh-keygen -lf {_quoted(path)} -F "
        f"{_quoted(name_of(address, port))}`"
    )


def changed(
    path: Path, address: str, port: int, presented: paramiko.PKey, expected: paramiko.PKey, scan: str = ""
) -> str:
    """What to say of a host whose key is another one than was accepted."""
    return (
        f"its host key has CHANGED: {path} has {_shown(expected)} for {name_of(address, port)}, and it presents "
        f"{_shown(presented)}. Either the host was installed anew or another machine answers in its place. "
        f"{_compare(presented)}; only if that is the same, replace the old key with `ssh-keygen -R "
        f"{_quoted(name_of(address, port))} -f {_quoted(path)}` and `{_scan(path, address, port, presented, scan)}`"
    )


def _shown(key: paramiko.PKey) -> str:
    return f"{key.fingerprint} ({key.get_name()})"


def _kind(key: paramiko.PKey) -> str:
    """The word that ssh-keyscan and the names of sshd's key files use for this type of key."""
    return {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}.get(key.get_name(), "ecdsa")


def _compare(presented: paramiko.PKey) -> str:
    return f"On the host's own console run `ssh-keygen -lf /etc/ssh/ssh_host_{_kind(presented)}_key.pub`"


def _scan(path: Path, address: str, port: int, presented: paramiko.PKey, through: str) -> str:
    at_port = "" if port == 22 else f"-p {port} "
    return f"{through}ssh-keyscan {at_port}-t {_kind(presented)} {address} >> {_quoted(path)}"


def _quoted(word: object) -> str:
    return shlex.quote(str(word))
