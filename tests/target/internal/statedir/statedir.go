// Package statedir lays out the directory tree that the program works in: a
// home, a project with its tasks, configuration and state, all below one root
// so that nothing of the user's is ever touched.
package statedir

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Dir is one tree.
type Dir struct {
	Root  string
	fresh bool // made by us, so removed by us
}

// Open uses root, or makes a fresh temporary directory when root is "".
func Open(root string) (*Dir, error) {
	dir := &Dir{Root: root}
	var err error
	if root == "" {
		dir.fresh = true
		dir.Root, err = os.MkdirTemp("", "sidecar-state-")
	} else {
		dir.Root, err = filepath.Abs(root)
	}
	if err != nil {
		return nil, err
	}
	if err := dir.fill(); err != nil {
		return nil, err
	}
	return dir, nil
}

// Close removes a directory that Open made.
func (d *Dir) Close() error {
	if !d.fresh {
		return os.Remove(d.instance())
	}
	return os.RemoveAll(d.Root)
}

// Path joins names below the root.
func (d *Dir) Path(names ...string) string {
	return filepath.Join(append([]string{d.Root}, names...)...)
}

// Home is where the session files of the agents live.
func (d *Dir) Home() string { return d.Path("home") }

// Repo is the project that is worked on.
func (d *Dir) Repo() string { return d.Path("repo") }

// IssuesDB is the project's task database.
func (d *Dir) IssuesDB() string { return d.Path("repo", ".todos", "issues.db") }

// DebugLog is the log file.
func (d *Dir) DebugLog() string { return d.Path("config", "debug.log") }

// Requests is the inbox of open requests.
func (d *Dir) Requests() string { return d.Path("state", "sidecar", "requests") }

// Shells is the directory of the project's shell manifest.
func (d *Dir) Shells() string { return d.Path("state", "sidecar", "projects", "repo") }

func (d *Dir) instance() string {
	return d.Path("state", "sidecar", "instances", fmt.Sprintf("%d.json", os.Getpid()))
}

func (d *Dir) fill() error {
	dirs := []string{
		d.Home(), d.Path("config"), d.Requests(), d.Shells(), d.Path("tmp"), d.Path("bin"),
		d.Path("state", "sidecar", "instances"), d.Path("repo", ".todos"),
		d.Path("repo", ".git", "refs", "heads"), d.Path("repo", "internal", "app"),
		d.Path("repo", "docs"),
	}
	for _, name := range dirs {
		if err := os.MkdirAll(name, 0o755); err != nil {
			return err
		}
	}
	files := map[string][]byte{
		d.IssuesDB():                              emptyDatabase(),
		filepath.Join(d.Shells(), "shells.json"):  []byte("[]\n"),
		d.Path("repo", ".git", "HEAD"):            []byte("ref: refs/heads/main\n"),
		d.Path("repo", "internal", "app", "a.go"): []byte("package app\n"),
		d.instance():                              d.announcement(),
	}
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dir) announcement() []byte {
	host, _ := os.Hostname()
	text, _ := json.Marshal(map[string]interface{}{
		"pid": os.Getpid(), "host": host, "projectKey": "repo", "project": "repo",
		"workDir": d.Repo(), "startedAt": time.Now().Format(time.RFC3339Nano),
	})
	return text
}

// emptyDatabase is an SQLite file of one page without tables, so that other
// tools can open it.
func emptyDatabase() []byte {
	page := make([]byte, 4096)
	copy(page, "SQLite format 3\x00")
	put16, put32 := binary.BigEndian.PutUint16, binary.BigEndian.PutUint32
	put16(page[16:], 4096)
	copy(page[18:], []byte{1, 1, 0, 64, 32, 32})
	put32(page[24:], 1) // change counter
	put32(page[28:], 1) // pages
	put32(page[44:], 4) // schema format
	put32(page[56:], 1) // UTF-8
	put32(page[92:], 1) // version valid for this change counter
	page[100] = 0x0d    // leaf page of a table, no cells
	put16(page[105:], 4096)
	return page
}

// UUID returns a random one, as session files are named by.
func UUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}
