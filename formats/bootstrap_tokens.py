"""Bootstrap tokens and their signatures under kube-public/cluster-info.

A signature is a detached JWS, HEADER..SIGNATURE, HMAC-SHA256 with the token's secret over HEADER.PAYLOAD, the payload
being the ConfigMap's kubeconfig (kubernetes/cluster-bootstrap, token/jws/jws.go).
"""

import base64
import hashlib
import hmac
import json


def unsigned(cluster_info: str, secrets: str) -> list[str]:
    """Ids of the tokens meant for signing whose signature is missing or does not fit.

    `cluster_info` is the ConfigMap and `secrets` the list of token Secrets, both as kubectl's JSON.
    """
    data = json.loads(cluster_info)["data"]
    faulty = []
    for item in json.loads(secrets)["items"]:
        token = {key: base64.b64decode(value) for key, value in item.get("data", {}).items()}
        if token.get("usage-bootstrap-signing") != b"true":
            continue
        identity = token["token-id"].decode()
        if not _fits(data.get(f"jws-kubeconfig-{identity}", ""), data["kubeconfig"].encode(), token["token-secret"]):
            faulty.append(identity)
    return faulty


def _fits(signature: str, content: bytes, secret: bytes) -> bool:
    header, dots, given = signature.partition("..")
    if not dots:
        return False
    wanted = hmac.new(secret, header.encode() + b"." + _base64url(content), hashlib.sha256).digest()
    return hmac.compare_digest(_base64url(wanted), given.encode())


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
