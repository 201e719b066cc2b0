package gitstatus

import (
	tea "github.com/marcus/sidecar/internal/bubbletea/v2"
	"github.com/marcus/sidecar/internal/fsnotify"
)

// Watcher notices changes of the repository.
type Watcher struct {
	Changed chan struct{} // what the one listener command waits for
	fs      *fsnotify.Watcher
}

// NewWatcher watches the directories of a repository.
func NewWatcher(dirs ...string) (*Watcher, error) {
	fs, err := fsnotify.NewWatcher(dirs...)
	if err != nil {
		return nil, err
	}
	w := &Watcher{Changed: make(chan struct{}, 1), fs: fs}
	go w.run()
	return w, nil
}

func (w *Watcher) run() {
	for range w.fs.Events {
		select {
		case w.Changed <- struct{}{}:
		default:
		}
	}
}

// ListenForWatchEvents waits for a change; it is parked for hours by design. Its
// message is itself: listen again.
func (w *Watcher) ListenForWatchEvents() tea.Msg {
	<-w.Changed
	return tea.Cmd(w.ListenForWatchEvents)
}
