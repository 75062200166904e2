/* SPDX-License-Identifier: MIT */
/* almoner.ini and the programmes' files beside it. */
#include "conf/parts.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- the core's own tables ---- */

static const char *const calendars[] = {"iso", "solar", NULL}; /* enum date_calendar */
static const char *const digits[] = {"latin", "persian", NULL};

static void check_almoner(const void *settings, const struct alm_check *check)
{
    const struct conf_almoner *almoner = settings;
    if (strlen(almoner->currency) != 3 || strspn(almoner->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        check->problem(check->context, "almoner", "currency", _("not a currency's code"),
                       _("write the three letters of ISO 4217, for example IRR"));
    if (almoner->time_zone && *almoner->time_zone && !zone_exists(almoner->time_zone))
        check->problem(
            check->context, "almoner", "time_zone", _("no time zone of that name is known here"),
            _("write for example Asia/Tehran; the names are those below /usr/share/zoneinfo (package tzdata)"));
}

#define AT(field) offsetof(struct conf_almoner, field)
static const struct alm_setting almoner_rows[] = {
    {.key = "plugindir",
     .type = ALM_PATH,
     .offset = AT(plugindir),
     .fallback = ALMONER_PLUGINDIR,
     .help = N_("The folder of the plug-ins.")},
    {.key = "programmes",
     .type = ALM_PATH,
     .offset = AT(programmes),
     .fallback = "programmes",
     .help = N_("The folder of the programmes' INI files, from this file's folder.")},
    {.key = "state",
     .type = ALM_PATH,
     .offset = AT(state),
     .fallback = "state",
     .help = N_("The folder of what this office keeps outside the store: id files, seals, keys.")},
    {.key = "currency",
     .type = ALM_STRING,
     .offset = AT(currency),
     .fallback = "IRR",
     .help = N_("The currency of all values, by its ISO 4217 code.")},
    {.key = "currency_decimals",
     .type = ALM_INT,
     .offset = AT(currency_decimals),
     .fallback = "0",
     .min = "0",
     .max = "4",
     .help = N_("How many decimals an amount may have. Not to be changed once something was recorded.")},
    {.key = "calendar",
     .type = ALM_ENUM,
     .offset = AT(calendar),
     .fallback = "solar",
     .choices = calendars,
     .help = N_("The calendar in which dates are shown; both are read.")},
    {.key = "digits",
     .type = ALM_ENUM,
     .offset = AT(digits),
     .fallback = "latin",
     .choices = digits,
     .help = N_("The digits in which numbers are shown on a terminal; all are read.")},
    {.key = "time_zone",
     .type = ALM_STRING,
     .offset = AT(time_zone),
     .help = N_("The time zone in which times are typed and shown and days begin, such as Asia/Tehran. By default the "
                "system's.")},
    {.key = "office",
     .type = ALM_INT,
     .offset = AT(office),
     .fallback = "0",
     .min = "0",
     .max = "1023",
     .help = N_("The number of this office, part of all ids made here. No two offices may have the same.")},
    {.key = "patience",
     .type = ALM_DURATION,
     .offset = AT(patience),
     .fallback = "30 seconds",
     .min = "1 second",
     .max = "1 hour",
     .help = N_("How long a plug-in may run without asking almoner for anything; then it is taken to hang, and the "
                "command ends.")},
};

static const struct alm_setting store_rows[] = {
    {.key = "plugin",
     .type = ALM_STRING,
     .offset = AT(store),
     .fallback = "store-sqlite",
     .help = N_("The plug-in that keeps the data. Its own keys stand in a section named as it is.")},
};

static const char *const doubtful[] = {"admit", "hold", NULL}; /* enum conf_doubtful */
static const struct alm_setting match_rows[] = {
    {.key = "doubtful",
     .type = ALM_ENUM,
     .offset = AT(doubtful),
     .fallback = "admit",
     .choices = doubtful,
     .help = N_("Whether somebody who may be registered twice is served while nobody has decided on it; with hold, aid "
                "to them, and to a household that they belong to, waits as held: almoner delivery held.")},
    {.key = "possible",
     .type = ALM_DECIMAL,
     .offset = AT(possible),
     .fallback = "0.05",
     .min = "0.001",
     .max = "0.999",
     .help = N_("The probability of being one person from which match run flags two, and match list takes a row for "
                "doubtful.")},
    {.key = "certain",
     .type = ALM_DECIMAL,
     .offset = AT(certain),
     .fallback = "0.99",
     .min = "0.001",
     .max = "0.999",
     .help = N_(
         "The probability from which two are certain, and somebody on a list is known; in between they are doubtful.")},
};

static const struct alm_setting complaints_rows[] = {
    {.key = "days",
     .type = ALM_INT,
     .offset = AT(complaint_days),
     .fallback = "14",
     .min = "0",
     .max = "3650",
     .help = N_("Within how many days a complaint is to be answered, where none is given with it.")},
};

static void check_match(const void *settings, const struct alm_check *check)
{
    const struct conf_almoner *almoner = settings;
    if (almoner->possible > almoner->certain)
        check->problem(check->context, "match", "possible", _("is above certain"),
                       _("write a lower probability, for example 0.05"));
}
#undef AT

const struct alm_settings conf_almoner_table = {.rows = almoner_rows,
                                                .n_rows = COUNT_OF(almoner_rows),
                                                .size = sizeof(struct conf_almoner),
                                                .check = check_almoner};
const struct alm_settings conf_store_table = {
    .rows = store_rows, .n_rows = COUNT_OF(store_rows), .size = sizeof(struct conf_almoner)};
const struct alm_settings conf_match_table = {
    .rows = match_rows, .n_rows = COUNT_OF(match_rows), .size = sizeof(struct conf_almoner), .check = check_match};
const struct alm_settings conf_complaints_table = {
    .rows = complaints_rows, .n_rows = COUNT_OF(complaints_rows), .size = sizeof(struct conf_almoner)};

/* ---- reading ---- */

static bool is_name(const char *name, size_t len)
{
    if (!len || len > 40 || name[0] < 'a' || name[0] > 'z')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || name[i] == '-'))
            return false;
    return true;
}

