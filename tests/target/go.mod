module github.com/marcus/sidecar

go 1.19
