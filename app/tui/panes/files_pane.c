#include "app/tui/pane.h"

#include "app/tui/format.h"
#include "app/tui/panes/descriptors.h"
#include "app/tui/screens/screens.h"

#include <math.h>
#include <string.h>

/*
 * Counts by type and over time, then what is open: by template (names with
 * UUIDs, dates and digits folded, so that a thousand session files are one
 * line), by path, by type, or descriptor by descriptor.
 */

enum files_view { VIEW_TEMPLATES, VIEW_PATHS, VIEW_TYPES, VIEW_FDS, N_VIEWS };

struct files_pane {
    struct pane base;
    struct table *tables[N_VIEWS];
    enum files_view view;
    enum fd_type types[FD_N_TYPES]; /* types present, for the types view */
    uint32_t *same;                 /* per template: descriptors of its most repeated path */
    size_t n_types;
};

static struct files_pane *self(struct pane *pane)
{
    return (struct files_pane *)(void *)pane;
}

static const struct files_sample *sample_of(const struct pane *pane)
{
    return (const struct files_sample *)(const void *)pane->sample;
}

static uint64_t hash_text(const char *text, uint64_t seed)
{
    uint64_t hash = seed ^ UINT64_C(14695981039346656037);

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash | 1;
}

static int by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* Documented: the same file opened four times or more was not closed. */
static bool is_repeated(enum fd_type type, uint32_t count)
{
    return type == FD_REG && count >= 4;
}

/* Growth in a cell: quiet when nothing changed. */
static void growth_cell(int64_t growth, struct table_cell *ret)
{
    g_string_assign(ret->text, format_count_signed(growth).text);
    ret->role = growth > 0 ? THEME_LOOK : THEME_DIM;
}

/* --- by path ---------------------------------------------------------------------------------- */

enum { PATH_COUNT, PATH_GROWTH, PATH_TYPE, PATH_CLASS, PATH_OLDEST, PATH_PATH };

static const struct table_column path_columns[] = {
    [PATH_COUNT] = {.title = "COUNT", .width = 6, .align = TEXT_RIGHT, .descending_first = true},
    [PATH_GROWTH] =
        {.title = "GROWTH", .width = 7, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [PATH_TYPE] = {.title = "TYPE", .width = 9, .drop = 4},
    [PATH_CLASS] = {.title = "CLASS", .width = 9, .drop = 6},
    [PATH_OLDEST] =
        {.title = "SEEN FOR", .width = 8, .align = TEXT_RIGHT, .drop = 5, .descending_first = true},
    [PATH_PATH] = {.title = "PATH", .min_width = 30, .elide = TEXT_ELIDE_MIDDLE},
};

static void path_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct files_sample *files = model;
    const struct fd_group *group = &files->groups[row];
    bool repeated = is_repeated(group->type, group->count);

    switch (column) {
    case PATH_COUNT:
        g_string_assign(ret->text, format_count(group->count).text);
        ret->role = repeated ? THEME_BAD : THEME_TEXT;
        break;
    case PATH_GROWTH:
        growth_cell(group->growth, ret);
        break;
    case PATH_TYPE:
        g_string_assign(ret->text, fd_type_label(group->type));
        break;
    case PATH_CLASS:
        g_string_assign(ret->text, path_class_name(group->cls));
        ret->role = THEME_DIM;
        break;
    case PATH_OLDEST:
        g_string_assign(
            ret->text,
            format_duration((double)(files->base.taken_us - group->oldest_us) / G_USEC_PER_SEC)
                .text);
        ret->role = THEME_DIM;
        break;
    case PATH_PATH:
        g_string_assign(ret->text, group->path);
        if (group->deleted > 0)
            g_string_append_printf(ret->text, "  (%u deleted)", group->deleted);
        ret->role = repeated ? THEME_STRONG : THEME_TEXT;
        break;
    default:
        break;
    }
}

static int path_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct files_sample *files = model;
    const struct fd_group *x = &files->groups[a], *y = &files->groups[b];

    switch (column) {
    case PATH_COUNT:
        return by_number(x->count, y->count);
    case PATH_GROWTH:
        return by_number(x->growth, y->growth);
    case PATH_TYPE:
        return strcmp(fd_type_label(x->type), fd_type_label(y->type));
    case PATH_CLASS:
        return by_number(x->cls, y->cls);
    case PATH_OLDEST:
        return by_number(y->oldest_us, x->oldest_us);
    default:
        return strcmp(x->path, y->path);
    }
}

