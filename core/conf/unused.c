/* SPDX-License-Identifier: MIT */
/* Keys and sections that no table knows: each is a problem, with the word that was likely meant. */
#include "conf/parts.h"
#include <stdlib.h>

static const char no_such_word[] =
    N_("`almoner config sample` shows the keys of almoner.ini, or of the plug-in it names");

/* The rows that rule a section: those of the table named so, or of the group that it belongs to. */
static const struct alm_setting *rows_of(const char *section, const struct alm_settings *const *tables,
                                         const char *const *sections, size_t n, size_t *n_rows)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(sections[i], section) == 0) {
            *n_rows = tables[i]->n_rows;
            return tables[i]->rows;
        }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < tables[i]->n_groups; k++)
            if (conf_group_name_of(section, tables[i]->groups[k].name)) {
                *n_rows = tables[i]->groups[k].n_settings;
                return tables[i]->groups[k].settings;
            }
    *n_rows = 0;
    return NULL;
}

void conf_section_unused(struct conf_ini *ini, const char *section, const struct alm_setting *rows, size_t n_rows,
                         struct conf_problems *problems)
{
    const char **keys = xcalloc(n_rows + 1, sizeof *keys);
    for (size_t i = 0; i < n_rows; i++)
        keys[i] = rows[i].key;
    for (size_t i = 0; i < ini->count; i++) {
        struct conf_entry *entry = &ini->entries[i];
        if (entry->used || strcmp(entry->section, section) != 0)
            continue;
        entry->used = true;
        char hint[120];
        snprintf(hint, sizeof hint, "%s", _(no_such_word));
        const char *nearest = error_nearest(entry->key, keys, n_rows);
        if (nearest)
            snprintf(hint, sizeof hint, _("did you mean %s?"), nearest);
        conf_problem_add(problems, ini->file, entry->line, hint, _("[%s] has no key %s"), section, entry->key);
    }
    free(keys);
}

/* What an unknown section may have been meant as.  "kits large" is near "kit large", whatever kits there are. */
static void hint_section(char *hint, size_t size, const char *section, const struct alm_settings *const *tables,
                         const char *const *sections, size_t n)
{
    size_t count = n;
    for (size_t i = 0; i < n; i++)
        count += tables[i]->n_groups;
    const char **candidates = xcalloc(count + 1, sizeof *candidates);
    count = 0;
    for (size_t i = 0; i < n; i++)
        candidates[count++] = sections[i];
    const char *blank = strchr(section, ' ');
    if (blank)
        count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < tables[i]->n_groups; k++)
            candidates[count++] = tables[i]->groups[k].name;
    char word[CONF_SECTION_MAX + 1];
    snprintf(word, sizeof word, "%.*s", blank ? (int)(blank - section) : (int)sizeof word - 1, section);
    const char *nearest = error_nearest(word, candidates, count);
    if (nearest)
        snprintf(hint, size, _("did you mean [%s%s]?"), nearest, blank ? blank : "");
    free(candidates);
}

void conf_ini_unused(struct conf_ini *ini, const struct alm_settings *const *tables, const char *const *sections,
                     size_t n, struct conf_problems *problems)
{
    for (size_t i = 0; i < ini->n_sections; i++) {
        struct conf_section *section = &ini->sections[i];
        if (section->used) {
            size_t n_rows;
            const struct alm_setting *rows = rows_of(section->name, tables, sections, n, &n_rows);
            conf_section_unused(ini, section->name, rows, n_rows, problems);
            continue;
        }
        section->used = true;
        char hint[160];
        snprintf(hint, sizeof hint, "%s", _(no_such_word));
        hint_section(hint, sizeof hint, section->name, tables, sections, n);
        conf_problem_add(problems, ini->file, section->line, hint, _("nothing knows a section [%s]"), section->name);
        for (size_t k = 0; k < ini->count; k++)
            if (strcmp(ini->entries[k].section, section->name) == 0)
                ini->entries[k].used = true;
    }
}

void conf_other_stores(struct conf_ini *ini, const char *plugin_name)
{
    static const char prefix[] = "store-";
    for (size_t i = 0; i < ini->n_sections; i++) {
        struct conf_section *section = &ini->sections[i];
        if (section->used || strncmp(section->name, prefix, sizeof prefix - 1) != 0 ||
            error_nearest(section->name, &plugin_name, 1))
            continue;
        section->used = true;
        for (size_t k = 0; k < ini->count; k++)
            if (strcmp(ini->entries[k].section, section->name) == 0)
                ini->entries[k].used = true;
    }
}
