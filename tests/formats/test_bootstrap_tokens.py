"""Which bootstrap tokens have signed the cluster-info that stands there."""

import json
from base64 import b64encode

import pytest

from formats.bootstrap_tokens import unsigned

# The sample of Kubernetes' own tests: k8s.io/cluster-bootstrap, token/jws/jws_test.go.
CONTENT = "Hello from the other side. I must have called a thousand times."
SECRET = "my voice is my passport"  # noqa: S105
SIGNATURE = "eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..VShe2taLd-YTrmWuRkcL_8QTNDHYxQIEBsAYYiIj1_8"


def info(content: str = CONTENT, **signatures: str) -> str:
    data = {"kubeconfig": content} | {f"jws-kubeconfig-{token}": signed for token, signed in signatures.items()}
    return json.dumps({"kind": "ConfigMap", "data": data})


def tokens(*ids: str, secret: str = SECRET, signing: str = "true") -> str:
    items = [
        {
            "metadata": {"name": f"bootstrap-token-{one}"},
            "data": {
                key: b64encode(value.encode()).decode()
                for key, value in {"token-id": one, "token-secret": secret, "usage-bootstrap-signing": signing}.items()
            },
        }
        for one in ids
    ]
    return json.dumps({"kind": "List", "items": items})


def test_a_signature_of_kubernetes_own_fits() -> None:
    assert unsigned(info(joshua=SIGNATURE), tokens("joshua")) == []


@pytest.mark.parametrize(
    ("cluster_info", "secrets"),
    [
        (info(), tokens("joshua")),
        (info(joshua=""), tokens("joshua")),
        (info(falken=SIGNATURE), tokens("joshua")),
        (info(CONTENT + "\n", joshua=SIGNATURE), tokens("joshua")),
        (info(joshua=SIGNATURE), tokens("joshua", secret="my voice")),
        (info(joshua=SIGNATURE[:-1] + "9"), tokens("joshua")),
        (info(joshua=SIGNATURE[1:]), tokens("joshua")),
        (info(joshua=SIGNATURE.replace("..", ".")), tokens("joshua")),
        (info(joshua=SIGNATURE.partition("..")[0] + ".."), tokens("joshua")),
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
    assert unsigned(cluster_info, secrets) == ["joshua"]


def test_every_token_is_looked_at() -> None:
    assert unsigned(info(joshua=SIGNATURE), tokens("abcdef", "joshua", "fedcba")) == ["abcdef", "fedcba"]


@pytest.mark.parametrize("signing", ["false", ""])
def test_a_token_that_is_not_for_signing_has_no_signature_to_miss(signing: str) -> None:
    assert unsigned(info(), tokens("joshua", signing=signing)) == []


def test_a_cluster_without_tokens_misses_none() -> None:
    assert unsigned(info(), tokens()) == []
    assert unsigned(info(), '{"kind": "List", "items": [{"metadata": {"name": "bootstrap-token-x"}}]}') == []