static uint64_t path_key(const void *model, size_t row)
{
    const struct files_sample *files = model;

    return hash_text(files->groups[row].path, (uint64_t)files->groups[row].type);
}

static void path_filter(const void *model, size_t row, GString *out)
{
    const struct files_sample *files = model;

    g_string_append_printf(out, "%s %s %s", files->groups[row].path,
                           fd_type_label(files->groups[row].type),
                           path_class_name(files->groups[row].cls));
}

static const struct table_ops path_ops = {
    .cell = path_cell, .compare = path_compare, .key = path_key, .filter_text = path_filter};

/* --- by template --------------------------------------------------------------------------------
 */

enum {
    TEMPLATE_COUNT,
    TEMPLATE_GROWTH,
    TEMPLATE_PATHS,
    TEMPLATE_SAME,
    TEMPLATE_TYPE,
    TEMPLATE_TEXT
};

static const struct table_column template_columns[] = {
    [TEMPLATE_COUNT] = {.title = "COUNT",
                        .width = 6,
                        .align = TEXT_RIGHT,
                        .descending_first = true},
    [TEMPLATE_GROWTH] =
        {.title = "GROWTH", .width = 7, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [TEMPLATE_PATHS] =
        {.title = "PATHS", .width = 6, .align = TEXT_RIGHT, .drop = 4, .descending_first = true},
    [TEMPLATE_SAME] =
        {.title = "SAME", .width = 5, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [TEMPLATE_TYPE] = {.title = "TYPE", .width = 9, .drop = 3},
    [TEMPLATE_TEXT] = {.title = "PATH", .min_width = 30, .elide = TEXT_ELIDE_MIDDLE},
};

static const struct fd_template *template_at(const void *model, size_t row)
{
    return &sample_of(&((const struct files_pane *)model)->base)->templates[row];
}

static void template_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct fd_template *t = template_at(model, row);
    uint32_t same = ((const struct files_pane *)model)->same[row];

    if (column == TEMPLATE_COUNT) {
        g_string_assign(ret->text, format_count(t->count).text);
    } else if (column == TEMPLATE_PATHS) {
        g_string_assign(ret->text, format_count(t->n_paths).text);
    } else if (column == TEMPLATE_GROWTH) {
        growth_cell(t->growth, ret);
    } else if (column == TEMPLATE_SAME) {
        g_string_assign(ret->text, format_count(same).text);
        ret->role = is_repeated(t->type, same) ? THEME_BAD : THEME_DIM;
    } else if (column == TEMPLATE_TYPE) {
        g_string_assign(ret->text, fd_type_label(t->type));
    } else {
        g_string_assign(ret->text, t->text);
        if (is_repeated(t->type, same))
            ret->role = THEME_BAD;
    }
}

static int template_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct fd_template *x = template_at(model, a), *y = template_at(model, b);
    const uint32_t *same = ((const struct files_pane *)model)->same;

    switch (column) {
    case TEMPLATE_COUNT:
        return by_number(x->count, y->count);
    case TEMPLATE_PATHS:
        return by_number(x->n_paths, y->n_paths);
    case TEMPLATE_GROWTH:
        return by_number(x->growth, y->growth);
    case TEMPLATE_SAME:
        return by_number(same[a], same[b]);
    case TEMPLATE_TYPE:
        return strcmp(fd_type_label(x->type), fd_type_label(y->type));
    default:
        return strcmp(x->text, y->text);
    }
}

static uint64_t template_key(const void *model, size_t row)
{
    return hash_text(template_at(model, row)->text, (uint64_t)template_at(model, row)->type + 100);
}

static void template_filter(const void *model, size_t row, GString *out)
{
    g_string_append_printf(out, "%s %s", template_at(model, row)->text,
                           fd_type_label(template_at(model, row)->type));
}

static const struct table_ops template_ops = {.cell = template_cell,
                                              .compare = template_compare,
                                              .key = template_key,
                                              .filter_text = template_filter};

/* Descriptors of the most repeated path of each template. */
static void count_same(struct files_pane *pane)
{
    const struct files_sample *files = sample_of(&pane->base);
    g_autofree uint32_t *group_size = NULL;

    g_clear_pointer(&pane->same, g_free);
    if (files == NULL || files->n_templates == 0)
        return;
    group_size = g_new0(uint32_t, MAX(files->n_fds, 1));
    for (size_t g = 0; g < files->n_groups; g++)
        for (uint32_t i = 0; i < files->groups[g].count; i++)
            group_size[files->by_group[files->groups[g].first + i]] = files->groups[g].count;
    pane->same = g_new0(uint32_t, files->n_templates);
    for (size_t t = 0; t < files->n_templates; t++)
        for (uint32_t i = 0; i < files->templates[t].count; i++)
            pane->same[t] =
                MAX(pane->same[t], group_size[files->by_template[files->templates[t].first + i]]);
}

