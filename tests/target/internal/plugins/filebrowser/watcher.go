// Package filebrowser shows the files of the project.
package filebrowser

import (
	tea "github.com/marcus/sidecar/internal/bubbletea/v2"
	"github.com/marcus/sidecar/internal/fsnotify"
)

// TreeWatcher notices changes below its directories.
type TreeWatcher struct {
	Changed chan struct{} // what the one listener command waits for
	fs      *fsnotify.Watcher
}

// NewTreeWatcher watches the directories.
func NewTreeWatcher(dirs ...string) (*TreeWatcher, error) {
	fs, err := fsnotify.NewWatcher(dirs...)
	if err != nil {
		return nil, err
	}
	w := &TreeWatcher{Changed: make(chan struct{}, 1), fs: fs}
	go w.run()
	return w, nil
}

func (w *TreeWatcher) run() {
	for range w.fs.Events {
		select {
		case w.Changed <- struct{}{}:
		default:
		}
	}
}

// ListenForWatchEvents waits for a change; it is parked for hours by design. Its
// message is itself: listen again.
func (w *TreeWatcher) ListenForWatchEvents() tea.Msg {
	<-w.Changed
	return tea.Cmd(w.ListenForWatchEvents)
}
