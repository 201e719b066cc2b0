#include "app/session/fd_items.h"

#include <string.h>

size_t fd_items_n(const struct files_sample *files, enum fd_fold fold)
{
    return fold == FD_BY_PATH ? files->n_groups : files->n_templates;
}

struct fd_item fd_item_at(const struct files_sample *files, enum fd_fold fold, size_t i)
{
    if (fold == FD_BY_PATH) {
        const struct fd_group *group = &files->groups[i];

        return (struct fd_item){.text = group->path,
                                .type = group->type,
                                .fds = files->by_group + group->first,
                                .count = group->count,
                                .paths = 1,
                                .growth = group->growth};
    }
    const struct fd_template *template = &files->templates[i];

    return (struct fd_item){.text = template->text,
                            .type = template->type,
                            .fds = files->by_template + template->first,
                            .count = template->count,
                            .paths = template->n_paths,
                            .growth = template->growth};
}

bool fd_item_find(const struct files_sample *files, enum fd_fold fold, enum fd_type type,
                  const char *text, struct fd_item *ret)
{
    for (size_t i = 0; i < fd_items_n(files, fold); i++) {
        struct fd_item item = fd_item_at(files, fold, i);

        if (item.type != type || strcmp(item.text, text) != 0)
            continue;
        *ret = item;
        return true;
    }
    return false;
}
