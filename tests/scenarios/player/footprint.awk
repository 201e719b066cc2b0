# `footprint --noCategories -f bytes`.

BEGIN {
    line = "======================================================================"
    bytes = at(ENVIRON["PLAY_FOOTPRINT"]) * 1024
    print line
    printf "sidecar [%d]: 64-bit    Footprint: %d B (16384 bytes per page)\n", ENVIRON["PLAY_PID"],
        bytes - 16384
    print line
    print ""
    print "Auxiliary data:"
    printf "    phys_footprint: %d B\n", bytes
    printf "    phys_footprint_peak: %d B\n", at(ENVIRON["PLAY_PEAK"]) * 1024
}
