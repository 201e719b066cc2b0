//go:build !web

package main

func serve() string { return "" }
