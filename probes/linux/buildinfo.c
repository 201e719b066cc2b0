#include "probes/linux/buildinfo.h"

#include "probes/go_versions.h"

#include "probes/linux/procfs.h"

#include <sys/stat.h>
#include <unistd.h>

static struct go_versions known = GO_VERSIONS_INIT;

char *buildinfo_version(int pid_dir_fd)
{
    struct stat st;
    char *version = NULL;
    if (fstatat(pid_dir_fd, "exe", &st, 0) != 0 || !S_ISREG(st.st_mode))
        return NULL;
    if (go_versions_get(&known, &st, &version))
        return version;
    int fd = procfs_open(pid_dir_fd, "exe");
    if (fd < 0)
        return NULL;
    version = buildinfo_read(fd);
    close(fd);
    go_versions_put(&known, &st, version);
    return version;
}
