module github.com/marcus/sidecar/holdertarget

go 1.19
