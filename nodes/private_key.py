"""The operator's own SSH key, read before any connection is made."""

import getpass
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import paramiko

PASSPHRASE = "KUBEADM_HA_KEY_PASSPHRASE"  # noqa: S105  # its name, not itself
"""The environment variable that holds the passphrase of a locked key, where nobody can be asked for it."""

_TRIES = 3

# By path and digest of the file, so that the passphrase is asked for once and never kept itself.
_unlocked: dict[tuple[Path, str], paramiko.PKey] = {}


class UnreadableKeyError(Exception):
    """str() says what is wrong and, after a colon, what to write instead."""


def read(path: Path) -> paramiko.PKey:
    """The private key in `path`, an OpenSSH or PEM file.

    The passphrase of a locked one is the environment's, or else asked for on the terminal, once a run. Raises
    UnreadableKeyError.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableKeyError(f"there is no key file {path}: write the path of a private SSH key") from None
    except IsADirectoryError:
        raise UnreadableKeyError(f"the key file {path} is a folder: write the path of a private SSH key") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnreadableKeyError(f"the key file {path} cannot be read ({reason}): make it readable to you") from None
    if path.suffix == ".pub" or content.startswith((b"ssh-", b"ecdsa-", b"sk-")):
        private = path.with_suffix("") if path.suffix == ".pub" else "the private one"
        raise UnreadableKeyError(f"the key file {path} holds a public key: write {private}")
    try:
        return paramiko.PKey.from_path(path)
    except paramiko.PasswordRequiredException:
        pass
    except (paramiko.SSHException, paramiko.pkey.UnknownKeyType, ValueError, TypeError, IndexError) as error:
        if "assword" not in str(error):  # cryptography's own words for PEM files
            raise UnreadableKeyError(
                f"the key file {path} holds no private SSH key: write the path of one made by `ssh-keygen -t ed25519`"
            ) from None
    of_this_file = (path, hashlib.sha256(content).hexdigest())
    if of_this_file not in _unlocked:
        _unlocked[of_this_file] = _unlock(path)
    return _unlocked[of_this_file]


def _unlock(path: Path) -> paramiko.PKey:
    if PASSPHRASE in os.environ:
        if key := _opened(path, os.environ[PASSPHRASE]):
            return key
        raise UnreadableKeyError(f"the passphrase in {PASSPHRASE} does not open the key file {path}: correct it")
    asked = False
    for passphrase in _passphrases(path):
        asked = True
        if key := _opened(path, passphrase):
            return key
    if asked:
        raise UnreadableKeyError(f"none of these passphrases opens the key file {path}: try `ssh-keygen -yf {path}`")
    raise UnreadableKeyError(
        f"the key file {path} is locked with a passphrase, and there is no terminal to ask for it: set {PASSPHRASE} in"
        f" the environment, or run `ssh-add {path}` and leave `key` out, the agent's keys are then used"
    )


def _passphrases(path: Path) -> Iterator[str]:
    """What a person types on the terminal, as often as she may try; nothing where there is none."""
    try:
        with Path("/dev/tty").open("r+b", buffering=0):
            pass
    except OSError:
        return
    for _ in range(_TRIES):
        yield getpass.getpass(f"passphrase of {path}: ")


def _opened(path: Path, passphrase: str) -> paramiko.PKey | None:
    try:
        # Its declaration says text, and what it hands it on to takes bytes alone.
        return paramiko.PKey.from_path(path, passphrase.encode())  # type: ignore[arg-type]
    except (paramiko.SSHException, ValueError, TypeError, IndexError):
        return None
