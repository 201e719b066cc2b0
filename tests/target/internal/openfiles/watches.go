package openfiles

import (
	"os"

	"github.com/marcus/sidecar/internal/fsnotify"
)

// Watches puts more and more directories on one inotify instance, which the
// first of them opens and which stays open.
type Watches struct {
	Opener
	bare fsnotify.Bare
}

// Watch adds one.
func (w *Watches) Watch() (func() error, error) {
	path := w.next("watched-%d")
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, err
	}
	return w.bare.AddWatch(path)
}
