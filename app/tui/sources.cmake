# The screen: everything above the terminal driver. See the code map in .github/CONTRIBUTING.md.
list(APPEND SIDESCOPE_TUI_SOURCES
    tui/actions.c tui/file_view.c tui/format.c tui/layout.c tui/pane.c
    tui/profile_rows.c tui/profile_table.c
    tui/ui.c tui/ui_alerts.c tui/ui_draw.c tui/ui_input.c tui/ui_jobs.c tui/ui_popup.c tui/ui_remember.c tui/ui_replay.c tui/ui_snapshots.c tui/ui_stack.c tui/ui_triage.c
    tui/panes/descriptors.c tui/panes/files_pane.c tui/panes/goroutines_pane.c
    tui/panes/heap_pane.c tui/panes/memory_pane.c tui/panes/memory_regions.c tui/panes/threads_tables.c
    tui/screens/dashboard.c tui/screens/dashboard_header.c tui/screens/descriptors_screen.c tui/screens/help_screen.c
    tui/screens/marks_screen.c tui/screens/observer_screen.c tui/screens/options_screen.c
    tui/screens/picker_screen.c tui/screens/recording_events_screen.c tui/screens/recordings_screen.c tui/screens/regions_screen.c
    tui/screens/screens.c tui/screens/stack_screen.c tui/screens/threads_screen.c
    tui/screens/wizard_screen.c tui/screens/wizard_diagnosis.c tui/screens/wizard_path.c tui/screens/wizard_rows.c
    tui/screens/events_screen.c tui/screens/evidence.c
    tui/panes/goroutines_groups.c tui/panes/goroutines_stacks.c
    tui/editor.c tui/screens/dump_screen.c tui/screens/stack_arguments.c tui/screens/stack_text.c
    tui/screens/capture_ask.c tui/screens/capture_screen.c tui/screens/served_rows.c
    tui/screens/profiles_screen.c
    tui/path_prompt.c tui/report_desk.c tui/snapshot_pair.c tui/snapshot_taker.c tui/screens/compare_screen.c tui/screens/compare_tables.c
    tui/screens/snapshots_disk.c tui/screens/snapshots_screen.c
    capture_run.c ledger.c job.c profile_kinds.c timeline.c commands/attach.c commands/dashboard.c)
# The profile screen, one file per tab.
list(APPEND SIDESCOPE_TUI_SOURCES
    tui/screens/profile/profile_answer.c tui/screens/profile/profile_callers.c tui/screens/profile/profile_lines.c
    tui/screens/profile/profile_compare.c tui/screens/profile/profile_export.c
    tui/screens/profile/profile_flame.c tui/screens/profile/profile_header.c
    tui/screens/profile/profile_input.c tui/screens/profile/profile_model.c
    tui/screens/profile/profile_refine.c tui/screens/profile/profile_screen.c
    tui/screens/profile/profile_settings.c tui/screens/profile/profile_source.c
    tui/screens/profile/profile_top.c web_pprof.c)
# The views of the files pane, one file each, and their drill-downs.
list(APPEND SIDESCOPE_TUI_SOURCES
    tui/panes/files_databases.c tui/panes/files_each.c tui/panes/files_paths.c
    tui/panes/files_survivors.c tui/panes/files_templates.c tui/panes/files_tree.c
    tui/panes/files_types.c tui/panes/files_views.c tui/screens/database_screen.c
    tui/screens/descriptor_screen.c tui/screens/directory_screen.c)
