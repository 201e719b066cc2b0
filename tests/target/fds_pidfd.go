//go:build linux && go1.23

package main

// childFDs is what a waited-for child costs: a pipe, and since Go 1.23 a
// descriptor of the process.
const childFDs = 2
