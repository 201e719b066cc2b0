#include "app/doctor/doctor.h"

#include "app/ground/tools.h"

#ifdef __APPLE__
enum { ON_MACOS = true };
#else
enum { ON_MACOS = false };
#endif

static const struct {
    const char *name;
    const char *argv[3];
    bool macos_only;
    enum doctor_state without; /* where it is not needed for everything */
    const char *consequence, *fix;
} tools[] = {
    {"ps",
     {"ps", "-V", NULL},
     false,
     DOCTOR_MISSING,
     "--backend commands cannot look for processes",
     "apt-get install procps"},
    {"lsof",
     {"lsof", "-v", NULL},
     false,
     DOCTOR_MISSING,
     "--backend commands cannot list descriptors",
     "apt-get install lsof"},
    {"go",
     {"go", "version", NULL},
     false,
     DOCTOR_MISSING,
     "no browser views of profiles (go tool pprof -http), no sources of the standard library",
     "install Go, and put its bin folder into PATH"},
    {"vmmap",
     {"vmmap", "-h", NULL},
     true,
     DOCTOR_MISSING,
     "the memory map step cannot be examined",
     "xcode-select --install"},
    {"footprint",
     {"footprint", "-h", NULL},
     true,
     DOCTOR_LIMITED,
     "the footprint is vmmap's, which is read more rarely",
     "xcode-select --install"},
};

void doctor_check_tools(struct doctor *doctor)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tools); i++) {
        if (tools[i].macos_only && !ON_MACOS)
            continue;
        g_autofree char *version = tools_first_line(tools[i].argv);

        doctor_add(doctor,
                   &(struct doctor_words){.id = tools[i].name,
                                          .title = tools[i].name,
                                          .state = version != NULL ? DOCTOR_OK : tools[i].without,
                                          .found = version != NULL ? version : "not in PATH",
                                          .consequence = tools[i].consequence,
                                          .fix = tools[i].fix});
    }
}
