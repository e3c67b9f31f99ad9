"""Putting one file in its place on a node: whole or not at all, and what stood there is kept."""

import hashlib
import shlex
from pathlib import PurePosixPath

from nodes.hosts import KEPT
from nodes.secret import Secret
from nodes.session import Session

# The bytes come over stdin, never in argv. They are written beside the folder and not in it, for the kubelet reads
# every file of its manifests folder that has no leading dot (kubernetes#136962); the digest is compared before the
# rename, because a connection cut in the middle looks like the end of the file. What a killed run left is removed: it
# may be a part of a key, and the lock says that nobody else is writing.
_SCRIPT = r"""
set -eu
umask 077
path={path} mode={mode} digest={digest} kept={kept}
folder=$(dirname "$path")
mkdir -p -m 0700 "$kept"
mkdir -p -m 0755 "$folder"
beside=$(dirname "$folder")
rm -f "$beside"/.kubeadm-ha.*
new=$(mktemp "$beside/.kubeadm-ha.XXXXXXXX")
trap 'rm -f "$new"' EXIT
trap 'exit 75' HUP INT TERM
cat > "$new"
echo "$digest  $new" | sha256sum --check --status || {{ echo "only a part of the file arrived" >&2; exit 75; }}
chown 0:0 "$new"
chmod "$mode" "$new"
sync "$new"
if [ -e "$path" ]; then
  mkdir -p "$kept/replaced$folder"
  old="$kept/replaced$path.$(date -u +%Y%m%dT%H%M%S.%NZ)"
  cp -a "$path" "$old"
  sync "$old"
fi
mv -T "$new" "$path"
sync "$folder"
trap - EXIT
"""


def place(session: Session, path: str, content: bytes | Secret, mode: int) -> None:
    """Write `content` to `path` as root with `mode`; the file that stood there goes to the node's own store.

    The temporary name is on the same filesystem only while `path`'s folder is no mount point of its own; `mv` then
    fails over to a copy, so the folders that a step writes to are those that kubeadm keeps on the root filesystem.
    """
    data = content.reveal() if isinstance(content, Secret) else content
    script = _SCRIPT.format(
        path=shlex.quote(str(PurePosixPath(path))),
        mode=f"{mode:04o}",
        digest=hashlib.sha256(data).hexdigest(),
        kept=shlex.quote(KEPT),
    )
    session.check(script, stdin=content)
