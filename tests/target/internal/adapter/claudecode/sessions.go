// Package claudecode reads the session files of one coding agent.
package claudecode

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/marcus/sidecar/internal/statedir"
)

// Adapter knows where the sessions of one project are and what was read.
type Adapter struct {
	dir      string
	sessions []*Session
	scanners []*bufio.Scanner
	trees    [][]interface{}
}

// Session is one conversation with everything read of it.
type Session struct {
	ID       string
	Messages []byte
}

// New returns the adapter of a project below a home directory.
func New(home, project string) (*Adapter, error) {
	encoded := strings.NewReplacer("/", "-", ".", "-", "_", "-").Replace(project)
	dir := filepath.Join(home, ".claude", "projects", encoded)
	return &Adapter{dir: dir}, os.MkdirAll(dir, 0o755)
}

// Dir is the directory of the session files.
func (a *Adapter) Dir() string { return a.dir }

// OpenSession writes a new session and leaves its file open.
func (a *Adapter) OpenSession() (func() error, error) {
	id := statedir.UUID()
	path := filepath.Join(a.dir, id+".jsonl")
	if err := os.WriteFile(path, transcript(id), 0o644); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return file.Close, nil
}

// ReopenSession opens one and the same session file once more.
func (a *Adapter) ReopenSession() (func() error, error) {
	const id = "5f0c2a4e-9d1b-4c7a-8e21-3b6f7d905a10"
	path := filepath.Join(a.dir, id+".jsonl")
	if _, err := os.Stat(path); err != nil {
		if err := os.WriteFile(path, transcript(id), 0o644); err != nil {
			return nil, err
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return file.Close, nil
}

// transcript is a session of a few lines.
func transcript(id string) []byte {
	var text strings.Builder
	for i, role := range []string{"user", "assistant", "user", "assistant"} {
		fmt.Fprintf(&text, `{"type":%q,"uuid":%q,"sessionId":%q,"timestamp":"2026-08-22T10:%02d:00Z",`+
			`"message":{"role":%q,"content":"line %d"}}`+"\n", role, statedir.UUID(), id, i, role, i)
	}
	return []byte(text.String())
}
