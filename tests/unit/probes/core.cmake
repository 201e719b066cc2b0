sidescope_test(probes_samples
    SOURCES samples_test.c counts.c LIBS sidescope_probes)
sidescope_test(probes_history
    SOURCES history_test.c LIBS sidescope_probes m)
sidescope_test(probes_trend
    SOURCES trend_test.c LIBS sidescope_probes m)
