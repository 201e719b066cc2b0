/*
 * bin/sidescope of the portable tarball: starts the program beside it with the
 * loader and the libraries beside it, so that it runs where those of the system
 * are older, of another kind, or not there. Linked statically; needs no shell.
 */

#include <libgen.h>
#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where systems keep terminal descriptions; ours come last, for the system's own are right there.
 */
#define TERMINFO_OF_SYSTEMS                                                                        \
    "/etc/terminfo:/lib/terminfo:/usr/share/terminfo:/usr/lib/terminfo:/usr/local/share/terminfo"

enum { EXIT_UNUSABLE = 2, FIXED_ARGUMENTS = 8 };

/* Ends the program when there is no memory for a path. */
__attribute__((format(printf, 1, 2))) static char *text(const char *format, ...)
{
    char *ret = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&ret, format, arguments) < 0)
        exit(EXIT_UNUSABLE);
    va_end(arguments);
    return ret;
}

/* The folder above bin/, through any link that leads there; NULL without /proc. */
static char *find_root(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    if (n < 0)
        return NULL;
    path[n] = '\0';
    return strdup(dirname(dirname(path)));
}

/* Named as the C library chooses it for characters; NULL when nothing is set. */
static const char *locale_wanted(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && *value != '\0')
            return value;
    }
    return NULL;
}

/* The C library inside may not read what the system has, or there is none. Where nothing is set, as
 * in a container, the terminal is of this century. Another encoding by name stays what it is. */
static void choose_locale(const char *root)
{
    const char *wanted = locale_wanted();
    bool utf8 =
        wanted == NULL || strcasestr(wanted, "UTF-8") != NULL || strcasestr(wanted, "utf8") != NULL;

    if (!utf8 || (wanted != NULL && setlocale(LC_ALL, "") != NULL))
        return;
    setenv("LOCPATH", text("%s/lib/sidescope/locale", root), 1);
    setenv("LC_ALL", "C.UTF-8", 1);
}

/* What is meant for the system's own loader, or asks for files that are elsewhere here. */
static void prepare_environment(const char *root)
{
    static const char *const certificates[] = {"/etc/ssl/certs/ca-certificates.crt",
                                               "/etc/pki/tls/certs/ca-bundle.crt",
                                               "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};
    const char *terminfo = getenv("TERMINFO_DIRS");
    bool own = terminfo != NULL && *terminfo != '\0';

    unsetenv("LD_PRELOAD");
    unsetenv("LD_AUDIT");
    setenv("GIO_MODULE_DIR", text("%s/lib/sidescope/gio", root), 1);
    setenv("TERMINFO_DIRS",
           text("%s%s" TERMINFO_OF_SYSTEMS ":%s/share/terminfo", own ? terminfo : "",
                own ? ":" : "", root),
           1);
    for (size_t i = 0; i < sizeof certificates / sizeof *certificates; i++)
        if (access(certificates[i], R_OK) == 0) {
            setenv("SSL_CERT_FILE", certificates[i], 0);
            break;
        }
    choose_locale(root);
}

int main(int argc, char **argv)
{
    char *root = find_root();
    char **words = calloc((size_t)argc + FIXED_ARGUMENTS, sizeof *words);
    int n = 0;

    if (root == NULL || words == NULL) {
        fputs("sidescope: /proc is not mounted here, and without it no process can be seen\n",
              stderr);
        return EXIT_UNUSABLE;
    }
    prepare_environment(root);
    /* the loader is called sidescope too: that name is what ps shows */
    char *loader = text("%s/lib/sidescope/loader/sidescope", root);

    words[n++] = loader;
    words[n++] = "--inhibit-cache";
    words[n++] = "--library-path";
    words[n++] = text("%s/lib/sidescope", root);
    words[n++] = "--argv0";
    words[n++] = "sidescope";
    words[n++] = text("%s/lib/sidescope/program", root);
    for (int i = 1; i < argc; i++)
        words[n++] = argv[i];
    execv(loader, words);
    perror(loader);
    return EXIT_UNUSABLE;
}