/* Give a setting that was left out the default that only the file's name tells. */
static const char *default_to_name(struct conf_settings *settings, const char *key, const char *value, const char *name)
{
    if (value && *value)
        return value;
    name = arena_strdup(&settings->arena, name);
    for (size_t i = 0; i < settings->values.count; i++)
        if (strcmp(settings->values.items[i].key, key) == 0)
            settings->values.items[i].text = name;
    return name;
}

static void read_programme(struct conf *conf, struct conf_programme *programme)
{
    conf_ini_read(&programme->ini, programme->file, &conf->problems);
    size_t before = conf->problems.count;
    conf_settings_fill(&programme->core_settings, &conf_programme_table, "programme", &programme->ini,
                       (int)conf->almoner->currency_decimals, &conf->problems);
    struct conf_programme_core *core = programme->core_settings.data;
    core->plugin = default_to_name(&programme->core_settings, "plugin", core->plugin, programme->name);
    core->title = default_to_name(&programme->core_settings, "title", core->title, programme->name);
    if (!is_name(core->plugin, strlen(core->plugin)) && conf->problems.count == before) {
        const struct conf_entry *entry = conf_ini_entry(&programme->ini, "programme", "plugin");
        conf_problem_add(&conf->problems, programme->file, entry ? entry->line : 0,
                         _("small letters a to z, digits and -, a letter first"),
                         _("[programme] plugin: '%s' is not a plug-in's name"), core->plugin);
    }
    conf_section_unused(&programme->ini, "programme", conf_programme_table.rows, conf_programme_table.n_rows,
                        &conf->problems);
    programme->core = core;
}

static int by_name(const void *a, const void *b)
{
    const struct conf_programme *left = a;
    const struct conf_programme *right = b;
    return strcmp(left->name, right->name);
}

