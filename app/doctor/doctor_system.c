#include "app/doctor/doctor.h"

#include "probes/platform.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>

static bool is_readable(const char *path)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL);
}

static void check_proc(struct doctor *doctor)
{
    bool there = is_readable("/proc/self/stat");

    doctor_add(doctor,
               &(struct doctor_words){.id = "proc",
                                      .title = "procfs",
                                      .state = there ? DOCTOR_OK : DOCTOR_BROKEN,
                                      .found = there ? "mounted on /proc" : "/proc is not mounted",
                                      .consequence = "nothing can be read of any process",
                                      .fix = "mount -t proc proc /proc"});
}

/* The value of hidepid= in the options of the procfs on /proc; NULL: not set. */
static char *hidepid(void)
{
    g_autofree char *mounts = NULL;

    if (!g_file_get_contents("/proc/mounts", &mounts, NULL, NULL))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(mounts, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        const char *value = strstr(lines[i], "hidepid=");

        if (value != NULL && strstr(lines[i], " /proc proc ") != NULL) {
            value += strlen("hidepid=");
            return g_strndup(value, strcspn(value, ", "));
        }
    }
    return NULL;
}

static void check_hidepid(struct doctor *doctor)
{
    g_autofree char *value = hidepid();
    bool hidden = value != NULL && strcmp(value, "0") != 0 && strcmp(value, "off") != 0;
    g_autofree char *found = g_strdup_printf("hidepid=%s", value != NULL ? value : "0");

    doctor_add(doctor,
               &(struct doctor_words){
                   .id = "hidepid",
                   .title = "other processes",
                   .state = hidden && geteuid() != 0 ? DOCTOR_LIMITED : DOCTOR_OK,
                   .found = found,
                   .consequence = "other users' processes are hidden: holders of locks and far "
                                  "ends of pipes may stay unnamed",
                   .fix = "sudo mount -o remount,hidepid=0 /proc"});
}

static void check_ptrace(struct doctor *doctor)
{
    g_autofree char *text = NULL;
    bool there = g_file_get_contents("/proc/sys/kernel/yama/ptrace_scope", &text, NULL, NULL);
    g_autofree char *found =
        there ? g_strdup_printf("%s: stops debuggers, not sidescope, which only reads",
                                g_strstrip(text))
              : g_strdup("this kernel has no such restriction");

    doctor_add(doctor, &(struct doctor_words){
                           .id = "ptrace-scope", .title = "ptrace_scope", .found = found});
}

static void check_fd_count(struct doctor *doctor)
{
    enum { NEEDED_MAJOR = 6, NEEDED_MINOR = 2 };
    struct utsname name;
    int major = 0, minor = 0;

    if (uname(&name) != 0 || sscanf(name.release, "%d.%d", &major, &minor) != 2)
        return;
    bool fast = major > NEEDED_MAJOR || (major == NEEDED_MAJOR && minor >= NEEDED_MINOR);

    doctor_add(doctor, &(struct doctor_words){
                           .id = "fd-count",
                           .title = "descriptor count",
                           .state = fast ? DOCTOR_OK : DOCTOR_LIMITED,
                           .found = name.release,
                           .consequence = "before Linux 6.2 descriptors are counted by listing "
                                          "them, which costs more where there are thousands",
                           .fix = "a newer kernel"});
}

static void check_netlink(struct doctor *doctor)
{
    enum { SOCK_DIAG = 4 }; /* NETLINK_SOCK_DIAG */
    const char *why = platform_starts_why(NULL);
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, SOCK_DIAG);
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    bool sockets = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;

    if (fd >= 0)
        close(fd);

    doctor_add(doctor, &(struct doctor_words){
                           .id = "process-events",
                           .title = "process events",
                           .state = why == NULL ? DOCTOR_OK : DOCTOR_LIMITED,
                           .found = why == NULL ? "the kernel reports every start" : why,
                           .consequence = "starts are counted by looking often: what lives for "
                                          "a few milliseconds is missed",
                           .fix = "sidescope as root outside of the container, or Linux 6.6"});
    doctor_add(doctor, &(struct doctor_words){
                           .id = "sock-diag",
                           .title = "socket tables",
                           .state = sockets ? DOCTOR_OK : DOCTOR_LIMITED,
                           .found = sockets ? "sock_diag answers" : "sock_diag is not to be had",
                           .consequence = "addresses are read from net/tcp, which is slower",
                           .fix = "modprobe inet_diag tcp_diag"});
}

static void check_pressure(struct doctor *doctor)
{
    bool psi = is_readable("/proc/pressure/memory");
    bool cgroup =
        is_readable("/proc/self/cgroup") && g_file_test("/sys/fs/cgroup", G_FILE_TEST_IS_DIR);

    doctor_add(doctor, &(struct doctor_words){
                           .id = "psi",
                           .title = "memory stalls",
                           .state = psi ? DOCTOR_OK : DOCTOR_LIMITED,
                           .found = psi ? "/proc/pressure/memory" : "the kernel does not tell",
                           .consequence = "how long tasks wait for memory stays unknown",
                           .fix = "boot with psi=1"});
    doctor_add(doctor, &(struct doctor_words){
                           .id = "cgroup",
                           .title = "control groups",
                           .state = cgroup ? DOCTOR_OK : DOCTOR_LIMITED,
                           .found = cgroup ? "/sys/fs/cgroup" : "not to be read",
                           .consequence = "a memory limit of the target's group stays unknown",
                           .fix = "mount -t cgroup2 none /sys/fs/cgroup"});
}

void doctor_check_system(struct doctor *doctor)
{
    check_proc(doctor);
    check_hidepid(doctor);
    check_ptrace(doctor);
    check_fd_count(doctor);
    check_netlink(doctor);
    check_pressure(doctor);
}

#else

void doctor_check_system(struct doctor *doctor)
{
    struct utsname name;

    if (uname(&name) == 0)
        doctor_add(doctor, &(struct doctor_words){
                               .id = "system", .title = "system", .found = name.release});
}

#endif
