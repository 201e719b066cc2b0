module github.com/marcus/sidecar/layoutprobe

go 1.19
