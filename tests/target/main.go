// Command sidecar stands in for the program of that name: a process that looks
// from outside like a healthy idle one, and that makes leaks on command.
//
//	sidecar [-state DIR] [-do "COMMAND; COMMAND"] [-exit-on-eof]
//	sidecar -hold-lock FILE -mode shared|reserved|exclusive
//
// Profiles are served when SIDECAR_PPROF is set: 1 is port 6060, 0 a free port,
// any other number that port; always on 127.0.0.1. When everything in -do has
// been done it prints
//
//	ready pid=PID pprof=PORT state=DIR
//
// with port 0 when no profiles are served. DIR is to the end of the line: the
// one of -state, which stays, or a fresh one that is removed at the end.
//
// From then on each line on standard input is a command and has one line of
// reply, "ok TEXT" or "error TEXT", when it is complete. The end of standard
// input ends nothing unless -exit-on-eof is given. SIGTERM, SIGINT and SIGHUP
// end the program with status 0.
//
// Most commands grow something:
//
//	GROUP KIND AMOUNT[/s|/m] [DURATION]
//
// AMOUNT is a number with K, M or G (powers of 1024): bytes for the group heap,
// pieces for all others. Without a rate it is added before the reply; with one
// it is added from then on, until "stop", "release", an error (see "status") or
// the end of DURATION (such as 10s), which makes a plateau. The reply is
//
//	ok GROUP KIND held=N
//
// Bytes are rounded up to the pieces of a kind (1 to 256 KiB). Examples:
//
//	heap scanner 1M/s       files claude 50        goroutines send 5/s 20s
//	fetch stuck 20          cpu poll 1             double cpu poll 5s
//	mmap anon 3000          children git 10/s      lock exclusive
//	release heap json 4M    close claude           idle-heap 200M
//
// "help", like the flag -h, lists all groups, kinds and commands.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strings"

	tea "github.com/marcus/sidecar/internal/bubbletea/v2"
	"github.com/marcus/sidecar/internal/sqlite"
	"github.com/marcus/sidecar/internal/statedir"
)

// options are the flags.
type options struct {
	state     string
	do        string
	exitOnEOF bool
	holdLock  string
	mode      string
}

func main() {
	os.Exit(realMain())
}

func realMain() int {
	opts := parseFlags()
	if opts.holdLock != "" {
		return holdLock(opts)
	}
	port := startPprof()
	a, err := newApp(opts.state)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer a.close()
	if err := a.doAll(opts.do); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	return a.run(func() tea.Msg {
		fmt.Printf("ready pid=%d pprof=%d state=%s\n", os.Getpid(), port, a.dir.Root)
		go a.serve(opts.exitOnEOF)
		return nil
	})
}

func parseFlags() options {
	var opts options
	flag.StringVar(&opts.state, "state", "", "`directory` to work in; default: a fresh one")
	flag.StringVar(&opts.do, "do", "", "`commands` to do first, separated by ;")
	flag.BoolVar(&opts.exitOnEOF, "exit-on-eof", false, "end when standard input ends")
	flag.StringVar(&opts.holdLock, "hold-lock", "", "lock a database `file` and do nothing else")
	flag.StringVar(&opts.mode, "mode", "exclusive", "shared, reserved or exclusive")
	flag.Usage = usage
	flag.Parse()
	if flag.NArg() > 0 {
		usage()
		os.Exit(2)
	}
	return opts
}

func usage() {
	out := flag.CommandLine.Output()
	fmt.Fprintln(out, "usage: sidecar [flags]; then a command per line on standard input")
	flag.PrintDefaults()
	fmt.Fprintf(out, "\ncommands:\n%s\n", helpText((&app{dir: new(statedir.Dir)}).makeGroups()))
}

func holdLock(opts options) int {
	if err := sqlite.Hold(opts.holdLock, opts.mode, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// doAll runs the commands of -do and stops at the first that fails.
func (a *app) doAll(text string) error {
	for _, line := range strings.Split(text, ";") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if _, err := a.execute(line); err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSpace(line), err)
		}
		a.doAfter()
	}
	return nil
}

// serve answers the lines on standard input.
func (a *app) serve(exitOnEOF bool) {
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		if text, err := a.execute(scanner.Text()); err != nil {
			fmt.Printf("error %s\n", oneLine(err.Error()))
		} else {
			fmt.Printf("ok %s\n", oneLine(text))
			a.doAfter()
		}
	}
	if exitOnEOF {
		a.program.Send(tea.QuitMsg{})
	}
}

// doAfter does what a command left to do when its reply is out.
func (a *app) doAfter() {
	if after := a.after; after != nil {
		a.after = nil
		after()
	}
}

func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
}
