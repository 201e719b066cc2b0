//go:build web

package main

import (
	"net"
	"net/http"
	_ "net/http/pprof"
)

func serve() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, nil)
	return listener.Addr().String()
}
