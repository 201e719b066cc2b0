// Package codex reads the session files of another coding agent.
package codex

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/marcus/sidecar/internal/statedir"
)

// MetadataBytes is about what one remembered session takes.
const MetadataBytes = 1 << 10

// Adapter knows the session tree and caches what it has seen.
type Adapter struct {
	dir      string
	metadata map[string]*metadata
}

type metadata struct {
	id   string
	text [MetadataBytes - 128]byte
}

// New returns the adapter for a home directory.
func New(home string) *Adapter {
	return &Adapter{
		dir:      filepath.Join(home, ".codex", "sessions"),
		metadata: make(map[string]*metadata),
	}
}

// OpenRollout writes a new session file below its day and leaves it open.
func (a *Adapter) OpenRollout() (func() error, error) {
	now, id := time.Now().UTC(), statedir.UUID()
	dir := filepath.Join(a.dir, now.Format("2006/01/02"))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "rollout-"+now.Format("2006-01-02T15-04-05")+"-"+id+".jsonl")
	text := fmt.Sprintf(`{"type":"session_meta","payload":{"id":%q,"cwd":"/src/repo"}}`+"\n", id)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return file.Close, nil
}

// RememberSession adds one entry to the cache that nobody prunes.
func (a *Adapter) RememberSession() (func() error, error) {
	id := statedir.UUID()
	a.cacheMetadata(id)
	return func() error {
		delete(a.metadata, id)
		return nil
	}, nil
}

func (a *Adapter) cacheMetadata(id string) {
	entry := &metadata{id: id}
	for i := range entry.text {
		entry.text[i] = byte(i)
	}
	a.metadata[id] = entry
}
