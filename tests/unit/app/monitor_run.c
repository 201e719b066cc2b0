#include "tests/unit/app/monitor_run.h"

#include "tests/support/remove.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* folder: working directory; line: the arguments, blanks between. */
struct monitor_child monitor_launch(const char *folder, const char *line)
{
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_autofree char *whole = g_strdup_printf("%s monitor %s", SIDESCOPE_BIN, line);
    g_auto(GStrv) argv = g_strsplit(whole, " ", -1);
    struct monitor_child child = {0};
    g_autoptr(GError) error = NULL;

    g_spawn_async_with_pipes(folder, argv, env, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child.pid,
                             NULL, &child.out, &child.err, &error);
    g_assert_no_error(error);
    return child;
}

char *monitor_read_all(int fd)
{
    GString *text = g_string_new(NULL);
    char bytes[4096];
    ssize_t n;

    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        g_string_append_len(text, bytes, n);
    close(fd);
    return g_string_free(text, FALSE);
}

void monitor_outcome_clear(struct monitor_outcome *outcome)
{
    g_free(outcome->out);
    g_free(outcome->err);
}

struct monitor_outcome monitor_finish(const struct monitor_child *child)
{
    struct monitor_outcome outcome = {.out = monitor_read_all(child->out),
                                      .err = monitor_read_all(child->err)};
    int status = 0;

    g_assert_cmpint(waitpid(child->pid, &status, 0), ==, child->pid);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    g_test_message("status %d\n%s%s", outcome.status, outcome.out, outcome.err);
    return outcome;
}

/* The next line of a pipe without its end; NULL at the end or after half a minute. */
char *monitor_next_line(int fd)
{
    GString *line = g_string_new(NULL);
    char byte = 0;

    while (byte != '\n') {
        struct pollfd one = {.fd = fd, .events = POLLIN};

        if (poll(&one, 1, 30000) != 1 || read(fd, &byte, 1) != 1) {
            g_string_free(line, TRUE);
            return NULL;
        }
        if (byte != '\n')
            g_string_append_c(line, byte);
    }
    return g_string_free(line, FALSE);
}

/* The first line that begins with prefix or has part in it. */
char *monitor_wait_for_line(int fd, const char *part)
{
    char *line;

    while ((line = monitor_next_line(fd)) != NULL && strstr(line, part) == NULL)
        g_free(line);
    if (line == NULL)
        g_error("no line with \"%s\" came", part);
    g_test_message("%s", line);
    return line;
}

void monitor_place_clear(struct monitor_place *place)
{
    remove_tree(place->dir);
    g_free(place->dir);
}

struct monitor_place monitor_place_new(void)
{
    return (struct monitor_place){g_dir_make_tmp("sidescope-monitor-XXXXXX", NULL)};
}

bool monitor_skip_without_stage(void)
{
    if (target_available())
        return false;
    g_test_skip("no Go: the stage program was not built");
    return true;
}

struct stage *monitor_start_stage(int port)
{
    const struct stage_options options = {.pprof = port};
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(&options, &error);

    g_assert_no_error(error);
    return stage;
}

void monitor_assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("no \"%s\" in: %s", part, text);
}

/* GET of path at a port of this machine: our own few lines, not the program's client. */
char *monitor_get(int port, const char *path)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((guint16)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    g_autofree char *request = g_strdup_printf("GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return g_strdup("");
    }
    g_assert_cmpint(send(fd, request, strlen(request), MSG_NOSIGNAL), ==, (ssize_t)strlen(request));
    return monitor_read_all(fd);
}

int monitor_port_of_nobody(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, n), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &n), ==, 0);
    close(fd);
    return ntohs(address.sin_port);
}
