"""TLS and HTTP over a channel, against a real TLS server on loopback.

A connected socket has what is used of a paramiko channel; that one leads here is tested with the session.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from formats import certificates
from nodes.secret import Secret
from nodes.wire import Answer, TlsStream, WireError, get, identify, post, presented, trusting, undemanding
from tests.formats.authorities import Authority, make_authority

REQUEST = certificates.Request("kube-apiserver", names=("api.lab",), addresses=("127.0.0.1",), usages=("serverAuth",))
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"

Serve = Callable[..., "Server"]
Serving = Callable[..., tuple[ssl.SSLContext, str]]


class Server:
    """Gives `answer` to whoever asks, and hangs up; over TLS where it has a context."""

    def __init__(self, answer: bytes, context: ssl.SSLContext | None) -> None:
        self.names: list[str | None] = []
        self.requests: list[bytes] = []
        self._answer, self._context = answer, context
        if context is not None:
            context.sni_callback = lambda _connection, name, _context: self.names.append(name)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def dial(self) -> socket.socket:
        return socket.create_connection(self._listening.getsockname(), timeout=5)

    def stop(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listening.accept()[0]
            except OSError:
                return
            with suppress(OSError), connection:  # a client that does not like the certificate goes away
                connection.settimeout(5)
                if self._context is None:
                    self._talk(connection)
                else:
                    with self._context.wrap_socket(connection, server_side=True) as encrypted:
                        self._talk(encrypted)

    def _talk(self, connection: socket.socket) -> None:
        self.requests.append(connection.recv(65536))
        connection.sendall(self._answer)


@pytest.fixture(scope="module")
def ca() -> Authority:
    return make_authority("kubernetes", "ECDSA-P256")


@pytest.fixture
def serving(ca: Authority, tmp_path: Path) -> Serving:
    """A server's context with a certificate that this CA has signed, and the certificate."""

    def make(by: Authority = ca, request: certificates.Request = REQUEST) -> tuple[ssl.SSLContext, str]:
        key = certificates.new_key("ECDSA-P256")
        pem = certificates.sign(request, key, by.pem, by.key, datetime.now(UTC))
        (tmp_path / "server.pem").write_bytes(key + pem.encode())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "server.pem")
        return context, pem

    return make


@pytest.fixture
def serve() -> Iterator[Serve]:
    started: list[Server] = []

    def start(answer: bytes = OK, context: ssl.SSLContext | None = None) -> Server:
        started.append(Server(answer, context))
        return started[-1]

    yield start
    for server in started:
        server.stop()


