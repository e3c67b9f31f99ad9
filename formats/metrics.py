"""Prometheus text, as /metrics of apiservers, controllers and kube-proxies answers it."""

from prometheus_client.parser import text_string_to_metric_families


def value(text: str, name: str, /, **labels: str) -> float | None:
    """The first sample of exactly that name that carries all these labels; None where there is none.

    A histogram's samples are asked for by their own names (…_count, …_sum, …_bucket). ValueError where a line
    with the name isn't Prometheus text.
    """
    # An apiserver answers a megabyte or more, and the parser is slow: it sees only the lines that can matter.
    lines = "".join(line for line in text.splitlines(keepends=True) if line.startswith(name))
    for family in text_string_to_metric_families(lines):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return float(sample.value)
    return None


def quantile(text: str, name: str, part: float) -> float | None:
    """The bound of a histogram under which that part of all it has counted lies (0.99: all but one in a hundred).

    None where it has counted nothing; infinity where it lies beyond the last bound.
    """
    lines = "".join(line for line in text.splitlines(keepends=True) if line.startswith(f"{name}_bucket"))
    samples = [sample for family in text_string_to_metric_families(lines) for sample in family.samples]
    buckets = sorted((float(sample.labels["le"]), sample.value) for sample in samples)
    if not buckets or not buckets[-1][1]:
        return None
    return next(bound for bound, count in buckets if count >= part * buckets[-1][1])
