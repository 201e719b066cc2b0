#include "app/tui/screens/capture.h"

#include "app/tui/screens/screens.h"
#include "probes/capture.h"
#include "probes/limits.h"

/* For how long: the question before a capture that takes time. */

int capture_parse_seconds(const char *text, char **ret_why)
{
    char *end;
    gint64 n = g_ascii_strtoll(text, &end, 10);

    while (*end == ' ')
        end++;
    if (n > 0 && n <= PROBES_HTTP_MAX_SECONDS && g_ascii_strcasecmp(end, "m") == 0) {
        n *= 60;
        end++;
    } else if (g_ascii_strcasecmp(end, "s") == 0) {
        end++;
    }
    if (end == text || *end != '\0' || n < 1 || n > PROBES_HTTP_MAX_SECONDS) {
        *ret_why = g_strdup_printf("\"%s\" is no time to capture: use 1 to %d seconds, or 2m", text,
                                   PROBES_HTTP_MAX_SECONDS);
        return 0;
    }
    return (int)n;
}

static void on_seconds(struct ui *ui, const char *text, void *user)
{
    const struct profile_kind *cpu = user;
    g_autofree char *why = NULL;

    if (text == NULL)
        return;
    int seconds = capture_parse_seconds(text, &why);

    if (seconds == 0) {
        ui_message(ui, THEME_LOOK, "%s", why);
        return;
    }
    ui_set_capture_seconds(ui, seconds);
    capture_begin(ui, &(struct capture_order){.kind = cpu, .name = cpu->name, .seconds = seconds});
}

bool capture_is_from_kernel(const struct target *target, const struct profile_kind *kind)
{
    bool asks_pprof = target->pprof_url != NULL && target_source(target) != TARGET_SOURCE_MEMORY;

    return kind->asking == PROFILE_ASKING_SECONDS && !asks_pprof &&
           capture_needs_no_pprof(target, kind->name);
}

void capture_ask_cpu(struct ui *ui)
{
    const struct profile_kind *cpu = profile_kind_of("profile");
    char text[16];

    if (!capture_possible(ui))
        return;
    bool from_kernel = capture_is_from_kernel(session_target(ui_session(ui)), cpu);

    g_snprintf(text, sizeof text, "%d", ui_capture_seconds(ui));
    ui_prompt(ui,
              &(struct ui_prompt){.label = from_kernel ? "CPU profile by the kernel, seconds: "
                                                       : "CPU profile (costs it 1-5 %), seconds: ",
                                  .text = text,
                                  .suggested = true,
                                  .done = on_seconds,
                                  .user = (void *)(uintptr_t)cpu});
}
