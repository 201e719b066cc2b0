//go:build !linux || !go1.23

package main

// childFDs is what a waited-for child costs: a pipe.
const childFDs = 1