class TestPresented:
    def test_the_certificate_is_the_servers_own(self, serve: Serve, serving: Serving, ca: Authority) -> None:
        context, pem = serving()
        assert presented(serve(context=context).dial(), trusting(ca.pem), "127.0.0.1") == pem

    @pytest.mark.parametrize("name", ["api.lab", "127.0.0.1"])
    def test_it_is_verified_for_the_name_or_address_that_is_asked_for(
        self, serve: Serve, serving: Serving, ca: Authority, name: str
    ) -> None:
        context, pem = serving()
        assert presented(serve(context=context).dial(), trusting(ca.pem), name) == pem

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("10.24.138.208", "certificate is not valid for '10.24.138.208'"),
            ("kubernetes", "certificate is not valid for 'kubernetes'"),
        ],
    )
    def test_another_name_or_address_is_refused_by_name(
        self, serve: Serve, serving: Serving, ca: Authority, name: str, words: str
    ) -> None:
        context, _ = serving()
        with pytest.raises(ssl.SSLCertVerificationError, match=words):
            presented(serve(context=context).dial(), trusting(ca.pem), name)

    def test_another_authoritys_certificate_is_refused(self, serve: Serve, serving: Serving, ca: Authority) -> None:
        context, _ = serving(by=make_authority("kubernetes", "ECDSA-P256"))
        with pytest.raises(ssl.SSLCertVerificationError):
            presented(serve(context=context).dial(), trusting(ca.pem), "127.0.0.1")

    def test_who_demands_nothing_sees_any_certificate(self, serve: Serve, serving: Serving) -> None:
        context, pem = serving(
            by=make_authority("another", "ECDSA-P256"), request=certificates.Request("somebody", names=("else",))
        )
        assert presented(serve(context=context).dial(), undemanding(), "10.24.138.208") == pem

    @pytest.mark.parametrize(("name", "sent"), [("api.lab", ["api.lab"]), ("127.0.0.1", [None])])
    def test_a_name_is_sent_to_the_server_and_an_address_is_not(
        self,
        serve: Serve,
        serving: Serving,
        ca: Authority,
        name: str,
        sent: list[str | None],
    ) -> None:
        """An apiserver chooses its certificate by the name that it is sent, where it has several."""
        server = serve(context=serving()[0])
        presented(server.dial(), trusting(ca.pem), name)
        assert server.names == sent

    def test_the_authorities_own_certificate_may_be_as_old_as_kubeadms(self, serve: Serve, serving: Serving) -> None:
        """An RSA one, without what newer readers demand (VERIFY_X509_STRICT)."""
        old = make_authority("kubernetes", "RSA-2048")
        context, pem = serving(by=old)
        assert presented(serve(context=context).dial(), trusting(old.pem), "api.lab") == pem

    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_both_versions_that_apiservers_speak_will_do(
        self,
        serve: Serve,
        serving: Serving,
        ca: Authority,
        version: ssl.TLSVersion,
    ) -> None:
        context, pem = serving()
        context.minimum_version = context.maximum_version = version
        assert presented(serve(context=context).dial(), trusting(ca.pem), "api.lab") == pem

    def test_a_server_that_would_like_a_clients_certificate_does_without(
        self, serve: Serve, serving: Serving, ca: Authority
    ) -> None:
        """As every apiserver would."""
        context, _ = serving()
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=ca.pem)
        answer = get(serve(context=context).dial(), "/readyz", "127.0.0.1", trusting(ca.pem))
        assert answer == Answer(200, "ok")

    def test_a_server_that_hangs_up_is_said(self, serve: Serve) -> None:
        with pytest.raises(WireError, match="closed during the handshake"):
            presented(serve(answer=b"").dial(), undemanding(), "127.0.0.1")

    def test_a_server_without_tls_is_an_error(self, serve: Serve) -> None:
        with pytest.raises(ssl.SSLError):
            presented(serve().dial(), undemanding(), "127.0.0.1")

    def test_the_channel_is_closed_however_it_ends(self, serve: Serve, serving: Serving, ca: Authority) -> None:
        context, _ = serving()
        good, bad = (serve(context=context).dial() for _ in range(2))
        presented(good, trusting(ca.pem), "api.lab")
        with pytest.raises(ssl.SSLError):
            presented(bad, trusting(ca.pem), "another")
        assert (good.fileno(), bad.fileno()) == (-1, -1)


class TestGet:
    def test_the_answer_is_status_and_body(self, serve: Serve, serving: Serving, ca: Authority) -> None:
        server = serve(context=serving()[0])
        assert get(server.dial(), "/readyz?verbose", "api.lab", trusting(ca.pem)) == Answer(200, "ok")
        assert server.requests == [b"GET /readyz?verbose HTTP/1.0\r\nHost: api.lab\r\nConnection: close\r\n\r\n"]

    def test_without_tls_it_is_the_same(self, serve: Serve) -> None:
        """kube-proxy's health and etcd's metrics speak plain HTTP."""
        assert get(serve().dial(), "/healthz", "127.0.0.1") == Answer(200, "ok")

    def test_a_refusal_is_an_answer(self, serve: Serve) -> None:
        answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 8\r\n\r\nstarting"
        assert get(serve(answer).dial(), "/healthz", "127.0.0.1") == Answer(503, "starting")

    @pytest.mark.parametrize("encrypted", [True, False])
    def test_a_long_answer_is_whole(self, serve: Serve, serving: Serving, encrypted: bool) -> None:
        body = b"metric 1\n" * 100_000
        context = serving()[0] if encrypted else None
        server = serve(b"HTTP/1.0 200 OK\r\n\r\n" + body, context)
        assert get(server.dial(), "/metrics", "127.0.0.1", context and undemanding()).body == body.decode()

    def test_an_answer_in_chunks_is_put_together(self, serve: Serve) -> None:
        answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n6\r\n again\r\n0\r\n\r\n"
        assert get(serve(answer).dial(), "/", "127.0.0.1") == Answer(200, "ok again")

    def test_what_is_no_text_is_shown_as_far_as_it_goes(self, serve: Serve) -> None:
        answer = b"HTTP/1.0 200 OK\r\n\r\n\xff\xfe ok"
        assert get(serve(answer).dial(), "/", "127.0.0.1").body == "\ufffd\ufffd ok"

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            b"HTTP/1.1 20",
        ],
        ids=["nothing", "no HTTP", "half a body", "half a line"],
    )
    def test_what_is_no_whole_answer_is_an_error_with_the_place(self, serve: Serve, answer: bytes) -> None:
        """Half an answer must not pass for a short one."""
        with pytest.raises(WireError, match=r"no HTTP answer from 127\.0\.0\.1/healthz"):
            get(serve(answer).dial(), "/healthz", "127.0.0.1")

    def test_the_channel_is_closed_however_it_ends(self, serve: Serve) -> None:
        good, bad = serve().dial(), serve(b"nothing").dial()
        get(good, "/", "127.0.0.1")
        with pytest.raises(WireError):
            get(bad, "/", "127.0.0.1")
        assert (good.fileno(), bad.fileno()) == (-1, -1)


