"""Many objects in little time: through the API like anybody's, on several connections that stay open."""

import base64
import http.client
import json
import os
import ssl
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

CONNECTIONS = 16
SIZE = 1024  # bytes of data in each
EACH_NAMESPACE = 1000
NAMESPACE = "many-{number}"


def create(count: int, address: str, admin_conf: Path) -> float:
    """Create so many ConfigMaps, a thousand a namespace; gives the seconds it took. Raises OSError when one fails."""
    began, context = time.monotonic(), _as_the_admin(admin_conf)
    spaces = [NAMESPACE.format(number=number) for number in range(-(-count // EACH_NAMESPACE))]
    _post_all(address, context, [("/api/v1/namespaces", _object(space)) for space in spaces])
    names = [(spaces[number // EACH_NAMESPACE], f"one-{number}") for number in range(count)]
    wanted = [(f"/api/v1/namespaces/{space}/configmaps", _object(name, data=True)) for space, name in names]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [wanted[share::CONNECTIONS] for share in range(CONNECTIONS)]
        list(pool.map(lambda share: _post_all(address, context, share), shares))
    return time.monotonic() - began


def _post_all(address: str, context: ssl.SSLContext, objects: list[tuple[str, bytes]]) -> None:
    connection = http.client.HTTPSConnection(address, 6443, context=context, timeout=30)
    try:
        for path, body in objects:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != http.HTTPStatus.CREATED:
                raise OSError(f"POST {path}: {answer.status} {said.decode(errors='replace')[:300]}")
    finally:
        connection.close()


def _object(name: str, *, data: bool = False) -> bytes:
    # random: a database that could be pressed together would be no measure of anything
    content = {"data": {"value": base64.b64encode(os.urandom(SIZE * 3 // 4)).decode()}} if data else {}
    return json.dumps({"metadata": {"name": name}, **content}).encode()


def _as_the_admin(admin_conf: Path) -> ssl.SSLContext:
    config = yaml.safe_load(admin_conf.read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    with tempfile.NamedTemporaryFile() as pair:  # its owner's alone; the context takes its key from a file only
        for part in ("client-certificate-data", "client-key-data"):
            pair.write(base64.b64decode(user[part]))
        pair.flush()
        context.load_cert_chain(pair.name)
    return context
