"""What Kubernetes' /readyz and /healthz say beside their status."""


def failing(body: str) -> str:
    """What does not hold, in one line.

    A server that is not ready lists all that it looks at, a line each, with [+] in front of what holds. A body of
    another kind is given as it is, its lines joined.
    """
    return "; ".join(line for line in body.strip().splitlines() if not line.startswith("[+]"))
