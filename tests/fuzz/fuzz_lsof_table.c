#include "fuzz.h"

#include "probes/macos/lsof_table.h"

#include <string.h>

static bool check(const struct lsof_process *process, const struct lsof_file *file, void *user)
{
    size_t *count = user;

    g_assert_nonnull(process->command);
    g_assert_true(strchr("rwu ", file->access) != NULL);
    g_assert_true(lsof_fd_type(file->type, file->name) < FD_N_TYPES);
    (*count)++;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    size_t count = 0;

    g_assert_true(lsof_table_parse((const char *)data, n, check, &count) == count);
    g_assert_true(count == 0 || lsof_table_is((const char *)data, n));
    return 0;
}
