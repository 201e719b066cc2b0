package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

var (
	columnLine  = regexp.MustCompile(`COLUMN\((\d+), GO_ARCH_(\w+), "([\d.]+)"\)`)
	rowLine     = regexp.MustCompile(`ROW\((\w+), ([-\d, ]+)\)`)
	classesLine = regexp.MustCompile(`(?s)GO_LAYOUT_SIZE_CLASSES\s+\\\n(.*?)\n\n`)
	digits      = regexp.MustCompile(`\d+`)
)

// readTable reads what writeTable wrote.
func readTable(file string) (map[string]*column, error) {
	table := map[string]*column{}
	text, err := os.ReadFile(file)
	if err != nil {
		return table, err
	}
	var columns []*column
	for _, m := range columnLine.FindAllSubmatch(text, -1) {
		c := &column{release: string(m[3]), arch: strings.ToLower(string(m[2])), numbers: map[string]int64{}}
		columns = append(columns, c)
		table[c.key()] = c
	}
	for _, m := range rowLine.FindAllSubmatch(text, -1) {
		for i, number := range strings.Split(string(m[2]), ", ") {
			columns[i].numbers[string(m[1])], err = strconv.ParseInt(number, 10, 64)
			if err != nil {
				return nil, err
			}
		}
	}
	if m := classesLine.FindSubmatch(text); m != nil {
		for _, c := range columns {
			for _, d := range digits.FindAll(m[1], -1) {
				n, _ := strconv.Atoi(string(d))
				c.classes = append(c.classes, uint16(n))
			}
		}
	}
	return table, nil
}

func sorted(table map[string]*column) []*column {
	var columns []*column
	for _, c := range table {
		columns = append(columns, c)
	}
	sort.Slice(columns, func(i, j int) bool {
		a, b := columns[i], columns[j]
		if a.arch != b.arch {
			return a.arch < b.arch
		}
		x, _ := strconv.Atoi(a.minor())
		y, _ := strconv.Atoi(b.minor())
		return x < y
	})
	return columns
}

func writeTable(file string, table map[string]*column, fields []field) error {
	columns := sorted(table)
	var out bytes.Buffer
	out.WriteString("#ifndef SIDESCOPE_PROBES_GORUNTIME_LAYOUT_TABLE_H\n#define SIDESCOPE_PROBES_GORUNTIME_LAYOUT_TABLE_H\n\n" +
		"/* Written by tests/goruntime/layout-gen; see layout_fields.h. -1: no such field. */\n\n/* clang-format off */\n")
	out.WriteString("#define GO_LAYOUT_COLUMNS(COLUMN)")
	for _, c := range columns {
		fmt.Fprintf(&out, " \\\n    COLUMN(%s, GO_ARCH_%s, \"%s\")", c.minor(), strings.ToUpper(c.arch), c.release)
	}
	out.WriteString("\n\n#define GO_LAYOUT_ROWS(ROW)")
	for _, f := range fields {
		fmt.Fprintf(&out, " \\\n    ROW(%s", f.member)
		for _, c := range columns {
			n, ok := c.numbers[f.member]
			if !ok {
				n = none
			}
			fmt.Fprintf(&out, ", %d", n)
		}
		out.WriteString(")")
	}
	out.WriteString("\n\n#define GO_LAYOUT_SIZE_CLASSES")
	for i, n := range columns[0].classes {
		if i%12 == 0 {
			out.WriteString(" \\\n   ")
		}
		fmt.Fprintf(&out, " %d,", n)
	}
	out.WriteString("\n\n/* clang-format on */\n\n#endif\n")
	for _, c := range columns {
		if fmt.Sprint(c.classes) != fmt.Sprint(columns[0].classes) {
			return fmt.Errorf("go%s has other size classes: one table no longer serves", c.release)
		}
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}
