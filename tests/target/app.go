package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/marcus/sidecar/internal/adapter/claudecode"
	"github.com/marcus/sidecar/internal/adapter/codex"
	tea "github.com/marcus/sidecar/internal/bubbletea/v2"
	"github.com/marcus/sidecar/internal/plugins/conversations"
	"github.com/marcus/sidecar/internal/plugins/filebrowser"
	"github.com/marcus/sidecar/internal/plugins/gitstatus"
	"github.com/marcus/sidecar/internal/plugins/workspace"
	"github.com/marcus/sidecar/internal/stage"
	"github.com/marcus/sidecar/internal/statedir"
	"github.com/marcus/sidecar/internal/tty"
	"github.com/marcus/sidecar/internal/uirequest"
	"github.com/marcus/sidecar/pkg/monitor"
)

// tickPeriod is the pace of the two idle tick chains.
const tickPeriod = time.Second

// app is the running program: the healthy part of it, and the groups of what
// the commands hold.
type app struct {
	dir     *statedir.Dir
	log     *os.File
	keys    *tty.Keys
	program *tea.Program

	claude        *claudecode.Adapter
	codex         *codex.Adapter
	conversations conversations.Plugin
	panes         workspace.PaneCache
	git           gitstatus.Runner
	monitor       *monitor.Model
	listeners     []tea.Cmd

	groups []*group
	locks  lockHolder
	churn  churner
	idle   idleHeap
	after  func() // what the last command left to do after its reply
}

// group is the kinds that one command word knows.
type group struct {
	name    string
	help    string
	holders []*stage.Holder
}

func newApp(stateDir string) (*app, error) {
	dir, err := statedir.Open(stateDir)
	if err != nil {
		return nil, err
	}
	a := &app{dir: dir}
	if err := a.start(); err != nil {
		_ = dir.Close()
		return nil, err
	}
	a.groups = a.makeGroups()
	a.program = a.newProgram()
	return a, nil
}

func (a *app) newProgram() *tea.Program {
	ends, resize := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	signal.Notify(resize, syscall.SIGWINCH)
	return tea.NewProgram(a.update, ends, resize)
}

// start opens what a healthy idle program has open.
func (a *app) start() error {
	if err := os.Chdir(a.dir.Repo()); err != nil {
		return err
	}
	var err error
	flags := os.O_APPEND | os.O_CREATE | os.O_WRONLY
	if a.log, err = os.OpenFile(a.dir.DebugLog(), flags, 0o644); err != nil {
		return err
	}
	log.SetOutput(a.log)
	log.Printf("sidecar paths: state=%s config=%s project-root=%s",
		a.dir.Path("state"), a.dir.Path("config"), a.dir.Repo())
	if a.keys, err = tty.NewKeys(); err != nil {
		return err
	}
	if a.monitor, err = monitor.NewModel(a.dir.IssuesDB()); err != nil {
		return err
	}
	if a.claude, err = claudecode.New(a.dir.Home(), a.dir.Repo()); err != nil {
		return err
	}
	a.codex = codex.New(a.dir.Home())
	a.panes.StartCleanup()
	return a.startWatchers()
}

func (a *app) startWatchers() error {
	git, err := gitstatus.NewWatcher(a.dir.Path("repo", ".git"), a.dir.Path("repo", ".git", "refs"),
		a.dir.Path("repo", ".git", "refs", "heads"))
	if err != nil {
		return err
	}
	files, err := filebrowser.NewTreeWatcher(a.dir.Repo(), a.dir.Path("repo", "internal"),
		a.dir.Path("repo", "docs"))
	if err != nil {
		return err
	}
	shells, err := workspace.NewShellWatcher(a.dir.Shells())
	if err != nil {
		return err
	}
	requests, err := uirequest.NewWatcher(a.dir.Requests())
	if err != nil {
		return err
	}
	a.listeners = []tea.Cmd{
		git.ListenForWatchEvents, files.ListenForWatchEvents,
		shells.ListenForShellManifestChanges, requests.ListenForUIRequests,
	}
	return nil
}

// run is the program's loop; it returns the exit status. ready is called when
// the rest is up.
func (a *app) run(ready tea.Cmd) int {
	return a.program.Run(tea.Batch(append(a.listeners, appTick(), monitorTick(), ready)...))
}

type (
	appTickMsg     time.Time
	monitorTickMsg time.Time
)

func appTick() tea.Cmd {
	return tea.Tick(tickPeriod, func(t time.Time) tea.Msg { return appTickMsg(t) })
}

func monitorTick() tea.Cmd {
	return tea.Tick(tickPeriod, func(t time.Time) tea.Msg { return monitorTickMsg(t) })
}

// update keeps each tick chain and each listener going.
func (a *app) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.Cmd:
		return msg
	case appTickMsg:
		return appTick()
	case monitorTickMsg:
		return tea.Batch(monitorTick())
	}
	return nil
}

// close lets the outside go; the rest ends with the process.
func (a *app) close() {
	a.locks.release()
	for _, group := range a.groups {
		for _, holder := range group.holders {
			holder.Stop()
		}
	}
	if zombies := a.find("children", "zombie"); zombies != nil {
		_ = zombies.Release(0)
	}
	if err := a.dir.Close(); err != nil {
		fmt.Fprintln(os.Stderr, strings.TrimSpace(err.Error()))
	}
}

// find returns the holder of a kind, nil when there is none.
func (a *app) find(groupName, kind string) *stage.Holder {
	for _, group := range a.groups {
		if group.name != groupName {
			continue
		}
		for _, holder := range group.holders {
			if holder.Name == kind {
				return holder
			}
		}
	}
	return nil
}
