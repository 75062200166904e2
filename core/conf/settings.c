/* SPDX-License-Identifier: MIT */
/* A table of keys and an INI file make a filled struct; whatever is wrong is collected. */
#include "conf/parts.h"
#include <stdlib.h>

/* What one conf_settings_fill() works on. */
struct filling {
    struct conf_settings *settings;
    struct conf_ini *ini;
    struct conf_problems *problems;
    const char *folder;
    const char *section; /* the main one, for check() */
    int currency_decimals;
};

static int line_of_section(const struct conf_ini *ini, const char *section)
{
    const struct conf_section *found = conf_ini_section(ini, section);
    return found ? found->line : 0;
}

const char *conf_group_name_of(const char *section, const char *group)
{
    size_t len = strlen(group);
    return strncmp(section, group, len) == 0 && section[len] == ' ' ? section + len + 1 : NULL;
}

/* Words between commas (Latin or Persian ones), each trimmed. */
static enum alm_status split_list(struct arena *arena, const char *text, struct alm_list *list, struct alm_error *err)
{
    static const char persian_comma[] = "\u060C";
    size_t n = 0;
    *list = (struct alm_list){0};
    if (!*text)
        return ALM_OK;
    const char **items = arena_alloc(arena, (strlen(text) / 2 + 1) * sizeof *items);
    for (const char *at = text;;) {
        const char *latin = strchr(at, ',');
        const char *persian = strstr(at, persian_comma);
        const char *end = latin && (!persian || latin < persian) ? latin : persian;
        struct alm_text item = text_trim((struct alm_text){at, end ? (size_t)(end - at) : strlen(at)});
        if (!item.len)
            return error_set(err, ALM_BAD_DATA, _("write words with one comma between them"),
                             _("'%s' has an empty item"), text);
        items[n++] = arena_strndup(arena, item.at, item.len);
        if (!end)
            break;
        at = end + (end == latin ? 1 : sizeof persian_comma - 1);
    }
    *list = (struct alm_list){items, n};
    return ALM_OK;
}

static enum alm_status store_value(struct filling *filling, void *item, const struct alm_setting *row, const char *text,
                                   struct alm_error *err)
{
    struct arena *arena = &filling->settings->arena;
    const struct conf_rule rule = {.type = row->type,
                                   .min = row->min,
                                   .max = row->max,
                                   .choices = row->choices,
                                   .folder = filling->folder,
                                   .currency_decimals = filling->currency_decimals,
                                   .example = row->fallback};
    struct alm_value value;
    enum alm_status status = conf_value_parse(&rule, text_of(text), arena, &value, err);
    if (status != ALM_OK)
        return status;
    if ((row->flags & ALM_REQUIRED) && value.text && !*value.text)
        return error_set(err, ALM_BAD_DATA, _("write a value"), _("the value is empty"));
    char *at = (char *)item + row->offset;
    struct alm_list list;
    bool flag = value.number != 0;
    switch (row->type) {
    case ALM_BOOL:
        memcpy(at, &flag, sizeof flag);
        break;
    case ALM_STRING:
    case ALM_PATH:
        memcpy(at, &value.text, sizeof value.text);
        break;
    case ALM_LIST:
        if (split_list(arena, value.text, &list, err) != ALM_OK)
            return ALM_BAD_DATA;
        memcpy(at, &list, sizeof list);
        break;
    default:
        memcpy(at, &value.number, sizeof value.number);
        break;
    }
    return ALM_OK;
}

static void remember_origin(struct filling *filling, const char *section, const struct alm_setting *row,
                            const struct conf_entry *entry)
{
    struct conf_settings *settings = filling->settings;
    const char *text = entry ? entry->value : row->fallback;
    ARRAY_ROOM(settings->values.items, settings->values.count, settings->values.capacity);
    settings->values.items[settings->values.count++] =
        (struct conf_value){.section = arena_strdup(&settings->arena, section),
                            .key = row->key,
                            .text = text ? arena_strdup(&settings->arena, text) : NULL,
                            .file = entry ? arena_strdup(&settings->arena, filling->ini->file) : NULL,
                            .line = entry ? entry->line : 0,
                            .setting = row};
}

static void fill_row(struct filling *filling, void *item, const char *section, const struct alm_setting *row)
{
    struct alm_error err = {0};
    struct conf_entry *entry = conf_ini_entry(filling->ini, section, row->key);
    remember_origin(filling, section, row, entry);
    if (entry) {
        entry->used = true;
        if (store_value(filling, item, row, entry->value, &err) == ALM_OK)
            return;
        conf_problem_add(filling->problems, filling->ini->file, entry->line, err.hint, "[%s] %s: %s", section, row->key,
                         err.text);
    } else if (row->flags & ALM_REQUIRED) {
        char hint[160];
        const char *example = row->choices && row->choices[0] ? row->choices[0] : conf_type_example(row->type);
        snprintf(hint, sizeof hint, _("write for example %s = %s"), row->key, *example ? example : "...");
        conf_problem_add(filling->problems, filling->ini->file, line_of_section(filling->ini, section), hint,
                         _("[%s] %s is missing"), section, row->key);
    }
    if (row->fallback && store_value(filling, item, row, row->fallback, &err) != ALM_OK && !entry)
        conf_problem_add(filling->problems, filling->ini->file, 0, err.hint, _("[%s] %s, by default: %s"), section,
                         row->key, err.text);
}

