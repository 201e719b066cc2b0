# The terminal and nothing above it, so that the end-to-end probe can do without the program.
add_library(sidescope_terminal STATIC
    ${CMAKE_CURRENT_LIST_DIR}/terminal.c
    ${CMAKE_CURRENT_LIST_DIR}/terminal_colour.c
    ${CMAKE_CURRENT_LIST_DIR}/terminal_control.c
    ${CMAKE_CURRENT_LIST_DIR}/terminal_jobs.c
    ${CMAKE_CURRENT_LIST_DIR}/terminal_keys.c
    ${CMAKE_CURRENT_LIST_DIR}/terminal_output.c
    ${CMAKE_CURRENT_LIST_DIR}/terminal_restore.c
    ${CMAKE_CURRENT_LIST_DIR}/terminal_tty.c)
target_link_libraries(sidescope_terminal
    PUBLIC sidescope_flags PkgConfig::GLIB PkgConfig::TICKIT
    PRIVATE PkgConfig::CURSES)
