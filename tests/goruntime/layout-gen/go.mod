module github.com/marcus/sidecar/layoutgen

go 1.19
