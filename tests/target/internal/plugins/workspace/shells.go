package workspace

import (
	tea "github.com/marcus/sidecar/internal/bubbletea/v2"
	"github.com/marcus/sidecar/internal/fsnotify"
)

// ShellWatcher notices changes of the shell manifest.
type ShellWatcher struct {
	Changed chan struct{} // what the one listener command waits for
	fs      *fsnotify.Watcher
}

// NewShellWatcher watches the directories.
func NewShellWatcher(dirs ...string) (*ShellWatcher, error) {
	fs, err := fsnotify.NewWatcher(dirs...)
	if err != nil {
		return nil, err
	}
	w := &ShellWatcher{Changed: make(chan struct{}, 1), fs: fs}
	go w.run()
	return w, nil
}

func (w *ShellWatcher) run() {
	for range w.fs.Events {
		select {
		case w.Changed <- struct{}{}:
		default:
		}
	}
}

// ListenForShellManifestChanges waits for a change; it is parked for hours by design. Its
// message is itself: listen again.
func (w *ShellWatcher) ListenForShellManifestChanges() tea.Msg {
	<-w.Changed
	return tea.Cmd(w.ListenForShellManifestChanges)
}