static void fill_group(struct filling *filling, const struct alm_setting_group *group)
{
    struct conf_ini *ini = filling->ini;
    size_t n = 0;
    for (size_t i = 0; i < ini->n_sections; i++)
        if (conf_group_name_of(ini->sections[i].name, group->name))
            n++;
    struct alm_group filled = {.items = NULL, .count = n};
    if (n)
        filled.items = arena_alloc(&filling->settings->arena, n * group->item_size);
    char *item = filled.items;
    for (size_t i = 0; i < ini->n_sections; i++) {
        struct conf_section *section = &ini->sections[i];
        const char *name = conf_group_name_of(section->name, group->name);
        if (!name)
            continue;
        section->used = true;
        name = arena_strdup(&filling->settings->arena, name);
        memcpy(item, &name, sizeof name);
        for (size_t k = 0; k < group->n_settings; k++)
            fill_row(filling, item, section->name, &group->settings[k]);
        item += group->item_size;
    }
    memcpy((char *)filling->settings->data + group->offset, &filled, sizeof filled);

    struct conf_section *bare = conf_ini_section(ini, group->name);
    if (bare && !bare->used && strcmp(group->name, filling->section) != 0) {
        char hint[120];
        bare->used = true;
        snprintf(hint, sizeof hint, _("write for example [%s large]"), group->name);
        conf_problem_add(filling->problems, ini->file, bare->line, hint, _("[%s] needs a name of its own"),
                         group->name);
        for (size_t i = 0; i < ini->count; i++)
            if (strcmp(ini->entries[i].section, bare->name) == 0)
                ini->entries[i].used = true;
    }
    if (n < group->min_count)
        conf_problem_add(filling->problems, ini->file, 0, group->help, _("%zu sections [%s ...], at least %u needed"),
                         n, group->name, group->min_count);
    if (group->max_count && n > group->max_count)
        conf_problem_add(filling->problems, ini->file, 0, group->help, _("%zu sections [%s ...], at most %u allowed"),
                         n, group->name, group->max_count);
}

/* Of the values from `first` on the one of that key, or all (key NULL). */
static void hide(struct conf_settings *settings, size_t first, const char *section, const char *key)
{
    for (size_t i = first; i < settings->values.count; i++) {
        struct conf_value *value = &settings->values.items[i];
        bool meant = !key || (strcmp(value->section, section) == 0 && strcmp(value->key, key) == 0);
        value->hidden = value->hidden || (meant && value->file && value->setting->type == ALM_STRING);
    }
}

static void check_problem(void *context, const char *section, const char *key, const char *text, const char *hint)
{
    struct filling *filling = context;
    if (!section)
        section = filling->section;
    const struct conf_entry *entry = key ? conf_ini_entry(filling->ini, section, key) : NULL;
    hide(filling->settings, 0, section, key ? key : "");
    int line = entry ? entry->line : line_of_section(filling->ini, section);
    if (key)
        conf_problem_add(filling->problems, filling->ini->file, line, hint, "[%s] %s: %s", section, key, text);
    else
        conf_problem_add(filling->problems, filling->ini->file, line, hint, "[%s]: %s", section, text);
}

void conf_settings_fill(struct conf_settings *settings, const struct alm_settings *table, const char *section,
                        struct conf_ini *ini, int currency_decimals, struct conf_problems *problems)
{
    const size_t problems_before = problems->count, values_before = settings->values.count;
    if (!settings->data)
        settings->data = arena_alloc(&settings->arena, table->size ? table->size : 1);
    /* Paths are handed over absolute; where the folder is gone, relative ones are the best that there is. */
    char *folder = file_folder_of(&settings->arena, ini->file ? ini->file : "");
    char *absolute = realpath(folder, NULL);
    if (absolute)
        folder = arena_strdup(&settings->arena, absolute);
    free(absolute);
    struct filling filling = {.settings = settings,
                              .ini = ini,
                              .problems = problems,
                              .folder = folder,
                              .section = section,
                              .currency_decimals = currency_decimals};
    struct conf_section *found = conf_ini_section(ini, section);
    if (found)
        found->used = true;
    for (size_t i = 0; i < table->n_rows; i++)
        fill_row(&filling, settings->data, section, &table->rows[i]);
    for (size_t i = 0; i < table->n_groups; i++)
        fill_group(&filling, &table->groups[i]);
    /* check() may count on required keys and on bounds, so it only sees settings each of which is sound. */
    if (table->check && problems->count == problems_before) {
        const struct alm_check check = {.context = &filling, .problem = check_problem};
        table->check(settings->data, &check);
    } else if (table->check) {
        hide(settings, values_before, NULL, NULL);
    }
}

void conf_settings_release(struct conf_settings *settings)
{
    free(settings->values.items);
    arena_release(&settings->arena);
    *settings = (struct conf_settings){0};
}
