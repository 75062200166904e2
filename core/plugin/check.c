/* SPDX-License-Identifier: MIT */
/*
 * Whether a plug-in's tables hold together.  All that the core later takes for granted is asked here, once, so that a
 * slip of an author is a message at loading and not a crash at the user's.
 */
#include "conf/conf.h"
#include "plugin/plugin.h"

/* Options that every command has already. */
static const char *const common_options[] = {"config",   "now",   "output",  "dry-run", "yes",
                                             "no-input", "quiet", "verbose", "help"};
/* Columns that every delivery line has already. */
static const char *const line_columns[] = {"id",    "key",         "programme", "household", "person", "partner",
                                           "place", "national_id", "quantity",  "date",      "body",   "group",
                                           "area",  "stage",       "value",     "note",      "owner",  "reverses"};

/* ALM_UNAVAILABLE with a text that names the table and the row; all faults of a plug-in are its author's to mend. */
ALM_PRINTF(2, 3) static enum alm_status fault(struct alm_error *err, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return error_set(err, ALM_UNAVAILABLE,
                     _("this is for the plug-in's author to mend; <almoner/plugin.h> says what may stand there"), "%s",
                     text);
}

static bool among(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* A letter, then letters, digits and `joint`. */
static bool is_word(const char *name, const char *joint)
{
    if (!name || name[0] < 'a' || name[0] > 'z' || strlen(name) > 60)
        return false;
    for (const char *at = name; *at; at++)
        if (!((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || strchr(joint, *at)))
            return false;
    return true;
}

static bool is_empty(const char *text)
{
    return !text || !*text;
}

static bool is_type(uint32_t type)
{
    return type >= ALM_BOOL && type <= ALM_ID;
}

/* A default or a bound must be what a user might write.  The currency is not known here: four decimals is the most. */
static bool parses(const char *text, uint32_t type, const char *min, const char *max, const char *const *choices,
                   struct alm_error *why)
{
    struct arena arena = {0};
    struct alm_value value;
    const struct conf_rule rule = {
        .type = type, .min = min, .max = max, .choices = choices, .folder = "/", .currency_decimals = 4};
    bool ok = conf_value_parse(&rule, text_of(text), &arena, &value, why) == ALM_OK;
    arena_release(&arena);
    return ok;
}

/* ---- settings ---- */

static size_t size_of_field(uint32_t type)
{
    switch (type) {
    case ALM_BOOL:
        return sizeof(bool);
    case ALM_STRING:
    case ALM_PATH:
        return sizeof(const char *);
    case ALM_LIST:
        return sizeof(struct alm_list);
    default:
        return sizeof(int64_t);
    }
}

static bool overlap(size_t a, size_t a_size, size_t b, size_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

static enum alm_status check_setting(const struct alm_setting *row, const char *where, size_t first, size_t size,
                                     struct alm_error *err)
{
    struct alm_error why = {0};
    if (!is_word(row->key, "_-"))
        return fault(err, _("%s: '%s' cannot be a key"), where, row->key ? row->key : "");
    if (!is_type(row->type))
        return fault(err, _("%s %s: there is no type %u"), where, row->key, row->type);
    if (row->flags & ~(uint32_t)(ALM_REQUIRED | ALM_HIDDEN))
        return fault(err, _("%s %s: flags that a setting cannot have"), where, row->key);
    if (is_empty(row->help))
        return fault(err, _("%s %s: has no help"), where, row->key);
    if (row->type == ALM_ENUM && (!row->choices || !row->choices[0]))
        return fault(err, _("%s %s: has no choices"), where, row->key);
    if (row->offset < first || row->offset > size || size_of_field(row->type) > size - row->offset)
        return fault(err, _("%s %s: its offset lies outside the struct"), where, row->key);
    if (row->min && !parses(row->min, row->type, NULL, NULL, NULL, &why))
        return fault(err, _("%s %s: its least value: %s"), where, row->key, why.text);
    if (row->max && !parses(row->max, row->type, NULL, NULL, NULL, &why))
        return fault(err, _("%s %s: its greatest value: %s"), where, row->key, why.text);
    if (row->fallback && !parses(row->fallback, row->type, row->min, row->max, row->choices, &why))
        return fault(err, _("%s %s: its default: %s"), where, row->key, why.text);
    return ALM_OK;
}

static enum alm_status check_rows(const struct alm_setting *rows, size_t n, const char *where, size_t first,
                                  size_t size, struct alm_error *err)
{
    if (n && !rows)
        return fault(err, _("%s: counts %zu keys and has no table"), where, n);
    for (size_t i = 0; i < n; i++) {
        enum alm_status status = check_setting(&rows[i], where, first, size, err);
        if (status != ALM_OK)
            return status;
        for (size_t k = 0; k < i; k++) {
            if (strcmp(rows[k].key, rows[i].key) == 0)
                return fault(err, _("%s %s: is there twice"), where, rows[i].key);
            /* Also what an int where an int64_t is due looks like. */
            if (overlap(rows[k].offset, size_of_field(rows[k].type), rows[i].offset, size_of_field(rows[i].type)))
                return fault(err, _("%s: %s and %s share memory; is a field of the wrong C type?"), where, rows[k].key,
                             rows[i].key);
        }
    }
    return ALM_OK;
}

static enum alm_status check_groups(const struct alm_settings *settings, struct alm_error *err)
{
    static const char *const taken[] = {"programme", "almoner", "store"};
    if (settings->n_groups && !settings->groups)
        return fault(err, _("settings: count %zu groups and have no table"), settings->n_groups);
    for (size_t i = 0; i < settings->n_groups; i++) {
        const struct alm_setting_group *group = &settings->groups[i];
        char where[100];
        if (!is_word(group->name, "_-") || among(group->name, taken, COUNT_OF(taken)))
            return fault(err, _("settings: '%s' cannot be a group"), group->name ? group->name : "");
        if (is_empty(group->help))
            return fault(err, _("group %s: has no help"), group->name);
        if (group->offset > settings->size || sizeof(struct alm_group) > settings->size - group->offset)
            return fault(err, _("group %s: its offset lies outside the struct"), group->name);
        if (group->item_size < sizeof(const char *))
            return fault(err, _("group %s: its struct has no room for the name"), group->name);
        if (group->max_count && group->min_count > group->max_count)
            return fault(err, _("group %s: at least %u and at most %u"), group->name, group->min_count,
                         group->max_count);
        for (size_t k = 0; k < i; k++)
            if (strcmp(settings->groups[k].name, group->name) == 0)
                return fault(err, _("group %s: is there twice"), group->name);
        for (size_t k = 0; k < settings->n_rows; k++)
            if (overlap(settings->rows[k].offset, size_of_field(settings->rows[k].type), group->offset,
                        sizeof(struct alm_group)))
                return fault(err, _("group %s shares memory with %s"), group->name, settings->rows[k].key);
        snprintf(where, sizeof where, _("group %s:"), group->name);
        enum alm_status status =
            check_rows(group->settings, group->n_settings, where, sizeof(const char *), group->item_size, err);
        if (status != ALM_OK)
            return status;
    }
    return ALM_OK;
}

/* ---- commands, reports, migrations ---- */

static enum alm_status check_option(const struct alm_option *option, const char *where, struct alm_error *err)
{
    struct alm_error why = {0};
    if (!is_word(option->name, "-"))
        return fault(err, _("%s: '%s' cannot be an option"), where, option->name ? option->name : "");
    bool argument = option->flags & ALM_ARGUMENT;
    if (!argument && among(option->name, common_options, COUNT_OF(common_options)))
        return fault(err, _("%s: --%s is an option of every command"), where, option->name);
    if (!is_type(option->type) || option->type == ALM_LIST)
        return fault(err, _("%s: option %s cannot be of type %u"), where, option->name, option->type);
    if (option->flags & ~(uint32_t)(ALM_REQUIRED | ALM_REPEATED | ALM_ARGUMENT | ALM_HIDDEN))
        return fault(err, _("%s: option %s has unknown flags"), where, option->name);
    if (argument && option->type == ALM_BOOL)
        return fault(err, _("%s: argument %s cannot be a yes or no"), where, option->name);
    if (option->type == ALM_ENUM && (!option->choices || !option->choices[0]))
        return fault(err, _("%s: option %s has no choices"), where, option->name);
    if (is_empty(option->help))
        return fault(err, _("%s: option %s has no help"), where, option->name);
    if (option->fallback && !parses(option->fallback, option->type, NULL, NULL, option->choices, &why))
        return fault(err, _("%s: option %s: its default: %s"), where, option->name, why.text);
    return ALM_OK;
}

static enum alm_status check_options(const struct alm_option *options, size_t n, const char *where,
                                     struct alm_error *err)
{
    const struct alm_option *last_argument = NULL;
    if (n && !options)
        return fault(err, _("%s: counts %zu options and has no table"), where, n);
    for (size_t i = 0; i < n; i++) {
        enum alm_status status = check_option(&options[i], where, err);
        if (status != ALM_OK)
            return status;
        for (size_t k = 0; k < i; k++)
            if (strcmp(options[k].name, options[i].name) == 0)
                return fault(err, _("%s: option %s is there twice"), where, options[i].name);
        if (!(options[i].flags & ALM_ARGUMENT))
            continue;
        if (last_argument && (last_argument->flags & ALM_REPEATED))
            return fault(err, _("%s: argument %s repeats and is not the last"), where, last_argument->name);
        if (last_argument && (options[i].flags & ALM_REQUIRED) && !(last_argument->flags & ALM_REQUIRED))
            return fault(err, _("%s: argument %s is required and stands after one that is not"), where,
                         options[i].name);
        last_argument = &options[i];
    }
    return ALM_OK;
}

static bool is_command_name(const char *name)
{
    char words[2][64];
    char rest;
    if (is_empty(name))
        return false;
    int n = sscanf(name, "%63s %63s %c", words[0], words[1], &rest);
    if (n != 1 && n != 2)
        return false;
    size_t len = strlen(words[0]) + (n == 2 ? 1 + strlen(words[1]) : 0);
    return len == strlen(name) && is_word(words[0], "-") && (n == 1 || is_word(words[1], "-"));
}

static enum alm_status check_commands(const struct alm_plugin *plugin, struct alm_error *err)
{
    if (plugin->n_commands && !plugin->commands)
        return fault(err, _("it counts %zu commands and has no table"), plugin->n_commands);
    for (size_t i = 0; i < plugin->n_commands; i++) {
        const struct alm_command *command = &plugin->commands[i];
        char where[120];
        if (!is_command_name(command->name))
            return fault(err, _("'%s' cannot be a command"), command->name ? command->name : "");
        snprintf(where, sizeof where, _("command %s"), command->name);
        if (is_empty(command->summary))
            return fault(err, _("%s: has no summary"), where);
        if (!command->run)
            return fault(err, _("%s: has no run()"), where);
        uint32_t flags = command->flags;
        uint32_t way = flags & (ALM_READS | ALM_WRITES | ALM_NO_STORE);
        bool one_way = way == ALM_READS || way == ALM_WRITES || way == ALM_NO_STORE;
        if (!one_way || (flags & ~(uint32_t)(ALM_READS | ALM_WRITES | ALM_BULK | ALM_NO_STORE)) ||
            ((flags & ALM_BULK) && way != ALM_WRITES))
            return fault(err,
                         _("%s: flags are one of ALM_READS, ALM_WRITES, ALM_NO_STORE, and ALM_BULK with ALM_WRITES"),
                         where);
        for (size_t k = 0; k < i; k++)
            if (strcmp(plugin->commands[k].name, command->name) == 0)
                return fault(err, _("%s: is there twice"), where);
        enum alm_status status = check_options(command->options, command->n_options, where, err);
        if (status != ALM_OK)
            return status;
    }
    return ALM_OK;
}

static enum alm_status check_columns(const struct alm_column *columns, size_t n, const char *where,
                                     struct alm_error *err)
{
    if (n && !columns)
        return fault(err, _("%s: counts %zu columns and has no table"), where, n);
    for (size_t i = 0; i < n; i++) {
        const struct alm_column *column = &columns[i];
        if (!is_word(column->name, "_"))
            return fault(err, _("%s: '%s' cannot be a column"), where, column->name ? column->name : "");
        if (is_empty(column->title))
            return fault(err, _("%s: column %s has no title"), where, column->name);
        if (!is_type(column->type) || column->type == ALM_LIST)
            return fault(err, _("%s: column %s cannot be of type %u"), where, column->name, column->type);
        if (column->flags & ~(uint32_t)(ALM_TOTAL | ALM_OPTIONAL))
            return fault(err, _("%s: column %s has unknown flags"), where, column->name);
        if (column->type == ALM_ENUM && (!column->choices || !column->choices[0]))
            return fault(err, _("%s: column %s has no choices"), where, column->name);
        if (column->hxl && column->hxl[0] != '#')
            return fault(err, _("%s: column %s: an HXL tag begins with #"), where, column->name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(columns[k].name, column->name) == 0)
                return fault(err, _("%s: column %s is there twice"), where, column->name);
    }
    return ALM_OK;
}

static enum alm_status check_reports(const struct alm_plugin *plugin, struct alm_error *err)
{
    if (plugin->n_reports && !plugin->reports)
        return fault(err, _("it counts %zu reports and has no table"), plugin->n_reports);
    for (size_t i = 0; i < plugin->n_reports; i++) {
        const struct alm_report *report = &plugin->reports[i];
        char where[120];
        if (!is_word(report->name, "-"))
            return fault(err, _("'%s' cannot be a report"), report->name ? report->name : "");
        snprintf(where, sizeof where, _("report %s"), report->name);
        if (is_empty(report->summary))
            return fault(err, _("%s: has no summary"), where);
        if (!report->run)
            return fault(err, _("%s: has no run()"), where);
        if (!report->n_columns)
            return fault(err, _("%s: has no columns"), where);
        for (size_t k = 0; k < i; k++)
            if (strcmp(plugin->reports[k].name, report->name) == 0)
                return fault(err, _("%s: is there twice"), where);
        enum alm_status status = check_columns(report->columns, report->n_columns, where, err);
        if (status == ALM_OK)
            status = check_options(report->options, report->n_options, where, err);
        if (status != ALM_OK)
            return status;
    }
    return ALM_OK;
}

static enum alm_status check_migrations(const struct alm_plugin *plugin, struct alm_error *err)
{
    if (plugin->n_migrations && !plugin->migrations)
        return fault(err, _("it counts %zu migrations and has no table"), plugin->n_migrations);
    for (size_t i = 0; i < plugin->n_migrations; i++) {
        const struct alm_migration *migration = &plugin->migrations[i];
        if (migration->version != i + 1)
            return fault(err, _("migration %u stands where %zu is due"), migration->version, i + 1);
        if (is_empty(migration->name) || is_empty(migration->sql))
            return fault(err, _("migration %u has no name or no SQL"), migration->version);
    }
    return ALM_OK;
}

/* ---- kinds ---- */

static enum alm_status check_programme(const struct alm_programme *programme, struct alm_error *err)
{
    if (programme->recipient < ALM_HOUSEHOLD || programme->recipient > ALM_PLACE)
        return fault(err, _("the programme's recipient is neither a household nor a person nor a place"));
    if (is_empty(programme->unit) || is_empty(programme->unit_plural))
        return fault(err, _("the programme has no unit, or no plural of it"));
    if (programme->look_back_days < 0)
        return fault(err, _("the programme looks back %d days"), programme->look_back_days);
    if (!programme->entitle)
        return fault(err, _("the programme has no entitle()"));
    if (!programme->settle != !programme->unsettle)
        return fault(err, programme->settle ? _("the programme has settle() and no unsettle()")
                                            : _("the programme has unsettle() and no settle()"));
    enum alm_status status = check_columns(programme->detail, programme->n_detail, _("detail"), err);
    for (size_t i = 0; status == ALM_OK && i < programme->n_detail; i++) {
        const struct alm_column *column = &programme->detail[i];
        if (among(column->name, line_columns, COUNT_OF(line_columns)))
            return fault(err, _("detail: every delivery has a column %s already"), column->name);
        switch (column->type) {
        case ALM_INT:
        case ALM_ENUM:
        case ALM_DATE:
        case ALM_TIME:
        case ALM_ID:
        case ALM_STRING:
        case ALM_QUANTITY:
            break;
        default:
            return fault(err, _("detail: column %s cannot be of type %u"), column->name, column->type);
        }
    }
    return status;
}

#define DRIVER(member)                                                                                                 \
    {                                                                                                                  \
#member, offsetof(struct alm_store_driver, member)                                                             \
    }
static const struct {
    const char *name;
    size_t offset;
} driver_functions[] = {
    DRIVER(open),        DRIVER(close),       DRIVER(describe),       DRIVER(exec),       DRIVER(begin),
    DRIVER(commit),      DRIVER(rollback),    DRIVER(savepoint),      DRIVER(release),    DRIVER(prepare),
    DRIVER(finalize),    DRIVER(bind_int),    DRIVER(bind_double),    DRIVER(bind_text),  DRIVER(bind_null),
    DRIVER(bind_ints),   DRIVER(bind_texts),  DRIVER(step),           DRIVER(reset),      DRIVER(changes),
    DRIVER(columns),     DRIVER(column_name), DRIVER(column_is_null), DRIVER(column_int), DRIVER(column_double),
    DRIVER(column_text), DRIVER(bulk),        DRIVER(backup),         DRIVER(restore),    DRIVER(check),
    DRIVER(bytes),
};
#undef DRIVER

static enum alm_status check_store(const struct alm_store_driver *store, struct alm_error *err)
{
    for (size_t i = 0; i < COUNT_OF(driver_functions); i++) {
        void (*function)(void);
        memcpy(&function, (const char *)store + driver_functions[i].offset, sizeof function);
        if (!function)
            return fault(err, _("the store has no %s()"), driver_functions[i].name);
    }
    if (store->flags & ~(uint32_t)ALM_STORE_ONE_WRITER)
        return fault(err, _("the store has unknown flags"));
    return ALM_OK;
}

static enum alm_status check_kind(const struct alm_plugin *plugin, struct alm_error *err)
{
    switch (plugin->kind) {
    case ALM_KIND_PROGRAMME:
        if (!plugin->programme || plugin->store)
            return fault(err, _("it says that it is a programme: it needs .programme and cannot have .store"));
        return check_programme(plugin->programme, err);
    case ALM_KIND_STORE:
        if (!plugin->store || plugin->programme)
            return fault(err, _("it says that it is a store: it needs .store and cannot have .programme"));
        return check_store(plugin->store, err);
    default:
        return fault(err, _("it is of a kind (%u) that almoner does not know"), plugin->kind);
    }
}

enum alm_status plugin_check(const struct alm_plugin *plugin, const char *name, struct alm_error *err)
{
    if (is_empty(plugin->name))
        return fault(err, _("it has no name"));
    if (strcmp(plugin->name, name) != 0)
        return error_set(
            err, ALM_UNAVAILABLE,
            _("name the file as the plug-in; for two programmes of one plug-in, give one's INI a plugin ="),
            _("it calls itself %s and its file is %s.so"), plugin->name, name);
    enum alm_status status = plugin_check_name(plugin->name, err);
    if (status != ALM_OK)
        return status;
    if (is_empty(plugin->version) || is_empty(plugin->summary))
        return fault(err, _("it has no version, or no summary"));
    const struct alm_settings *settings = &plugin->settings;
    status = check_rows(settings->rows, settings->n_rows, _("setting"), 0, settings->size, err);
    if (status == ALM_OK)
        status = check_groups(settings, err);
    if (status == ALM_OK)
        status = check_commands(plugin, err);
    if (status == ALM_OK)
        status = check_reports(plugin, err);
    if (status == ALM_OK)
        status = check_migrations(plugin, err);
    if (status == ALM_OK)
        status = check_kind(plugin, err);
    return status;
}