class TestTlsStream:
    def test_a_connection_stays_open_between_two_requests(self, serve: Serve, serving: Serving, ca: Authority) -> None:
        """What an idle watch is: nothing for a while, then something."""
        channel = serve(context=serving()[0]).dial()
        stream = TlsStream(channel, trusting(ca.pem), "api.lab")
        assert stream.certificate.startswith("-----BEGIN CERTIFICATE-----")
        stream.send(b"GET / HTTP/1.0\r\n\r\n")
        assert stream.read_to_end() == OK
        channel.close()


class TestIdentity:
    """A server that asks its client for a certificate, as the controllers and the apiserver do."""

    @pytest.fixture
    def asking(self, serving: Serving, ca: Authority, tmp_path: Path) -> ssl.SSLContext:
        context, _ = serving()
        (tmp_path / "clients.pem").write_text(ca.pem)
        context.load_verify_locations(tmp_path / "clients.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def test_a_client_with_a_certificate_is_let_in(self, serve: Serve, asking: ssl.SSLContext, ca: Authority) -> None:
        key = certificates.new_key("RSA-2048")
        request = certificates.Request("kubernetes-admin", usages=("clientAuth",))
        context = trusting(ca.pem)
        identify(context, certificates.sign(request, key, ca.pem, ca.key, datetime.now(UTC)), Secret(key))
        assert get(serve(context=asking).dial(), "/", "api.lab", context) == Answer(200, "ok")

    def test_a_post_is_a_json_document_of_its_own_length(
        self, serve: Serve, asking: ssl.SSLContext, ca: Authority
    ) -> None:
        """In bytes: etcd's gateway reads that many, and waits for what is missing."""
        key = certificates.new_key("RSA-2048")
        request = certificates.Request("etcd", usages=("clientAuth",))
        context = trusting(ca.pem)
        identify(context, certificates.sign(request, key, ca.pem, ca.key, datetime.now(UTC)), Secret(key))
        server = serve(context=asking)
        assert post(server.dial(), "/v3/maintenance/alarm", "api.lab", '{"é": 1}', context) == Answer(200, "ok")
        (sent,) = server.requests
        head, _, body = sent.decode().partition("\r\n\r\n")
        assert body == '{"é": 1}'
        first, *headers = head.split("\r\n")
        assert first == "POST /v3/maintenance/alarm HTTP/1.0"
        assert set(headers) == {
            "Host: api.lab",
            "Content-Type: application/json",
            "Content-Length: 9",
            "Connection: close",
        }

    def test_one_without_is_not(self, serve: Serve, asking: ssl.SSLContext, ca: Authority) -> None:
        with pytest.raises((ssl.SSLError, WireError, OSError)):
            get(serve(context=asking).dial(), "/", "api.lab", trusting(ca.pem))

    def test_a_key_of_another_certificate_is_told_without_it(self, ca: Authority) -> None:
        other = certificates.new_key("ECDSA-P256")
        with pytest.raises(ssl.SSLError) as error:
            identify(undemanding(), ca.pem, Secret(other))
        assert other.decode()[40:80] not in str(error.value)
