# The commands backend: parsers, running tools, and the whole of it on live processes.
sidescope_test(probes_macos_ps SOURCES macos_ps_test.c LIBS sidescope_probes m)
sidescope_test(probes_macos_lsof SOURCES macos_lsof_test.c LIBS sidescope_probes)
sidescope_test(probes_macos_vmmap SOURCES macos_vmmap_test.c LIBS sidescope_probes m)
sidescope_test(probes_recorded SOURCES recorded_test.c LIBS sidescope_probes)
sidescope_test(probes_macos_run SOURCES macos_run_test.c counts.c LIBS sidescope_probes)
sidescope_test(probes_commands_vmmap SOURCES commands_vmmap_test.c counts.c take.c
    LIBS sidescope_probes)
sidescope_test(probes_macos_go_program SOURCES go_program_test.c LIBS sidescope_probes)
if(SIDESCOPE_HAVE_PROCFS)
    sidescope_test(probes_commands_only SOURCES commands_only_test.c take.c
        LIBS sidescope_probes_commands)
    sidescope_test(probes_commands_compare SOURCES commands_compare_test.c take.c
        LIBS sidescope_probes test_target TIMEOUT 300)
else()
    sidescope_test(probes_commands_only SOURCES commands_only_test.c take.c LIBS sidescope_probes)
endif()
