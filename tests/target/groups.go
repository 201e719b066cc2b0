package main

import (
	"github.com/marcus/sidecar/internal/adapter/claudecode"
	"github.com/marcus/sidecar/internal/adapter/codex"
	"github.com/marcus/sidecar/internal/ansi"
	"github.com/marcus/sidecar/internal/event"
	"github.com/marcus/sidecar/internal/fsnotify"
	"github.com/marcus/sidecar/internal/mapping"
	"github.com/marcus/sidecar/internal/openfiles"
	"github.com/marcus/sidecar/internal/plugins/conversations"
	"github.com/marcus/sidecar/internal/plugins/workspace"
	"github.com/marcus/sidecar/internal/stage"
	"github.com/marcus/sidecar/internal/store"
	"github.com/marcus/sidecar/internal/tty"
)

// makeGroups is the table of everything that can be grown.
func (a *app) makeGroups() []*group {
	return []*group{
		newGroup("heap", "bytes retained by a named function", a.heapKinds()),
		newGroup("files", "descriptors left open", a.fileKinds()),
		newGroup("goroutines", "goroutines parked for ever", goroutineKinds()),
		newGroup("fetch", "fetches of the task database", a.fetchKinds()),
		newGroup("mmap", "regions of mapped memory", a.mapKinds()),
		newGroup("cpu", "processor time", cpuKinds()),
		newGroup("children", "child processes", a.childKinds()),
	}
}

func newGroup(name, help string, kinds []stage.Kind) *group {
	g := &group{name: name, help: help}
	for _, kind := range kinds {
		g.holders = append(g.holders, stage.NewHolder(kind))
	}
	return g
}

func (a *app) heapKinds() []stage.Kind {
	return []stage.Kind{
		{Name: "bytes", Step: workspace.CaptureBytes, Add: a.panes.Capture,
			Help: "[]byte of pane captures"},
		{Name: "session", Step: claudecode.SessionBytes, Add: a.claude.LoadSession,
			Help: "loaded sessions"},
		{Name: "scanner", Step: claudecode.ScannerBytes, Add: a.claude.ScanSession,
			Help: "bufio.Scanner with its buffer"},
		{Name: "json", Step: claudecode.TreeBytes, Add: a.claude.ParseSession,
			Help: "trees made by json.Unmarshal"},
		{Name: "map", Step: codex.MetadataBytes, Add: a.codex.RememberSession,
			Help: "entries of a map"},
		{Name: "append", Step: conversations.BatchBytes, Add: a.conversations.AppendMessages,
			Help: "one slice grown by append in a loop"},
		{Name: "substring", Step: workspace.CaptureBytes, Add: a.panes.Update,
			Help: "short substrings that keep whole captures"},
	}
}

func (a *app) fileKinds() []stage.Kind {
	opener := &openfiles.Opener{Dir: a.dir.Path("tmp")}
	uglies := &openfiles.Opener{Dir: a.dir.Path("tmp")} // counts from the first of the names
	logs := &openfiles.Opener{Dir: a.dir.Path("tmp")}
	parts := &openfiles.Opener{Dir: a.dir.Path("tmp")}
	watches := &openfiles.Watches{Opener: openfiles.Opener{Dir: a.dir.Path("tmp")}}
	return []stage.Kind{
		{Name: "claude", FDs: 1, Add: a.claude.OpenSession,
			Help: "session files below home/.claude/projects"},
		{Name: "codex", FDs: 1, Add: a.codex.OpenRollout,
			Help: "session files below home/.codex/sessions"},
		{Name: "same", FDs: 1, Add: a.claude.ReopenSession, Help: "one session file, again and again"},
		{Name: "db", FDs: 1, Add: openfiles.OpenPath(a.dir.IssuesDB()), Help: "handles on issues.db"},
		{Name: "dir", FDs: 1, Add: opener.OpenDir, Help: "directories"},
		{Name: "deleted", FDs: 1, Add: opener.OpenDeleted, Help: "unlinked files"},
		{Name: "rotated", FDs: 1, Add: logs.OpenRotated, Help: "unlinked logs with a date in their name"},
		{Name: "part", FDs: 1, Add: parts.OpenPart, Help: "files of different names"},
		{Name: "process", FDs: 1, Add: openfiles.OpenProcess, Help: "handles of a process"},
		{Name: "namespace", FDs: 1, Add: openfiles.OpenNamespace, Help: "handles of a namespace"},
		{Name: "ugly", FDs: 1, Add: uglies.OpenUgly, Help: "files with names that hurt screens"},
		{Name: "pipe", FDs: 2, Add: openfiles.OpenPipe, Help: "pipes, 2 descriptors each"},
		{Name: "unix", FDs: 2, Add: openfiles.OpenUnix, Help: "unix socket pairs, 2 descriptors each"},
		{Name: "tcp", FDs: 2, Add: openfiles.OpenTCP, Help: "TCP connections, 2 descriptors each"},
		{Name: "listener", FDs: 1, Add: openfiles.OpenListener, Help: "TCP listeners"},
		{Name: "closewait", FDs: 1, Add: openfiles.OpenCloseWait, Help: "connections in CLOSE_WAIT"},
		{Name: "inotify", FDs: 1, Add: fsnotify.OpenInstance, Help: "inotify instances nobody reads"},
		{Name: "watch", Add: watches.Watch, Help: "watches on one inotify instance (which stays)"},
		{Name: "watcher", FDs: 1, Add: a.claude.NewWatcher,
			Help: "watchers: inotify instance, watch, 2 goroutines"},
	}
}

