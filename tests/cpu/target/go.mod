module sidescope.test/cputarget

go 1.19
