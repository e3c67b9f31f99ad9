"""nginx's configuration and unit as the runbook writes them."""

import configparser
import re

import pytest

from changes.balancer import UNIT
from formats import balancer
from formats.balancer import CONFIGURATION

MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so"
BACKENDS = ["10.27.53.32:6443", "10.24.138.208:6443", "10.27.52.72:6443"]
TEXT = balancer.configuration("10.27.52.72:8443", BACKENDS, MODULE)


def test_the_configuration_leads_from_the_endpoint_to_every_backend() -> None:
    assert re.findall(r"^\s*server (\S+) ", TEXT, re.MULTILINE)[:3] == BACKENDS
    assert re.findall(r"^\s*listen ([^ ;]+)", TEXT, re.MULTILINE) == ["10.27.52.72:8443", "127.0.0.1:18443"]


def test_braces_are_closed() -> None:
    assert TEXT.count("{") == TEXT.count("}") == 5


@pytest.mark.parametrize(
    ("directive", "why"),
    [
        ("proxy_timeout 24h;", "3s, the article's, cuts every watch; 10m cuts an idle exec"),
        ("proxy_connect_timeout 1s;", "a dead master must not hold a client for a minute"),
        ("so_keepalive=30s:10s:3;", "the kernel waits two hours"),
        ("proxy_socket_keepalive on;", "the same towards the apiserver"),
        ("max_fails=1 fail_timeout=5s;", "one failure puts a master aside, not for long"),
        ("worker_connections 16384;", "two for each client"),
    ],
)
def test_what_others_have_learned_the_hard_way_is_in_it(directive: str, why: str) -> None:
    assert directive in TEXT, why


def test_the_module_is_loaded_where_it_is_one() -> None:
    assert f"load_module {MODULE};\n" in TEXT
    assert "load_module" not in balancer.configuration("10.27.52.72:8443", BACKENDS, "")


def test_addresses_of_the_other_family_are_in_brackets_as_given() -> None:
    text = balancer.configuration("[fd00:27:52::72]:8443", ["[fd00:27:53::32]:6443"], "")
    assert "listen [fd00:27:52::72]:8443 " in text
    assert "server [fd00:27:53::32]:6443 " in text


def test_a_configuration_claims_its_own_digest() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", balancer.digest(TEXT))
    assert f"return {balancer.digest(TEXT)};" in TEXT


def test_another_configuration_claims_another() -> None:
    others = [
        balancer.configuration("10.27.52.72:8444", BACKENDS, MODULE),
        balancer.configuration("10.27.52.72:8443", BACKENDS[:2], MODULE),
        balancer.configuration("10.27.52.72:8443", BACKENDS, ""),
    ]
    assert len({balancer.digest(text) for text in (TEXT, *others)}) == 4


@pytest.mark.parametrize(
    "edited",
    [
        TEXT.replace("24h", "3s"),
        TEXT + "# a remark\n",
        TEXT.replace(balancer.digest(TEXT), "0" * 64),
        TEXT.replace(balancer.digest(TEXT), "f" * 64),
        TEXT.replace(f"return {balancer.digest(TEXT)};", ""),
        TEXT.replace(f"return {balancer.digest(TEXT)};", "return hello;"),
        "",
    ],
    ids=["a value", "a remark", "zeros", "another digest", "no digest", "no hexadecimal", "nothing"],
)
def test_what_somebody_has_edited_claims_nothing(edited: str) -> None:
    assert balancer.digest(edited) == ""


DEBIAN = (
    "nginx version: nginx/1.22.1\nbuilt with OpenSSL 3.0.15 3 Sep 2024\nTLS SNI support enabled\n"
    "configure arguments: --with-cc-opt='-g -O2' --prefix=/usr/share/nginx --conf-path=/etc/nginx/nginx.conf"
    " --modules-path=/usr/lib/nginx/modules --with-compat --with-threads --with-http_ssl_module"
    " --with-mail=dynamic --with-stream=dynamic --with-stream_geoip_module=dynamic --with-stream_ssl_module"
)
UPSTREAM = (
    "nginx version: nginx/1.29.3\nconfigure arguments: --prefix=/etc/nginx --with-stream --with-stream_ssl_module"
)


@pytest.mark.parametrize(
    ("version", "module"),
    [
        (DEBIAN, MODULE),
        (DEBIAN.replace(" --modules-path=/usr/lib/nginx/modules", ""), "modules/ngx_stream_module.so"),
        (UPSTREAM, ""),
        ("configure arguments: --with-stream", ""),
        ("configure arguments: --with-stream\n", ""),
        ("configure arguments: --with-stream_ssl_module --with-http_ssl_module", None),
        ("nginx version: nginx/1.29.3\nconfigure arguments:", None),
        ("sh: 1: nginx: not found", None),
    ],
    ids=[
        "Debian's",
        "no modules-path",
        "nginx.org's",
        "at the end",
        "a line's end",
        "only its options",
        "bare",
        "none",
    ],
)
def test_the_stream_module_is_where_the_build_put_it(version: str, module: str | None) -> None:
    assert balancer.stream_module(version) == module


def test_the_unit_starts_nginx_with_the_configuration_that_is_written() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names are case-sensitive
    unit.read_string(balancer.unit("/opt/nginx/sbin/nginx"))
    assert unit["Service"]["ExecStart"].startswith(f"/opt/nginx/sbin/nginx -c {CONFIGURATION} ")
    assert unit["Service"]["ExecReload"] == "/bin/kill -HUP $MAINPID", "a reload keeps the connections that are open"
    assert unit["Install"]["WantedBy"] == "multi-user.target"
    assert UNIT.removesuffix(".service") in CONFIGURATION.replace("/etc/kubeadm-ha/", "kubeadm-ha-")
