// layout-gen writes and checks probes/goruntime/layout_table.h.
//
//	go run . -root ../../..                          compare what this toolchain says with the table
//	go run . -root ../../.. -toolchains all          the same for every toolchain of the table
//	go run . -root ../../.. -toolchains go1.28.0 -write   add or replace columns
//	go run . -root ../../.. -experiment jsonv2       does this experiment move a field?
//
// The fields are those that layout_fields.h declares. Every number comes from
// the debug information of the program in probe/, built once per toolchain and
// architecture; constants, which are in no debug information, from the
// toolchain's source. Toolchains other than the one that runs this are fetched
// through the module proxy by the go command.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// none is a column's answer for a field that this version does not have.
const none = -1

type column struct {
	release string // 1.26.8
	arch    string
	numbers map[string]int64
	classes []uint16
}

func (c *column) minor() string {
	return strings.Split(c.release, ".")[1]
}

func (c *column) key() string {
	return c.minor() + " " + c.arch
}

func main() {
	root := flag.String("root", "../../..", "the source tree")
	toolchains := flag.String("toolchains", "", `toolchains with commas (go1.26.8,go1.27.0), "all" of the table; empty: the one that runs this`)
	arches := flag.String("arches", "amd64,arm64", "processors")
	write := flag.Bool("write", false, "write the table instead of comparing with it")
	experiment := flag.String("experiment", "", "GOEXPERIMENT to build with")
	flag.Parse()
	if err := run(*root, *toolchains, strings.Split(*arches, ","), *experiment, *write); err != nil {
		fmt.Fprintln(os.Stderr, "layout-gen:", err)
		os.Exit(1)
	}
}

func run(root, toolchains string, arches []string, experiment string, write bool) error {
	folder := filepath.Join(root, "probes", "goruntime")
	fields, err := readFields(filepath.Join(folder, "layout_fields.h"))
	if err != nil {
		return err
	}
	file := filepath.Join(folder, "layout_table.h")
	table, err := readTable(file)
	if err != nil && !(write && os.IsNotExist(err)) {
		return err
	}
	names, err := toolchainNames(toolchains, table)
	if err != nil {
		return err
	}
	differences := 0
	for _, name := range names {
		for _, arch := range arches {
			c, err := measure(root, name, arch, experiment, fields)
			if err != nil {
				return fmt.Errorf("%s %s: %w", name, arch, err)
			}
			if write {
				table[c.key()] = c
			} else {
				differences += compare(table[c.key()], c, fields)
			}
		}
	}
	if write {
		return writeTable(file, table, fields)
	}
	if differences > 0 {
		return fmt.Errorf("%d differences", differences)
	}
	return nil
}

func toolchainNames(flag string, table map[string]*column) ([]string, error) {
	switch flag {
	case "":
		return []string{"local"}, nil
	case "all":
		seen := map[string]bool{}
		for _, c := range table {
			seen["go"+c.release] = true
		}
		var names []string
		for name := range seen {
			names = append(names, name)
		}
		sort.Strings(names)
		return names, nil
	}
	return strings.Split(flag, ","), nil
}

// compare prints what differs and returns how much that is.
func compare(want, got *column, fields []field) int {
	if want == nil {
		fmt.Printf("go%s %s is not in the table\n", got.release, got.arch)
		return 1
	}
	n := 0
	for _, f := range fields {
		if want.numbers[f.member] != got.numbers[f.member] {
			fmt.Printf("go%s %s: %s is %d, the table (go%s) says %d\n", got.release, got.arch, f.member,
				got.numbers[f.member], want.release, want.numbers[f.member])
			n++
		}
	}
	if fmt.Sprint(want.classes) != fmt.Sprint(got.classes) {
		fmt.Printf("go%s %s: size classes %v, the table says %v\n", got.release, got.arch, got.classes, want.classes)
		n++
	}
	if n == 0 {
		fmt.Printf("go%s %s: %d numbers equal\n", got.release, got.arch, len(fields))
	}
	return n
}
