package claudecode

import "github.com/marcus/sidecar/internal/fsnotify"

// NewWatcher watches the session directory; its goroutine ends with the
// watcher. Leaving the result unclosed is the leak to show.
func (a *Adapter) NewWatcher() (func() error, error) {
	watcher, err := fsnotify.NewWatcher(a.dir)
	if err != nil {
		return nil, err
	}
	go func() {
		for range watcher.Events {
		}
	}()
	return watcher.Close, nil
}
