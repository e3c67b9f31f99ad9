"""Which bootstrap tokens have signed the cluster-info that stands there."""

import json
from base64 import b64encode, urlsafe_b64decode

import pytest

from formats.bootstrap_tokens import unsigned

# RFC 7515, A.1: a signature with HMAC-SHA256; detached, as RFC 7515 F has it, the middle part is left out.
CONTENT = '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
KEY = urlsafe_b64decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==")
SIGNATURE = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9..dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def info(content: str = CONTENT, **signatures: str) -> str:
    data = {"kubeconfig": content} | {f"jws-kubeconfig-{token}": signed for token, signed in signatures.items()}
    return json.dumps({"kind": "ConfigMap", "data": data})


def tokens(*ids: str, key: bytes = KEY, signing: bytes = b"true") -> str:
    items = [
        {
            "metadata": {"name": f"bootstrap-token-{one}"},
            "data": {
                "token-id": b64encode(one.encode()).decode(),
                "token-secret": b64encode(key).decode(),
                "usage-bootstrap-signing": b64encode(signing).decode(),
            },
        }
        for one in ids
    ]
    return json.dumps({"kind": "List", "items": items})


def test_a_signature_of_the_standards_own_fits() -> None:
    assert unsigned(info(abc123=SIGNATURE), tokens("abc123")) == []


@pytest.mark.parametrize(
    ("cluster_info", "secrets"),
    [
        (info(), tokens("abc123")),
        (info(abc123=""), tokens("abc123")),
        (info(def456=SIGNATURE), tokens("abc123")),
        (info(CONTENT + "\n", abc123=SIGNATURE), tokens("abc123")),
        (info(abc123=SIGNATURE), tokens("abc123", key=KEY[:-1])),
        (info(abc123=SIGNATURE[:-2] + "Yk"), tokens("abc123")),
        (info(abc123=SIGNATURE[1:]), tokens("abc123")),
        (info(abc123=SIGNATURE.replace("..", ".")), tokens("abc123")),
        (info(abc123=SIGNATURE.partition("..")[0] + ".."), tokens("abc123")),
    ],
    ids=[
        "none",
        "an empty one",
        "another token's",
        "of another text",
        "with another secret",
        "another",
        "another header",
        "not detached",
        "half of one",
    ],
)
def test_a_signature_that_is_missing_or_does_not_fit_is_named_by_its_token(cluster_info: str, secrets: str) -> None:
    assert unsigned(cluster_info, secrets) == ["abc123"]


def test_every_token_is_looked_at() -> None:
    assert unsigned(info(abc123=SIGNATURE), tokens("abcdef", "abc123", "fedcba")) == ["abcdef", "fedcba"]


@pytest.mark.parametrize("signing", [b"false", b""])
def test_a_token_that_is_not_for_signing_has_no_signature_to_miss(signing: bytes) -> None:
    assert unsigned(info(), tokens("abc123", signing=signing)) == []


def test_a_cluster_without_tokens_misses_none() -> None:
    assert unsigned(info(), tokens()) == []
    assert unsigned(info(), '{"kind": "List", "items": [{"metadata": {"name": "bootstrap-token-x"}}]}') == []
