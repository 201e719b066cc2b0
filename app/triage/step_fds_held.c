#include "app/triage/step_fds.h"
#include "probes/goruntime/descriptors.h"
#include "widgets/safe_text.h"

#include <string.h>

/* Who keeps the descriptors open, as it was read from the memory of the process. */

enum { TOP_WAYS = 3 };

/* The root in a few words; the way from it, and who created a goroutine, are other matters. */
static char *root_of(const struct descriptors *held, const struct descriptor_group *group)
{
    const char *root = descriptors_find(held, g_array_index(group->fds, int, 0))->root;
    const char *creator = root != NULL ? strstr(root, DESCRIPTOR_CREATED_BY) : NULL;

    if (root == NULL)
        return g_strdup("nobody that can be seen: the next collection closes them");
    g_autofree char *site =
        g_strndup(root, creator != NULL ? (gsize)(creator - root) : strlen(root));
    g_autofree char *name = text_without_import_paths(site, NULL, 0);

    return g_strdup_printf("%s%s", name, group->is_guess ? " (a guess)" : "");
}

static void add_way(struct step_context *context, const struct descriptor_group *group)
{
    const struct descriptor *first =
        descriptors_find(context->in->held, g_array_index(group->fds, int, 0));
    g_autofree char *root = root_of(context->in->held, group);
    g_autofree char *label = g_strdup_printf("held by %s", root);
    const char *creator = first->root != NULL ? strstr(first->root, DESCRIPTOR_CREATED_BY) : NULL;
    g_autoptr(GString) note = g_string_new(NULL);

    for (guint i = 0; i < first->chain->len; i++)
        g_string_append_printf(note, "-> %s ", (const char *)g_ptr_array_index(first->chain, i));
    g_string_append_printf(note, "(fd %d%s)%s", first->fd, group->fds->len > 1 ? ", ..." : "",
                           creator != NULL ? creator : "");
    step_add(context->step, &(struct fact_spec){.label = label,
                                                .value = number_count(group->fds->len).text,
                                                .note = note->str,
                                                .ref = {.kind = REF_HELD, .text = group->text}});
}

void step_fds_held(struct step_context *context)
{
    const struct descriptors *held = context->in->held;
    guint listed = 0;

    for (guint i = 0; held != NULL && i < held->groups->len && listed < TOP_WAYS; i++) {
        const struct descriptor_group *group =
            &g_array_index(held->groups, struct descriptor_group, i);

        if (group->state == DESCRIPTOR_NO_OBJECT ||
            (double)group->fds->len < limit_of(context, THRESHOLD_SAME_FILE))
            continue;
        if (context->findings->holder == NULL) {
            g_autofree char *root = root_of(held, group);

            context->findings->holder = g_strdup_printf("%s descriptors are held by %s",
                                                        number_count(group->fds->len).text, root);
        }
        add_way(context, group);
        listed++;
    }
}
