"""TLS and HTTP over a channel that another host opens: what a server shows to somebody who is not itself.

`Session.dial` gives a direct-tcpip channel, so the connection comes from the host behind the session. A channel is
no socket that the ssl module could wrap, hence the pump between the two.
"""

import http.client
import io
import os
import ssl
from dataclasses import dataclass
from typing import Protocol

from nodes.secret import Secret


class Channel(Protocol):
    """The part of paramiko.Channel that is used here."""

    def sendall(self, s: bytes) -> None: ...
    def recv(self, nbytes: int) -> bytes: ...
    def close(self) -> None: ...


class WireError(Exception):
    """The other end closed, or did not speak the protocol that was expected."""


@dataclass(frozen=True)
class Answer:
    """status: the HTTP status code; body: decoded as UTF-8."""

    status: int
    body: str


class TlsStream:
    """A client's TLS connection over a channel; the handshake is done when the constructor returns.

    `context` decides what is verified; `server_name` is a DNS name, sent as SNI, or an address, which is not sent.
    Raises ssl.SSLError, WireError.
    """

    def __init__(self, channel: Channel, context: ssl.SSLContext, server_name: str) -> None:
        self._channel = channel
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=server_name)
        while True:
            try:
                self._tls.do_handshake()
                self._flush()
                return
            except ssl.SSLWantReadError:
                self._flush()
                self._feed("during the handshake")

    @property
    def certificate(self) -> str:
        """The certificate that the server presented, as PEM."""
        der = self._tls.getpeercert(binary_form=True)
        if der is None:
            raise WireError("the server presented no certificate")
        return ssl.DER_cert_to_PEM_cert(der)

    def send(self, data: bytes) -> None:
        self._tls.write(data)
        self._flush()

    def read_to_end(self) -> bytes:
        whole = b""
        while True:
            try:
                part = self._tls.read(65536)
            except ssl.SSLWantReadError:
                received = self._channel.recv(65536)
                if not received:
                    return whole
                self._in.write(received)
                continue
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return whole
            if not part:
                return whole
            whole += part

    def _flush(self) -> None:
        if pending := self._out.read():
            self._channel.sendall(pending)

    def _feed(self, when: str) -> None:
        received = self._channel.recv(65536)
        if not received:
            self._in.write_eof()
            raise WireError(f"the connection was closed {when}")
        self._in.write(received)


def trusting(ca_pem: str) -> ssl.SSLContext:
    """A client context that accepts what this CA has signed, for the name or address that is asked for."""
    context = ssl.create_default_context(cadata=ca_pem)
    # A cluster's CA is older than RFC 5280's strictest readers: kubeadm's carry no authority key identifier.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    return context


def undemanding() -> ssl.SSLContext:
    """A client context that looks at any certificate, to say what a wrong one holds; it proves nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def identify(context: ssl.SSLContext, certificate_pem: str, key: Secret) -> None:
    """Show this certificate to servers that ask for one. Raises ssl.SSLError where the two do not fit.

    The ssl module takes files alone, so it is given one that lies in memory and has no name. Linux only.
    """
    with os.fdopen(os.memfd_create("credential"), "wb", buffering=0) as file:
        file.write(key.reveal().rstrip() + b"\n" + certificate_pem.encode())
        context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")


def presented(channel: Channel, context: ssl.SSLContext, server_name: str) -> str:
    """The certificate (PEM) that a server presents, accepted by `context`. Closes the channel."""
    try:
        return TlsStream(channel, context, server_name).certificate
    finally:
        channel.close()


def get(channel: Channel, path: str, host: str, context: ssl.SSLContext | None = None) -> Answer:
    """One HTTP GET, over TLS where a context is given. Closes the channel. Raises WireError, ssl.SSLError, OSError."""
    return _asked(channel, f"GET {path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n", host, path, context)


def post(channel: Channel, path: str, host: str, body: str, context: ssl.SSLContext) -> Answer:
    """One HTTP POST of a JSON document, otherwise as `get`."""
    headers = f"Host: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n"
    request = f"POST {path} HTTP/1.0\r\n{headers}Connection: close\r\n\r\n{body}"
    return _asked(channel, request, host, path, context)


def _asked(channel: Channel, text: str, host: str, path: str, context: ssl.SSLContext | None) -> Answer:
    request = text.encode()
    try:
        if context is not None:
            stream = TlsStream(channel, context, host)
            stream.send(request)
            raw = stream.read_to_end()
        else:
            channel.sendall(request)
            raw = b""
            while part := channel.recv(65536):
                raw += part
    finally:
        channel.close()
    response = http.client.HTTPResponse(_Recorded(raw))  # type: ignore[arg-type]  # it only asks for makefile
    try:
        response.begin()
        return Answer(response.status, response.read().decode(errors="replace"))
    except http.client.HTTPException as error:
        raise WireError(f"no HTTP answer from {host}{path}: {error!r}") from error


class _Recorded:
    """What http.client asks of a socket, over bytes that are here already."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)
