package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/"

var errAgain = errors.New("the connection failed under the request (net/http would have tried again)")

type target struct {
	url, namespace, name, serverName, dial, ca, cert, key, token string
	timeout                                                      time.Duration
}

func targetFlags(flags *flag.FlagSet) *target {
	var t target
	inCluster := "https://" + net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
	flags.StringVar(&t.url, "url", inCluster, "the API server, https://HOST:PORT")
	flags.StringVar(&t.namespace, "namespace", "default", "where the ConfigMap is")
	flags.StringVar(&t.name, "name", "probe", "the ConfigMap, created if it is not there")
	flags.StringVar(&t.serverName, "server-name", "", "the name that the certificate must be valid for, if not the URL's host")
	flags.StringVar(&t.dial, "dial", "", "connect to this HOST:PORT instead of the URL's")
	flags.StringVar(&t.ca, "ca", serviceAccount+"ca.crt", "the authority that signs the server's certificate")
	flags.StringVar(&t.cert, "cert", "", "client certificate (else the service account's token)")
	flags.StringVar(&t.key, "key", "", "the client certificate's key")
	flags.StringVar(&t.token, "token", serviceAccount+"token", "file that holds a bearer token")
	flags.DurationVar(&t.timeout, "timeout", 5*time.Second, "how long a request may take")
	return &t
}

// client sends each request once. Most share a connection; after a lost request the next ones open a new one.
type client struct {
	target
	tls  *tls.Config
	kept atomic.Pointer[http.Transport]
}

func newClient(t target) (*client, error) {
	authority, err := os.ReadFile(t.ca)
	if err != nil {
		return nil, err
	}
	settings := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: t.serverName}
	if !settings.RootCAs.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("no certificate in %s", t.ca)
	}
	if t.cert != "" {
		pair, err := tls.LoadX509KeyPair(t.cert, t.key)
		if err != nil {
			return nil, err
		}
		settings.Certificates = []tls.Certificate{pair}
	}
	c := &client{target: t, tls: settings}
	c.kept.Store(c.transport())
	return c, nil
}

func (c *client) transport() *http.Transport {
	dialer := net.Dialer{Timeout: c.timeout}
	return &http.Transport{
		TLSClientConfig:   c.tls.Clone(),
		ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if c.dial != "" {
				address = c.dial
			}
			return dialer.DialContext(ctx, network, address)
		},
	}
}

func (c *client) create() error {
	body := fmt.Sprintf(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":%q}}`, c.name)
	err := c.send(http.MethodPost, "", "application/json", body, false)
	var status statusError
	if errors.As(err, &status) && status.code == http.StatusConflict {
		return nil
	}
	return err
}

func (c *client) read(fresh bool) error { return c.send(http.MethodGet, "/"+c.name, "", "", fresh) }

func (c *client) write(number int, fresh bool) error {
	body := fmt.Sprintf(`{"data":{"counter":"%d"}}`, number)
	return c.send(http.MethodPatch, "/"+c.name, "application/merge-patch+json", body, fresh)
}

type statusError struct {
	code int
	said string
}

func (e statusError) Error() string { return fmt.Sprintf("status %d: %s", e.code, e.said) }

// send makes one request and never a second: net/http repeats some by itself when a kept connection breaks, so a
// request that is given a second connection is cancelled and counts as failed.
func (c *client) send(method, path, contentType, body string, fresh bool) error {
	kept := c.kept.Load()
	transport := kept
	if fresh {
		transport = c.transport()
		defer transport.CloseIdleConnections()
	}
	deadline, stop := context.WithTimeoutCause(context.Background(), c.timeout, fmt.Errorf("no answer in %s", c.timeout))
	defer stop()
	ctx, cancel := context.WithCancelCause(deadline)
	defer cancel(nil)
	var connections atomic.Int32
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		if connections.Add(1) > 1 {
			cancel(errAgain)
		}
	}})
	err := c.roundTrip(ctx, transport, method, path, contentType, body)
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		err = fmt.Errorf("%w (%w)", cause, err)
	}
	var status statusError
	if !fresh && !errors.As(err, &status) && c.kept.CompareAndSwap(kept, c.transport()) {
		kept.CloseIdleConnections()
	}
	return err
}

func (c *client) roundTrip(ctx context.Context, transport *http.Transport, method, path, contentType, body string) error {
	url := c.url + "/api/v1/namespaces/" + c.namespace + "/configmaps" + path
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if c.cert == "" {
		token, err := os.ReadFile(c.token) // each time: the kubelet renews it
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return statusError{answer.StatusCode, string(said[:min(len(said), 300)])}
	}
	return nil
}
