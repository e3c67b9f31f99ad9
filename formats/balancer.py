"""nginx as a layer-4 balancer: its configuration and its unit, rendered; who it is, read back.

The values and the incidents behind them: docs/design.md, "The balancer".
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import jinja2

IDENTITY_PORT = 18443
"""On the balancer's loopback: answers with the digest of the configuration that nginx has loaded."""

CONFIGURATION = "/etc/kubeadm-ha/balancer.conf"
"""Where it stands on a balancer; the unit names it too."""

_PLACEHOLDER = "0" * 64
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=jinja2.StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701  # an nginx configuration, not a page
)


def configuration(listen: str, backends: Sequence[str], module: str) -> str:
    """The whole file. `listen` and `backends` are ADDRESS:PORT; `module` the stream module's path, or empty where
    it is compiled in. It holds its own digest, taken with zeros in its place."""
    template = _TEMPLATES.get_template("balancer.conf.j2")
    values = {
        "listen": listen,
        "backends": backends,
        "module": module,
        "identity": f"127.0.0.1:{IDENTITY_PORT}",
    }
    bare = template.render(**values, digest=_PLACEHOLDER)
    return template.render(**values, digest=hashlib.sha256(bare.encode()).hexdigest())


def digest(text: str) -> str:
    """The digest that a configuration claims; empty where it claims none, or another than its own text has."""
    match = re.search(r"^\s*return ([0-9a-f]{64});$", text, re.MULTILINE)
    if match is None:
        return ""
    bare = text.replace(match[1], _PLACEHOLDER)
    return match[1] if hashlib.sha256(bare.encode()).hexdigest() == match[1] else ""


def stream_module(nginx_version: str) -> str | None:
    """Where this nginx keeps its stream module: a path, "" where it is compiled in, None where it was built without.

    `nginx_version` is what `nginx -V` prints. The path is where the build puts it; whether the distribution has
    installed it there is the caller's to look at.
    """
    if re.search(r"--with-stream=dynamic\b", nginx_version):
        folder = re.search(r"--modules-path=(\S+)", nginx_version)
        return f"{folder[1] if folder else 'modules'}/ngx_stream_module.so"
    return "" if re.search(r"--with-stream(\s|$)", nginx_version) else None


def unit(program: str) -> str:
    """The systemd unit that runs it; `program` is nginx's path."""
    return _TEMPLATES.get_template("kubeadm-ha-balancer.service.j2").render(program=program)
