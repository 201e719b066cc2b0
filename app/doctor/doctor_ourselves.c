#include "app/doctor/doctor.h"

#include "app/config/config.h"
#include "app/ground/state_dir.h"
#include "probes/http.h"

#include <sys/resource.h>
#include <tickit.h>
#include <unistd.h>

static void check_config(struct doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    struct config *config = config_load(NULL, &error);

    doctor_add(doctor, &(struct doctor_words){
                           .id = "config",
                           .title = "configuration",
                           .state = config != NULL ? DOCTOR_OK : DOCTOR_BROKEN,
                           .found = config != NULL ? config_path(config) : error->message,
                           .consequence = "no command starts with a bad configuration",
                           .fix = "correct the file, or move it away"});
    config_free(config);
}

static void check_folder(struct doctor *doctor, const char *id, const char *title, const char *path,
                         const char *consequence, const char *fix)
{
    /* The nearest folder that is there decides: the rest would be made. */
    g_autofree char *at = g_strdup(path);

    while (!g_file_test(at, G_FILE_TEST_EXISTS)) {
        char *parent = g_path_get_dirname(at);

        g_free(at);
        at = parent;
    }
    bool ok = g_file_test(at, G_FILE_TEST_IS_DIR) && access(at, W_OK | X_OK) == 0;
    g_autofree char *found = g_strdup_printf("%s%s", path, ok ? "" : " cannot be written to");

    doctor_add(doctor, &(struct doctor_words){.id = id,
                                              .title = title,
                                              .state = ok ? DOCTOR_OK : DOCTOR_LIMITED,
                                              .found = found,
                                              .consequence = consequence,
                                              .fix = fix});
}

static void check_limit(struct doctor *doctor)
{
    enum { ENOUGH = 256 };
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    g_autofree char *found = limit.rlim_cur == RLIM_INFINITY
                                 ? g_strdup("unlimited")
                                 : g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)limit.rlim_cur);

    doctor_add(doctor, &(struct doctor_words){
                           .id = "ulimit",
                           .title = "own descriptors",
                           .state = limit.rlim_cur >= ENOUGH ? DOCTOR_OK : DOCTOR_LIMITED,
                           .found = found,
                           .consequence = "sidescope itself may run out of descriptors",
                           .fix = "ulimit -n 1024"});
}

void doctor_check_ourselves(struct doctor *doctor)
{
    g_autofree char *found = g_strdup_printf(
        "sidescope %s, GLib %u.%u.%u, libtickit %d.%d.%d, %s", SIDESCOPE_VERSION,
        glib_major_version, glib_minor_version, glib_micro_version, tickit_version_major(),
        tickit_version_minor(), tickit_version_patch(), http_library_version());

    doctor_add(doctor,
               &(struct doctor_words){.id = "versions", .title = "versions", .found = found});
    check_config(doctor);
    g_autofree char *state = state_dir(NULL);
    g_autofree char *config = g_build_filename(g_get_user_config_dir(), "sidescope", NULL);

    check_folder(doctor, "state-dir", "marks", state,
                 "marks are forgotten when sidescope ends: no --since-mark",
                 "export XDG_STATE_HOME=FOLDER");
    check_folder(doctor, "config-dir", "options", config, "options cannot be saved",
                 "export XDG_CONFIG_HOME=FOLDER");
    check_limit(doctor);
}
