"""The operator's own SSH key, read before any connection is made."""

from pathlib import Path

import paramiko


class UnreadableKeyError(Exception):
    """str() says what is wrong and, after a colon, what to write instead."""


def read(path: Path) -> paramiko.PKey:
    """The private key in `path`, an OpenSSH or PEM file without a passphrase. Raises UnreadableKeyError."""
    try:
        beginning = path.read_bytes()[:100]
    except FileNotFoundError:
        raise UnreadableKeyError(f"there is no key file {path}: write the path of a private SSH key") from None
    except IsADirectoryError:
        raise UnreadableKeyError(f"the key file {path} is a folder: write the path of a private SSH key") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnreadableKeyError(f"the key file {path} cannot be read ({reason}): make it readable to you") from None
    if path.suffix == ".pub" or beginning.startswith((b"ssh-", b"ecdsa-", b"sk-")):
        private = path.with_suffix("") if path.suffix == ".pub" else "the private one"
        raise UnreadableKeyError(f"the key file {path} holds a public key: write {private}")
    try:
        return paramiko.PKey.from_path(path)
    except paramiko.PasswordRequiredException:
        raise _locked(path) from None
    except (paramiko.SSHException, paramiko.pkey.UnknownKeyType, ValueError, TypeError, IndexError) as error:
        if "assword" in str(error):  # cryptography's own words for PEM files
            raise _locked(path) from None
        raise UnreadableKeyError(
            f"the key file {path} holds no private SSH key: write the path of one made by `ssh-keygen -t ed25519`"
        ) from None


def _locked(path: Path) -> UnreadableKeyError:
    return UnreadableKeyError(
        f"the key file {path} is locked with a passphrase: run `ssh-add {path}` and leave `key` out, the agent's keys "
        "are then used"
    )
