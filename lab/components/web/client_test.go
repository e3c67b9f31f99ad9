package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// begin starts a server and a client of it; answer sees the number of each request for the ConfigMap, from 1.
func begin(t *testing.T, http2 bool, answer func(number int32, w http.ResponseWriter)) (*client, *atomic.Int32) {
	var requests atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(requests.Add(1), w)
	}))
	server.EnableHTTP2 = http2
	server.StartTLS()
	t.Cleanup(server.Close)
	folder := t.TempDir()
	ca, token := filepath.Join(folder, "ca"), filepath.Join(folder, "token")
	block := pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	_ = os.WriteFile(ca, pem.EncodeToMemory(&block), 0o600)
	_ = os.WriteFile(token, []byte("x"), 0o600)
	address := strings.TrimPrefix(server.URL, "https://")
	c, err := newClient(target{
		url: "https://api.lab:1", dial: address, serverName: "example.com", ca: ca, token: token, timeout: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, &requests
}

func hangUp(http.ResponseWriter) { panic(http.ErrAbortHandler) }

func TestARequestWhoseKeptConnectionBreaksIsLostAndNotRepeated(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		c, requests := begin(t, http2, func(number int32, w http.ResponseWriter) {
			if number == 2 {
				hangUp(w)
			}
		})
		if err := c.read(false); err != nil {
			t.Fatal(err)
		}
		if err := c.read(false); err == nil {
			t.Error("a broken connection was not a lost request")
		}
		if requests.Load() != 2 {
			t.Errorf("the server saw %d requests, not 2", requests.Load())
		}
		if err := c.write(3, false); err != nil {
			t.Error("no new connection after a lost request:", err)
		}
	}
}

func TestASlowAnswerIsLost(t *testing.T) {
	c, _ := begin(t, true, func(int32, http.ResponseWriter) { time.Sleep(1500 * time.Millisecond) })
	if err := c.read(true); err == nil || !strings.Contains(err.Error(), "no answer in 1s") {
		t.Error("not lost for being late:", err)
	}
}

func TestAStatusOtherThanSuccessIsLost(t *testing.T) {
	c, _ := begin(t, true, func(_ int32, w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
	if err := c.write(1, false); err == nil || !strings.Contains(err.Error(), "status 503") {
		t.Error("not lost:", err)
	}
}
