/* SPDX-License-Identifier: MIT */
/* What stands in the plug-in's tables: settings, help, names of tables. */
#include "sdk/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

static const struct alm_plugin *load(const struct conform *conform, struct sdk_answer *answer)
{
    const struct alm_plugin *plugin = NULL;
    struct alm_error err = {0};
    sdk_doing(answer, _("while it was loaded"));
    if (plugin_load(conform->world.plugins, conform->world.name, &plugin, &err) != ALM_OK)
        sdk_fail_with(answer, &err);
    return plugin;
}

void conform_loads(const struct conform *conform, struct sdk_answer *answer)
{
    const struct alm_plugin *plugin = load(conform, answer);
    if (plugin && plugin->kind != ALM_KIND_PROGRAMME)
        sdk_fail(answer, _("a store is held to the suites of tests/unit/store"),
                 _("it is a store; conform knows what a programme has to be"));
}

/* ---- settings ---- */

static const char *text_of_value(const struct conf_settings *settings, const struct alm_setting *setting)
{
    for (size_t i = 0; i < settings->values.count; i++)
        if (settings->values.items[i].setting == setting)
            return settings->values.items[i].text;
    return NULL;
}

void conform_sample(const struct conform *conform, struct sdk_answer *answer)
{
    struct sdk_world world = conform->world;
    const struct alm_plugin *plugin;
    struct conf_programme *programme;
    struct host *host = NULL;
    struct alm_error err = {0};

    if (conform->bench->settings) {
        sdk_skip(answer, _("it runs with the settings of %s"), conform->bench->settings);
        return;
    }
    sdk_doing(answer, _("while its check() looked at the sample"));
    enum alm_status status = sdk_world_open(&world, NULL, &host, &err);
    programme = status == ALM_OK ? conf_programme_find(host_conf(host), world.name) : NULL;
    if (programme)
        status = host_programme_check(host, programme, &plugin, &err);
    if (status == ALM_OK)
        status = conf_problems_error(&host_conf(host)->problems, &err);
    if (status != ALM_OK)
        sdk_fail(answer,
                 _("give each key a default and each group a sample with which it runs, or name --settings FILE"),
                 _("the sample: %s"), err.text);
    for (size_t i = 0; status == ALM_OK && i < plugin->settings.n_rows; i++) {
        const struct alm_setting *row = &plugin->settings.rows[i];
        const char *got = text_of_value(&programme->own, row);
        if (!(row->flags & ALM_HIDDEN) && row->fallback && (!got || strcmp(got, row->fallback) != 0))
            sdk_fail(answer, _("write the default as a user would"), _("%s: the default '%s' reads back as '%s'"),
                     row->key, row->fallback, got ? got : "");
    }
    host_close(host);
}

/* ---- help ---- */

/* Help shows a summary beside the name, on one line. */
static bool fits_help(const char *what, const char *name, const char *summary, struct sdk_answer *answer)
{
    enum { COLUMNS = 100 };
    size_t len = strlen(summary);
    if (strchr(summary, '\n') || text_width(text_of(summary)) > COLUMNS || (len && summary[len - 1] == '.')) {
        sdk_fail(answer, _("one line of at most 100 columns, without a full stop"), _("%s %s: the summary '%s'"), what,
                 name, summary);
        return false;
    }
    return true;
}

/* Whether the line begins with "PLUGIN COMMAND". */
static bool example_fits(const char *line, const char *plugin, const char *command)
{
    char want[200];
    int len = snprintf(want, sizeof want, "%s %s", plugin, command);
    return strncmp(line, want, (size_t)len) == 0 && (line[len] == '\0' || line[len] == '\n' || line[len] == ' ');
}

void conform_help(const struct conform *conform, struct sdk_answer *answer)
{
    const struct alm_plugin *plugin = load(conform, answer);
    if (!plugin || !fits_help(_("plug-in"), plugin->name, plugin->summary, answer))
        return;
    for (size_t i = 0; i < plugin->n_commands; i++) {
        const struct alm_command *command = &plugin->commands[i];
        if (!fits_help(_("command"), command->name, command->summary, answer))
            return;
        for (const char *at = command->examples; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
            if (!example_fits(at, plugin->name, command->name)) {
                sdk_fail(answer, _("one line each, as typed after the word almoner"),
                         _("command %s: the example '%.*s' does not call it"), command->name, (int)strcspn(at, "\n"),
                         at);
                return;
            }
    }
    for (size_t i = 0; i < plugin->n_reports; i++)
        if (!fits_help(_("report"), plugin->reports[i].name, plugin->reports[i].summary, answer))
            return;
}

/* ---- tables of the schema ---- */

void conform_owns_tables(const struct conform *conform, struct sdk_answer *answer)
{
    const struct alm_plugin *plugin = load(conform, answer);
    struct alm_error err = {0};
    for (size_t i = 0; plugin && i < plugin->n_migrations; i++)
        if (host_check_migration(plugin->name, plugin->migrations[i].sql, &err) != ALM_OK) {
            sdk_fail_with(answer, &err);
            return;
        }
}

/* The next word of SQL text, past comments; *len 0 at the end. */
static const char *next_word(const char *at, size_t *len)
{
    while (*at && !isalnum((unsigned char)*at) && *at != '_')
        at += at[0] == '-' && at[1] == '-' ? strcspn(at, "\n") : 1;
    *len = 0;
    while (isalnum((unsigned char)at[*len]) || at[*len] == '_')
        ++*len;
    return at;
}

static bool is_word(const char *at, size_t len, const char *word)
{
    return strlen(word) == len && strncasecmp(at, word, len) == 0;
}

/* The names after CREATE TABLE [IF NOT EXISTS]: host_check_migration() has looked at the rest. */
size_t conform_tables(const struct alm_plugin *plugin, struct arena *arena, const char *const **tables)
{
    const char **names = NULL;
    size_t n = 0, capacity = 0, len;
    for (size_t i = 0; i < plugin->n_migrations; i++) {
        int words = 0; /* 1: CREATE, 2: CREATE TABLE */
        for (const char *at = next_word(plugin->migrations[i].sql, &len); len; at = next_word(at + len, &len)) {
            if (words == 2 && (is_word(at, len, "IF") || is_word(at, len, "NOT") || is_word(at, len, "EXISTS")))
                continue;
            if (words == 2) {
                ARRAY_ROOM(names, n, capacity);
                names[n++] = arena_strndup(arena, at, len);
            }
            words = is_word(at, len, "CREATE") ? 1 : words == 1 && is_word(at, len, "TABLE") ? 2 : 0;
        }
    }
    const char **copy = arena_alloc(arena, (n + 1) * sizeof *copy);
    if (n)
        memcpy(copy, names, n * sizeof *copy);
    free(names);
    *tables = copy;
    return n;
}