func goroutineKinds() []stage.Kind {
	blocking := new(tty.Blocking)
	return []stage.Kind{
		{Name: "recv", Add: event.Listen, Help: "chan receive"},
		{Name: "send", Add: event.Publish, Help: "chan send"},
		{Name: "select", Add: event.Merge, Help: "select"},
		{Name: "sleep", Add: tty.BackOff, Help: "sleep; not releasable"},
		{Name: "mutex", Add: store.LockState, Help: "sync.Mutex.Lock"},
		{Name: "rlock", Add: store.ReadState, Help: "sync.RWMutex.RLock"},
		{Name: "wlock", Add: store.WriteState, Help: "sync.RWMutex.Lock"},
		{Name: "waitgroup", Add: store.DrainPool, Help: "sync.WaitGroup.Wait"},
		{Name: "cond", Add: event.WaitReady, Help: "sync.Cond.Wait"},
		{Name: "io", FDs: 2, Add: tty.ReadControl, Help: "IO wait on a pipe, 2 descriptors each"},
		{Name: "syscall", Add: blocking.ReadDevice,
			Help: "system call: one thread each (and one pipe that stays)"},
		{Name: "nilchan", Add: event.ListenNil, Help: "chan receive (nil chan); not releasable"},
		{Name: "forever", Add: event.Forever, Help: "select (no cases); not releasable"},
	}
}

func (a *app) fetchKinds() []stage.Kind {
	return []stage.Kind{
		{Name: "stuck", Add: a.monitor.FetchStuck,
			Help: "fetches that wait for each other; end when all are released"},
		{Name: "poll", Add: a.monitor.Fetch, Live: a.monitor.Live,
			Help: "fetches that end unless issues.db is locked (reply counts those under way)"},
	}
}

func (a *app) mapKinds() []stage.Kind {
	mapper := new(mapping.Mapper)
	return []stage.Kind{
		{Name: "anon", Add: mapper.MapAnonymous, Help: "anonymous regions of 64 KiB"},
		{Name: "file", Add: mapping.FileMapper(a.dir.IssuesDB()), Help: "mappings of issues.db"},
	}
}

func cpuKinds() []stage.Kind {
	return []stage.Kind{
		{Name: "burn", Add: ansi.StartRender, Help: "threads that compute without pause"},
		{Name: "poll", Add: workspace.StartPollChain,
			Help: "poll chains: about 5 % of a core and 3 goroutines each"},
	}
}

func (a *app) childKinds() []stage.Kind {
	git := &a.git
	return []stage.Kind{
		{Name: "git", Add: git.Starter("git", "--version"), Live: git.Live, Help: "git --version"},
		{Name: "true", Add: git.Starter("true"), Live: git.Live, Help: "true"},
		{Name: "stay", FDs: childFDs, Add: git.StartClient, Help: "children that stay, with a pipe"},
		{Name: "zombie", Add: git.StartZombie, Help: "ended children never waited for"},
	}
}
