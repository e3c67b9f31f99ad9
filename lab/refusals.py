"""What the lab says when it will not start: one sentence with what to do, exit code 2, nothing changed."""


class Refusal(Exception):  # noqa: N818
    """The lab cannot do what was asked on this machine; str() says why and what to do instead."""
