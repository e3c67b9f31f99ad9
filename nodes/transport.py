"""paramiko's transport, which here keeps what a server says of a channel that it does not open.

paramiko hands on the number of the reason alone: "connect failed", whether a port refused, nobody answered, or a
router said no. Which of them it was decides whether the way between two hosts is proven.
"""

import paramiko


class Transport(paramiko.Transport):
    """`said` is the server's word for the last refusal; empty while there was none."""

    said = ""

    def _parse_channel_open_failure(self, m: paramiko.Message) -> None:
        m.get_int()  # the channel
        m.get_int()  # the reason's number
        self.said = m.get_text()
        m.rewind()
        super()._parse_channel_open_failure(m)  # type: ignore[misc]  # the stubs leave it out