/* The folder as the user would write it, so that messages name files as they were named to us. */
static const char *programmes_folder(struct conf *conf, const struct conf_value **origin)
{
    struct conf_settings *settings = &conf->almoner_settings;
    *origin = NULL;
    for (size_t i = 0; i < settings->values.count; i++)
        if (strcmp(settings->values.items[i].key, "programmes") == 0)
            *origin = &settings->values.items[i];
    const char *folder = file_folder_of(&settings->arena, conf->file);
    folder = file_join(&settings->arena, folder, (*origin)->text);
    return strncmp(folder, "./", 2) == 0 ? folder + 2 : folder;
}

static void read_programmes(struct conf *conf)
{
    const struct conf_value *origin;
    const char *folder = programmes_folder(conf, &origin);
    DIR *dir = opendir(folder);
    if (!dir) {
        /* A campaign without programmes yet has no such folder; one that was named is meant to be there. */
        if (errno != ENOENT || origin->file)
            conf_problem_add(&conf->problems, conf->file, origin->line,
                             errno == EACCES ? _("let the user who runs almoner read the folder")
                                             : _("make the folder, or name another one"),
                             _("[almoner] programmes: %s cannot be read: %s"), folder, strerror(errno));
        return;
    }
    size_t capacity = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        const char *name = entry->d_name;
        size_t len = strlen(name);
        if (name[0] == '.' || len <= 4 || strcmp(name + len - 4, ".ini") != 0)
            continue;
        char *file = file_join(&conf->almoner_settings.arena, folder, name);
        if (!is_name(name, len - 4)) {
            conf_problem_add(&conf->problems, file, 0,
                             _("small letters a to z, digits and -, a letter first, at most 40"),
                             _("a programme cannot be called '%.*s'"), (int)len - 4, name);
            continue;
        }
        struct stat what;
        if (stat(file, &what) == 0 && !S_ISREG(what.st_mode)) { /* a pipe would wait for a writer */
            conf_problem_add(&conf->problems, file, 0, _("take it out of the folder"), "%s",
                             S_ISDIR(what.st_mode) ? _("is a folder") : _("is no ordinary file"));
            continue;
        }
        ARRAY_ROOM(conf->programmes, conf->n_programmes, capacity);
        struct conf_programme *programme = &conf->programmes[conf->n_programmes++];
        *programme = (struct conf_programme){.name = xstrdup(name), .file = xstrdup(file)};
        programme->name[len - 4] = '\0';
    }
    closedir(dir);
    if (conf->n_programmes)
        qsort(conf->programmes, conf->n_programmes, sizeof *conf->programmes, by_name);
    for (size_t i = 0; i < conf->n_programmes; i++)
        read_programme(conf, &conf->programmes[i]);
}

enum alm_status conf_open(struct conf *conf, const char *file, struct alm_error *err)
{
    *conf = (struct conf){0};
    if (!file)
        file = getenv("ALMONER_CONFIG");
    if (!file || !*file)
        file = ALMONER_CONFDIR "/almoner.ini";
    conf->file = xstrdup(file);
    if (!conf_ini_read(&conf->ini, file, &conf->problems)) {
        conf_problems_error(&conf->problems, err);
        if (err && !err->hint[0])
            snprintf(err->hint, sizeof err->hint, "%s", _("name the file with --config or in $ALMONER_CONFIG"));
        conf_close(conf);
        return ALM_BAD_CONFIG;
    }
    conf_settings_fill(&conf->almoner_settings, &conf_almoner_table, "almoner", &conf->ini, 0, &conf->problems);
    conf_settings_fill(&conf->almoner_settings, &conf_store_table, "store", &conf->ini, 0, &conf->problems);
    conf_settings_fill(&conf->almoner_settings, &conf_match_table, "match", &conf->ini, 0, &conf->problems);
    conf_settings_fill(&conf->almoner_settings, &conf_complaints_table, "complaints", &conf->ini, 0, &conf->problems);
    conf_settings_fill(&conf->almoner_settings, &conf_roles_table, "roles", &conf->ini, 0, &conf->problems);
    conf->almoner = conf->almoner_settings.data;
    conf_section_unused(&conf->ini, "almoner", almoner_rows, COUNT_OF(almoner_rows), &conf->problems);
    conf_section_unused(&conf->ini, "store", store_rows, COUNT_OF(store_rows), &conf->problems);
    conf_section_unused(&conf->ini, "match", match_rows, COUNT_OF(match_rows), &conf->problems);
    conf_section_unused(&conf->ini, "complaints", complaints_rows, COUNT_OF(complaints_rows), &conf->problems);
    conf_section_unused(&conf->ini, "roles", conf_roles_table.rows, conf_roles_table.n_rows, &conf->problems);
    read_programmes(conf);
    for (size_t i = 0; i < conf->n_programmes; i++)
        conf_check_links(conf, &conf->programmes[i]);
    return ALM_OK;
}

