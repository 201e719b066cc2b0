# The commands backend: parsers, running tools.
sidescope_test(probes_macos_ps SOURCES macos_ps_test.c LIBS sidescope_probes m)
sidescope_test(probes_macos_lsof SOURCES macos_lsof_test.c LIBS sidescope_probes)
sidescope_test(probes_macos_vmmap SOURCES macos_vmmap_test.c LIBS sidescope_probes m)
sidescope_test(probes_macos_run SOURCES macos_run_test.c counts.c LIBS sidescope_probes)