/* --- by type
 * ---------------------------------------------------------------------------------------- */

enum { TYPE_COUNT, TYPE_BAND, TYPE_TYPE };

static const struct table_column type_columns[] = {
    [TYPE_COUNT] = {.title = "COUNT", .width = 7, .align = TEXT_RIGHT, .descending_first = true},
    [TYPE_BAND] = {.title = "DOCUMENTED", .width = 10, .align = TEXT_RIGHT, .unsortable = true},
    [TYPE_TYPE] = {.title = "TYPE", .min_width = 10},
};

/* Healthy bands of the procedure, "File Descriptor Analysis". */
static const char *type_band(enum fd_type type, int64_t *ret_high)
{
    switch (type) {
    case FD_REG:
        *ret_high = 30;
        return "10-30";
    case FD_FIFO:
        *ret_high = 30;
        return "10-30";
    case FD_DIR:
        *ret_high = 15;
        return "5-15";
    default:
        *ret_high = INT64_MAX;
        return "";
    }
}

static void type_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct files_pane *pane = model;
    enum fd_type type = pane->types[row];
    int64_t high, count = sample_of(&pane->base)->by_type[type];
    const char *band = type_band(type, &high);

    if (column == TYPE_COUNT) {
        g_string_assign(ret->text, format_count(count).text);
        ret->role = count > high ? THEME_LOOK : THEME_TEXT;
    } else if (column == TYPE_BAND) {
        g_string_assign(ret->text, band);
        ret->role = THEME_DIM;
    } else if (strcmp(fd_type_label(type), fd_type_name(type)) == 0) {
        g_string_assign(ret->text, fd_type_label(type));
    } else {
        g_string_printf(ret->text, "%s (lsof: %s)", fd_type_label(type), fd_type_name(type));
    }
}

static int type_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct files_pane *pane = model;
    const int64_t *counts = sample_of(&pane->base)->by_type;

    if (column == TYPE_COUNT)
        return by_number(counts[pane->types[a]], counts[pane->types[b]]);
    return strcmp(fd_type_label(pane->types[a]), fd_type_label(pane->types[b]));
}

static uint64_t type_key(const void *model, size_t row)
{
    const struct files_pane *pane = model;

    return (uint64_t)pane->types[row] + 1;
}

static void type_filter(const void *model, size_t row, GString *out)
{
    const struct files_pane *pane = model;

    g_string_append(out, fd_type_label(pane->types[row]));
}

static const struct table_ops type_ops = {
    .cell = type_cell, .compare = type_compare, .key = type_key, .filter_text = type_filter};

/* --- the pane
 * ------------------------------------------------------------------------------------------ */

static void collect_types(struct files_pane *pane)
{
    const struct files_sample *files = sample_of(&pane->base);

    pane->n_types = 0;
    for (int t = 0; files != NULL && t < FD_N_TYPES; t++)
        if (files->by_type[t] > 0)
            pane->types[pane->n_types++] = (enum fd_type)t;
}

static void files_update(struct pane *base, struct session *session)
{
    struct files_pane *pane = self(base);

    if (!pane_take_sample(base, session))
        return;
    const struct files_sample *files = sample_of(base);

    collect_types(pane);
    table_set_model(pane->tables[VIEW_PATHS], files, files != NULL ? files->n_groups : 0);
    count_same(pane);
    table_set_model(pane->tables[VIEW_TEMPLATES], pane, files != NULL ? files->n_templates : 0);
    table_set_model(pane->tables[VIEW_TYPES], pane, pane->n_types);
    table_set_model(pane->tables[VIEW_FDS], files, files != NULL ? files->n_fds : 0);
}