void conf_close(struct conf *conf)
{
    for (size_t i = 0; i < conf->n_programmes; i++) {
        struct conf_programme *programme = &conf->programmes[i];
        conf_settings_release(&programme->own);
        conf_settings_release(&programme->core_settings);
        conf_ini_release(&programme->ini);
        free(programme->name);
        free(programme->file);
    }
    free(conf->programmes);
    conf_settings_release(&conf->store_settings);
    conf_settings_release(&conf->almoner_settings);
    conf_ini_release(&conf->ini);
    conf_problems_release(&conf->problems);
    free(conf->file);
    *conf = (struct conf){0};
}

struct conf_programme *conf_programme_find(const struct conf *conf, const char *name)
{
    for (size_t i = 0; i < conf->n_programmes; i++)
        if (strcmp(conf->programmes[i].name, name) == 0)
            return &conf->programmes[i];
    return NULL;
}

void conf_programme_fill(struct conf *conf, struct conf_programme *programme, const struct alm_settings *table,
                         const char *plugin_name)
{
    if (programme->own.data)
        return;
    conf_settings_fill(&programme->own, table, plugin_name, &programme->ini, (int)conf->almoner->currency_decimals,
                       &conf->problems);
    const struct alm_settings *const tables[] = {&conf_programme_table, table};
    const char *const sections[] = {"programme", plugin_name};
    conf_ini_unused(&programme->ini, tables, sections, COUNT_OF(tables), &conf->problems);
}

void conf_store_fill(struct conf *conf, const struct alm_settings *table, const char *plugin_name)
{
    if (conf->store_settings.data)
        return;
    conf_settings_fill(&conf->store_settings, table, plugin_name, &conf->ini, (int)conf->almoner->currency_decimals,
                       &conf->problems);
    const struct alm_settings *const tables[] = {&conf_almoner_table,    &conf_store_table, &conf_match_table,
                                                 &conf_complaints_table, &conf_roles_table, table};
    const char *const sections[] = {"almoner", "store", "match", "complaints", "roles", plugin_name};
    conf_other_stores(&conf->ini, plugin_name);
    conf_ini_unused(&conf->ini, tables, sections, COUNT_OF(tables), &conf->problems);
}

void conf_store_fill_as(struct conf *conf, struct conf_settings *settings, const struct alm_settings *table,
                        const char *plugin_name, const char *value, struct conf_problems *problems)
{
    struct conf_ini *ini = &conf->ini;
    const char *key = table->n_rows ? table->rows[0].key : "";
    struct conf_entry *entry = value ? conf_ini_entry(ini, plugin_name, key) : NULL, kept = {0};
    if (value && !entry) {
        ARRAY_ROOM(ini->entries, ini->count, ini->capacity);
        entry = &ini->entries[ini->count++];
    } else if (entry) {
        kept = *entry;
    }
    if (entry)
        *entry = (struct conf_entry){.section = plugin_name, .key = key, .value = value};
    conf_settings_fill(settings, table, plugin_name, ini, (int)conf->almoner->currency_decimals, problems);
    conf_section_unused(ini, plugin_name, table->rows, table->n_rows, problems);
    if (kept.key)
        *entry = kept;
    else if (entry)
        ini->count--;
}
