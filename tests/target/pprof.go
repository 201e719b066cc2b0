package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof" // registers on the default mux, as the real program does
	"os"
	"strings"
)

// startPprof serves profiles when SIDECAR_PPROF asks for it: "1" is port 6060,
// anything else is taken as a port and may fail, which ends nothing. Returns
// the port in use, 0 for none.
func startPprof() int {
	value := os.Getenv("SIDECAR_PPROF")
	if value == "" {
		return 0
	}
	if value == "1" {
		value = "6060"
	}
	port := make(chan int, 1)
	go servePprof(value, port)
	return <-port
}

// servePprof prints the notice before it listens: the notice is no proof.
func servePprof(value string, port chan<- int) {
	fmt.Fprintf(os.Stderr, "pprof enabled on http://localhost:%s/debug/pprof/\n", value)
	// Some resolvers take a port with a leading space; do so with all of them.
	listener, err := net.Listen("tcp", "localhost:"+strings.TrimLeft(value, " "))
	if err != nil {
		fmt.Fprintf(os.Stderr, "pprof server error: %v\n", err)
		port <- 0
		return
	}
	port <- listener.Addr().(*net.TCPAddr).Port
	server := &http.Server{}
	if err := server.Serve(listener); err != nil {
		fmt.Fprintf(os.Stderr, "pprof server error: %v\n", err)
	}
}