/* "REG 1 371  FIFO 18  inotify 11 …" most numerous first, cut where the line ends. */
static void draw_types(const struct files_pane *pane, const struct canvas *canvas, TickitRect inner,
                       int line)
{
    const struct files_sample *files = sample_of(&pane->base);
    enum fd_type order[FD_N_TYPES];
    size_t n = pane->n_types;
    int col = 0;

    memcpy(order, pane->types, n * sizeof order[0]);
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && files->by_type[order[j]] > files->by_type[order[j - 1]]; j--) {
            enum fd_type swap = order[j];

            order[j] = order[j - 1];
            order[j - 1] = swap;
        }
    for (size_t i = 0; i < n; i++) {
        char text[64];
        int64_t high, count = files->by_type[order[i]];

        type_band(order[i], &high);
        g_snprintf(text, sizeof text, "%s %s", fd_type_label(order[i]), format_count(count).text);
        int width = (int)g_utf8_strlen(text, -1);

        if (col + width > inner.cols)
            break;
        text_drawf(canvas, inner.top + line, inner.left + col, width,
                   count > high ? THEME_LOOK : THEME_TEXT, "%s", text);
        col += width + 2;
    }
}

static void draw_count(const struct files_pane *pane, const struct canvas *canvas, TickitRect inner,
                       int line)
{
    struct session *session = ui_session(pane->base.ui);
    const struct trend *trend = session_trend(session, SERIES_FDS);
    struct format_text rate = format_rate_count(trend);
    int right = MIN((int)strlen(rate.text) + 1, inner.cols / 3);

    draw_spark(canvas, inner.top + line, inner.left, inner.cols - right, session, SERIES_FDS,
               ui_now(pane->base.ui), THEME_GRAPH2);
    text_draw(canvas, inner.top + line, inner.left + inner.cols - right, right,
              &(struct text_style){.role = trend_direction(trend) > 0 ? THEME_LOOK : THEME_DIM,
                                   .align = TEXT_RIGHT},
              rate.text);
}

static int draw_top_part(const struct files_pane *pane, const struct canvas *canvas,
                         TickitRect inner)
{
    const struct files_sample *files = sample_of(&pane->base);
    struct session *session = ui_session(pane->base.ui);
    int line = 0;

    if (files == NULL || session == NULL || inner.lines < 4)
        return 0;
    draw_types(pane, canvas, inner, line++);
    if (pane->base.zoomed && inner.lines >= 20) {
        double limit = files->soft_limit != SAMPLE_UNKNOWN && files->count > files->soft_limit / 2
                           ? (double)files->soft_limit
                           : NAN;

        draw_series(canvas, (TickitRect){inner.top + line, inner.left, 7, inner.cols}, session,
                    SERIES_FDS, ui_now(pane->base.ui), limit, THEME_GRAPH2);
        line += 7;
    } else if (inner.lines >= 5) {
        draw_count(pane, canvas, inner, line++);
    }
    return line;
}

static void files_draw(struct pane *base, const struct canvas *canvas, TickitRect inner,
                       bool focused)
{
    struct files_pane *pane = self(base);
    const char *problem = pane_problem(base);
    int used = draw_top_part(pane, canvas, inner);

    inner.top += used;
    inner.lines -= used;
    table_draw(pane->tables[pane->view], canvas, inner,
               &(struct table_look){.focused = focused,
                                    .stale = pane_stale(base),
                                    .empty = problem != NULL ? problem
                                                             : "no descriptor matches the filter"});
}

static void files_info(const struct pane *base, struct pane_text *ret)
{
    const struct files_sample *files = sample_of(base);

    ret->role = THEME_DIM;
    if (files == NULL || files->count == SAMPLE_UNKNOWN)
        return;
    struct session *session = ui_session(base->ui);
    int direction = session != NULL ? trend_direction(session_trend(session, SERIES_FDS)) : 0;

    bool limited = files->soft_limit != SAMPLE_UNKNOWN;

    g_snprintf(ret->text, sizeof ret->text, "%s%s%s %s%s", format_count(files->count).text,
               limited ? " of " : "", limited ? format_count(files->soft_limit).text : "",
               theme_arrow(ui_theme(base->ui), direction), files->truncated ? " truncated" : "");
    if (files->soft_limit > 0 && files->count > files->soft_limit * 8 / 10)
        ret->role = THEME_BAD;
    else if (direction > 0)
        ret->role = THEME_LOOK;
}

static const char *files_view(const struct pane *base)
{
    static const char *const names[N_VIEWS] = {"grouped", "paths", "types", "each"};

    return names[self((struct pane *)(uintptr_t)base)->view];
}

static struct table *files_table(struct pane *base)
{
    struct files_pane *pane = self(base);

    return pane->tables[pane->view];
}

