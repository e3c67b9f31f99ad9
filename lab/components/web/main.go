// Command web is the lab's workload: a web server that says which pod answered, and, as `web probe`, a client that
// counts what an API server loses.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "probe" {
		os.Exit(probe(os.Args[2:]))
	}
	os.Exit(serve())
}

// serve answers every GET / with the pod's name, so that a caller sees which of several pods it reached.
func serve() int {
	name, err := os.Hostname()
	if err != nil {
		fmt.Fprintln(os.Stderr, "web: no host name:", err)
		return 1
	}
	http.HandleFunc("GET /{$}", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprintln(answer, name) })
	server := http.Server{Addr: ":8080", ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintln(os.Stderr, "web:", server.ListenAndServe())
	return 1
}
