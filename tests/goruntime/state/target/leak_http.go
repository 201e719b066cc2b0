//go:build !small

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
)

var bodies []*http.Response

func init() {
	leaksOfMany["body"] = func(n int) { leakBodies(false, n) }
	leaksOfMany["kept-body"] = func(n int) { leakBodies(true, n) }
}

// leakBodies asks its own server and does not close the answers, kept or not.
func leakBodies(keep bool, n int) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		io.WriteString(w, "the beginning")
		w.(http.Flusher).Flush()
		<-never
	}))
	for i := 0; i < n; i++ {
		answer, err := http.Get(fmt.Sprintf("http://%s/feed/%d?token=secret", listener.Addr(), i))
		if err != nil {
			panic(err)
		}
		if keep {
			bodies = append(bodies, answer)
		}
	}
}
