package main

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// field is a declaration of layout_fields.h.
type field struct {
	kind, member string
	owners       []string // structs, or packages of a VALUE
	paths        []string
}

var declaration = regexp.MustCompile(`(?m)^\s*(OFFSET|SIZE|VALUE)\((\w+), "([^"]*)", "([^"]*)"\)`)

func readFields(file string) ([]field, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var fields []field
	for _, m := range declaration.FindAllStringSubmatch(string(text), -1) {
		fields = append(fields, field{m[1], m[2], strings.Split(m[3], "|"), strings.Split(m[4], "|")})
	}
	if len(fields) == 0 {
		return nil, fmt.Errorf("%s declares nothing", file)
	}
	return fields, nil
}

func goCommand(toolchain, folder string, env []string, args ...string) ([]byte, error) {
	command := exec.Command("go", args...)
	command.Dir = folder
	command.Env = append(command.Environ(), "GOTOOLCHAIN="+toolchain, "GOWORK=off", "GOFLAGS=-buildvcs=false", "CGO_ENABLED=0")
	command.Env = append(command.Env, env...)
	command.Stderr = os.Stderr
	return command.Output()
}

// measure builds the probe and reads every field's number out of it.
func measure(root, toolchain, arch, experiment string, fields []field) (*column, error) {
	folder, err := os.MkdirTemp("", "layout-gen")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	probe := filepath.Join(folder, "probe")
	env := []string{"GOARCH=" + arch, "GOOS=linux", "GOEXPERIMENT=" + experiment}
	source := filepath.Join(root, "tests", "goruntime", "layout-gen", "probe")
	if _, err := goCommand(toolchain, source, env, "build", "-o", probe, "."); err != nil {
		return nil, err
	}
	out, err := goCommand(toolchain, source, nil, "env", "GOROOT", "GOVERSION")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	c := &column{arch: arch, numbers: map[string]int64{}}
	c.release = strings.TrimPrefix(strings.Fields(lines[1])[0], "go")
	return c, c.fill(probe, lines[0], fields)
}

func (c *column) fill(probe, goroot string, fields []field) error {
	file, err := elf.Open(probe)
	if err != nil {
		return err
	}
	defer file.Close()
	data, err := file.DWARF()
	if err != nil {
		return err
	}
	types, err := namedTypes(data, fields)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.kind == "VALUE" {
			c.numbers[f.member], err = constant(goroot, f)
			if err != nil {
				return err
			}
			continue
		}
		c.numbers[f.member] = f.number(types)
	}
	c.classes, err = sizeClasses(file)
	return err
}

// namedTypes finds the types that the fields name.
func namedTypes(data *dwarf.Data, fields []field) (map[string]dwarf.Type, error) {
	wanted := map[string]bool{}
	for _, f := range fields {
		for _, owner := range f.owners {
			wanted[owner] = true
		}
	}
	types := map[string]dwarf.Type{}
	reader := data.Reader()
	for {
		entry, err := reader.Next()
		if err != nil || entry == nil {
			return types, err
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		if !wanted[name] || types[name] != nil {
			continue
		}
		switch entry.Tag {
		case dwarf.TagStructType, dwarf.TagArrayType, dwarf.TagTypedef:
			t, err := data.Type(entry.Offset)
			if err != nil {
				return nil, err
			}
			// a typedef stands before what it names only when that is no struct
			types[name] = t
		}
	}
}

func plain(t dwarf.Type) dwarf.Type {
	for {
		named, ok := t.(*dwarf.TypedefType)
		if !ok {
			return t
		}
		t = named.Type
	}
}

func (f field) number(types map[string]dwarf.Type) int64 {
	for _, owner := range f.owners {
		t := types[owner]
		if t == nil {
			continue
		}
		for _, path := range f.paths {
			offset, at := resolve(t, path)
			if at == nil {
				continue
			}
			if f.kind == "SIZE" {
				return at.Size()
			}
			return offset
		}
	}
	return none
}

// resolve follows a path of fields; the type is nil when there is no such field.
func resolve(t dwarf.Type, path string) (int64, dwarf.Type) {
	offset := int64(0)
	if path == "" {
		return 0, t
	}
	for _, name := range strings.Split(path, ".") {
		t = plain(t)
		if name == "*" {
			array, ok := t.(*dwarf.ArrayType)
			if !ok {
				return 0, nil
			}
			t = array.Type
			continue
		}
		owner, ok := t.(*dwarf.StructType)
		if !ok {
			return 0, nil
		}
		t = nil
		for _, member := range owner.Field {
			if member.Name == name {
				offset += member.ByteOffset
				t = member.Type
			}
		}
		if t == nil {
			return 0, nil
		}
	}
	return offset, t
}

// constant gives the number that stands behind a name, or its place in its iota block.
func constant(goroot string, f field) (int64, error) {
	for _, pkg := range f.owners {
		files, err := filepath.Glob(filepath.Join(goroot, "src", pkg, "[ms][yh]*.go")) // symtab.go, mheap.go
		if err != nil {
			return 0, err
		}
		for _, file := range files {
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				return 0, err
			}
			for _, d := range tree.Decls {
				if n := placeIn(d, f.paths); n >= 0 {
					return int64(n), nil
				}
			}
		}
	}
	return none, nil
}

func placeIn(d ast.Decl, names []string) int {
	block, ok := d.(*ast.GenDecl)
	if !ok || block.Tok != token.CONST {
		return -1
	}
	for i, s := range block.Specs {
		for _, name := range names {
			spec := s.(*ast.ValueSpec)
			if spec.Names[0].Name != name {
				continue
			}
			if len(spec.Values) == 1 {
				if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
					n, _ := strconv.Atoi(literal.Value)
					return n
				}
			}
			return i
		}
	}
	return -1
}

func sizeClasses(file *elf.File) ([]uint16, error) {
	symbols, err := file.Symbols()
	if err != nil {
		return nil, err
	}
	for _, s := range symbols {
		if s.Name != "runtime.class_to_size" && s.Name != "internal/runtime/gc.SizeClassToSize" {
			continue
		}
		section := file.Sections[s.Section]
		bytes := make([]byte, s.Size)
		if _, err := section.ReadAt(bytes, int64(s.Value-section.Addr)); err != nil {
			return nil, err
		}
		var classes []uint16
		for i := 0; i+2 <= len(bytes); i += 2 {
			classes = append(classes, file.ByteOrder.Uint16(bytes[i:]))
		}
		return classes, nil
	}
	return nil, fmt.Errorf("no table of size classes")
}
