sidescope_test(probes_small_file SOURCES small_file_test.c LIBS sidescope_probes)
sidescope_test(probes_samples
    SOURCES samples_test.c counts.c LIBS sidescope_probes)
sidescope_test(probes_history
    SOURCES history_test.c LIBS sidescope_probes m)
sidescope_test(probes_in_step
    SOURCES in_step_test.c LIBS sidescope_probes m)
sidescope_test(probes_trend
    SOURCES trend_test.c LIBS sidescope_probes m)
sidescope_test(probes_spawn_rates
    SOURCES spawn_rates_test.c LIBS sidescope_probes)
sidescope_test(probes_http
    SOURCES http_test.c counts.c ${CMAKE_SOURCE_DIR}/tests/support/http_server.c
    LIBS sidescope_probes)

sidescope_test(probes_go_settings
    SOURCES go_settings_test.c LIBS sidescope_probes)
sidescope_test(probes_leak_marks
    SOURCES leak_marks_test.c LIBS sidescope_probes)
sidescope_test(probes_secrets
    SOURCES secrets_test.c LIBS sidescope_probes)
sidescope_test(probes_http_login
    SOURCES http_login_test.c
    LIBS sidescope_probes)

# Probes on a process that does not exist: the fake stands in for probes/linux.
set(probing_sources probing.c fake_platform.c counts.c
    ${CMAKE_SOURCE_DIR}/tests/support/http_server.c)
sidescope_test(probes_probe
    SOURCES probe_test.c ${probing_sources} LIBS sidescope_probes)
sidescope_test(probes_pprof_probes
    SOURCES pprof_probes_test.c ${probing_sources} LIBS sidescope_probes)
sidescope_test(probes_capture
    SOURCES capture_test.c counts.c ${CMAKE_SOURCE_DIR}/tests/support/http_server.c
    LIBS sidescope_probes)
sidescope_test(probes_live
    SOURCES live_probes_test.c counts.c ${CMAKE_SOURCE_DIR}/tests/support/http_server.c
    LIBS sidescope_probes test_target)