static void open_selected(struct files_pane *pane, size_t row)
{
    const struct files_sample *files = sample_of(&pane->base);
    struct ui *ui = pane->base.ui;

    switch (pane->view) {
    case VIEW_PATHS:
        ui_push(ui, descriptors_screen_new(ui, DESCRIPTORS_BY_PATH, files->groups[row].path,
                                           files->groups[row].type));
        break;
    case VIEW_TEMPLATES:
        ui_push(ui, descriptors_screen_new(ui, DESCRIPTORS_BY_TEMPLATE, files->templates[row].text,
                                           files->templates[row].type));
        break;
    case VIEW_TYPES:
        ui_push(ui, descriptors_screen_new(ui, DESCRIPTORS_BY_TYPE, fd_type_label(pane->types[row]),
                                           pane->types[row]));
        break;
    case VIEW_FDS:
        ui_push(ui, descriptors_screen_new(ui, DESCRIPTORS_BY_PATH, files->fds[row].path,
                                           files->fds[row].type));
        break;
    case N_VIEWS:
        break;
    }
}

static bool files_act(struct pane *base, enum action action)
{
    struct files_pane *pane = self(base);
    size_t row;

    if (action == ACTION_GROUP) {
        pane->view = (enum files_view)((pane->view + 1) % N_VIEWS);
        return true;
    }
    if (action != ACTION_OPEN || !table_selected(files_table(base), &row))
        return false;
    open_selected(pane, row);
    return true;
}

static const char *row_text(const struct files_pane *pane, size_t row)
{
    const struct files_sample *files = sample_of(&pane->base);

    switch (pane->view) {
    case VIEW_PATHS:
        return files->groups[row].path;
    case VIEW_TEMPLATES:
        return files->templates[row].text;
    case VIEW_FDS:
        return files->fds[row].path;
    default:
        return fd_type_label(pane->types[row]);
    }
}

static char *files_copy(struct pane *base)
{
    size_t row;

    if (!table_selected(files_table(base), &row))
        return NULL;
    return g_strdup(row_text(self(base), row));
}

static void files_select(struct pane *base, const char *key)
{
    struct files_pane *pane = self(base);
    const struct files_sample *files = sample_of(base);

    for (size_t i = 0; files != NULL && i < files->n_groups; i++)
        if (strcmp(files->groups[i].path, key) == 0) {
            pane->view = VIEW_PATHS;
            table_select_key(pane->tables[VIEW_PATHS], path_key(files, i));
            return;
        }
    for (size_t i = 0; files != NULL && i < files->n_templates; i++)
        if (strcmp(files->templates[i].text, key) == 0) {
            pane->view = VIEW_TEMPLATES;
            table_select_key(pane->tables[VIEW_TEMPLATES], template_key(pane, i));
            return;
        }
}

static void files_help(struct pager *pager)
{
    pager_add(pager, THEME_TITLE, "Files");
    pager_add(pager, THEME_TEXT,
              "Every descriptor the target holds (lsof's extra rows for mapped files are not");
    pager_add(pager, THEME_TEXT,
              "counted). a: by template (names with UUIDs, dates and digits folded, so a thousand");
    pager_add(pager, THEME_TEXT,
              "session files are one line), by path, by type with the documented bands, or each.");
    pager_add(pager, THEME_TEXT,
              "SAME is how often the most repeated path is open; red: four times or more. GROWTH");
    pager_add(pager, THEME_TEXT, "counts since the start or m. Enter: the descriptors.");
}

static void files_free(struct pane *base)
{
    struct files_pane *pane = self(base);

    for (int v = 0; v < N_VIEWS; v++)
        table_free(pane->tables[v]);
    sample_unref(base->sample);
    g_free(pane->same);
    g_free(pane);
}

static const struct pane_ops ops = {
    .title = "Files",
    .kind = PROBE_FILES,
    .draw = files_draw,
    .update = files_update,
    .info = files_info,
    .view = files_view,
    .table = files_table,
    .act = files_act,
    .copy = files_copy,
    .select = files_select,
    .help = files_help,
    .free = files_free,
};

struct pane *files_pane_new(struct ui *ui)
{
    struct files_pane *pane = g_new0(struct files_pane, 1);

    pane->base = (struct pane){.ops = &ops, .ui = ui};
    pane->tables[VIEW_PATHS] =
        table_new(&path_ops, path_columns, G_N_ELEMENTS(path_columns), PATH_COUNT);
    pane->tables[VIEW_TEMPLATES] =
        table_new(&template_ops, template_columns, G_N_ELEMENTS(template_columns), TEMPLATE_COUNT);
    pane->tables[VIEW_TYPES] =
        table_new(&type_ops, type_columns, G_N_ELEMENTS(type_columns), TYPE_COUNT);
    pane->tables[VIEW_FDS] = descriptors_table_new();
    return &pane->base;
}
