//go:build go1.23

package main

import "iter"

// A coroutine that waits to be asked again.
func init() {
	ways["coroutine"] = func() {
		next, stop := iter.Pull(func(yield func(int) bool) { yield(1) })
		defer stop()
		next()
		<-parked.values
	}
}
