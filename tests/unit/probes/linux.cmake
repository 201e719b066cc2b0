# The operating system side of the probes: parsers, recorded trees, live processes, finding.
set(linux_libs sidescope_probes)
sidescope_test(probes_paths SOURCES paths_test.c LIBS ${linux_libs})
sidescope_test(probes_procfs SOURCES procfs_test.c LIBS ${linux_libs})
sidescope_test(probes_regions SOURCES regions_test.c LIBS ${linux_libs})
sidescope_test(probes_linux_fixture SOURCES linux_fixture_test.c proc_tree.c take.c
    LIBS ${linux_libs})
sidescope_test(probes_linux_fixture_files SOURCES linux_fixture_files_test.c proc_tree.c take.c
    LIBS ${linux_libs})
sidescope_test(probes_linux_live SOURCES linux_live_test.c live_child.c take.c LIBS ${linux_libs})
sidescope_test(probes_linux_live_files SOURCES linux_live_files_test.c live_child.c take.c
    LIBS ${linux_libs})
sidescope_test(probes_linux_tasks SOURCES linux_tasks_test.c live_child.c proc_tree.c take.c
    LIBS ${linux_libs})
sidescope_test(probes_find SOURCES find_test.c proc_tree.c LIBS ${linux_libs})
sidescope_test(probes_linux_go SOURCES linux_go_test.c LIBS ${linux_libs} TIMEOUT 300)
sidescope_test(probes_databases SOURCES databases_test.c sqlite_shell.c proc_tree.c take.c
    LIBS ${linux_libs})
sidescope_test(probes_fd_detail SOURCES fd_detail_test.c live_child.c LIBS ${linux_libs})
sidescope_test(probes_hostile_names SOURCES hostile_names_test.c live_child.c take.c
    LIBS ${linux_libs})
sidescope_test(probes_hostile_files SOURCES hostile_files_test.c live_child.c take.c
    LIBS ${linux_libs})
