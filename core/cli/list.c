/* SPDX-License-Identifier: MIT */
/* The nouns that are lists of the register: area, body, group, base, stage, place.  One table a noun; the verbs are
 * shared. */
#include "cli/cli.h"

#include <stdlib.h>

struct list_noun {
    const char *noun;
    enum register_list list;
    const char *sql; /* its columns, ordered by code; the code is the first */
    const struct alm_column *columns;
    size_t n;
};

/*
 * What each noun has besides its code, in the order of its list: F(name, title, type, unit, word for its value, help).
 * The columns that `list` and `show` print and the options that `add` and `edit` take are made of it.
 */
#define AREA(F)                                                                                                        \
    F("parent", N_("in"), ALM_STRING, NULL, "CODE", N_("the area that it lies in"))                                    \
    F("kind", N_("kind"), ALM_STRING, NULL, "KIND", N_("province, county, district, city, neighbourhood ..."))         \
    F("name", N_("name"), ALM_STRING, NULL, "NAME", N_("its name"))                                                    \
    F("name_latin", N_("Latin name"), ALM_STRING, NULL, "NAME", N_("its name in Latin script"))
#define BODY(F)                                                                                                        \
    F("name", N_("name"), ALM_STRING, NULL, "NAME", N_("its name"))                                                    \
    F("kind", N_("kind"), ALM_STRING, NULL, "KIND", N_("foundation, committee, network ..."))                          \
    F("contact", N_("contact"), ALM_STRING, NULL, "TEXT", N_("an office's number or address"))
#define GROUP(F)                                                                                                       \
    F("name", N_("name"), ALM_STRING, NULL, "NAME", N_("its name"))                                                    \
    F("body", N_("body"), ALM_STRING, NULL, "CODE", N_("the body that it belongs to"))                                 \
    F("area", N_("area"), ALM_STRING, NULL, "CODE", N_("where it works"))                                              \
    F("specialities", N_("specialities"), ALM_STRING, NULL, "WORDS", N_("cooking, packing, medical ..."))              \
    F("capacity", N_("capacity"), ALM_INT, N_("households a day"), "N", N_("households that it can serve in a day"))   \
    F("members", N_("members"), ALM_INT, NULL, "N", N_("how many people"))
#define BASE(F)                                                                                                        \
    F("name", N_("name"), ALM_STRING, NULL, "NAME", N_("its name"))                                                    \
    F("area", N_("area"), ALM_STRING, NULL, "CODE", N_("the neighbourhood that it knows"))                             \
    F("contact", N_("contact"), ALM_STRING, NULL, "TEXT", N_("an office's number or address"))
#define STAGE(F)                                                                                                       \
    F("name", N_("name"), ALM_STRING, NULL, "NAME", N_("its name"))                                                    \
    F("starts", N_("starts"), ALM_DATE, NULL, "DATE", N_("its first day"))                                             \
    F("ends", N_("ends"), ALM_DATE, NULL, "DATE", N_("its last day"))
#define PLACE(F)                                                                                                       \
    F("kind", N_("kind"), ALM_STRING, NULL, "KIND", N_("street, square, mosque, clinic ..."))                          \
    F("name", N_("name"), ALM_STRING, NULL, "NAME", N_("its name"))                                                    \
    F("area", N_("area"), ALM_STRING, NULL, "CODE", N_("where it lies"))                                               \
    F("address", N_("address"), ALM_STRING, NULL, "TEXT", N_("how to find it"))                                        \
    F("size", N_("size"), ALM_INT, N_("m²"), "N", N_("square metres"))
#define COLUMN(n, t, ty, u, v, h) {.name = n, .title = t, .type = ty, .unit = u},
#define OPTION(n, t, ty, u, v, h) {.name = n, .type = ALM_STRING, .value = v, .help = h},
#define CODE                                                                                                           \
    {                                                                                                                  \
        .name = "code", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "CODE",                     \
        .help = N_("its code")                                                                                         \
    }
#define LIST_FIELDS(ident, FIELDS)                                                                                     \
    static const struct alm_column ident##_columns[] = {CLI_COLUMN("code", N_("code"), ALM_STRING), FIELDS(COLUMN)};   \
    static const struct alm_option ident##_options[] = {CODE, FIELDS(OPTION)}
LIST_FIELDS(area, AREA);
LIST_FIELDS(body, BODY);
LIST_FIELDS(group, GROUP);
LIST_FIELDS(base, BASE);
LIST_FIELDS(stage, STAGE);
LIST_FIELDS(place, PLACE);

/* $1: a code, or null for all. */
static const struct list_noun lists[] = {
    {"area", LIST_AREA,
     "SELECT a.code, p.code, a.kind, a.name, a.name_latin\n"
     "FROM area a LEFT JOIN area p ON p.id = a.parent\n"
     "WHERE CAST($1 AS TEXT) IS NULL OR a.code = $1\nORDER BY a.code",
     area_columns, COUNT_OF(area_columns)},
    {"body", LIST_BODY,
     "SELECT code, name, kind, contact\nFROM body\nWHERE CAST($1 AS TEXT) IS NULL OR code = $1\nORDER BY code",
     body_columns, COUNT_OF(body_columns)},
    {"group", LIST_GROUP,
     "SELECT g.code, g.name, b.code, a.code, g.specialities, g.capacity, g.members\n"
     "FROM volunteer_group g JOIN body b ON b.id = g.body LEFT JOIN area a ON a.id = g.area\n"
     "WHERE CAST($1 AS TEXT) IS NULL OR g.code = $1\nORDER BY g.code",
     group_columns, COUNT_OF(group_columns)},
    {"base", LIST_BASE,
     "SELECT b.code, b.name, a.code, b.contact\n"
     "FROM base b LEFT JOIN area a ON a.id = b.area\n"
     "WHERE CAST($1 AS TEXT) IS NULL OR b.code = $1\nORDER BY b.code",
     base_columns, COUNT_OF(base_columns)},
    {"stage", LIST_STAGE,
     "SELECT code, name, starts, ends\nFROM stage\nWHERE CAST($1 AS TEXT) IS NULL OR code = $1\nORDER BY code",
     stage_columns, COUNT_OF(stage_columns)},
    {"place", LIST_PLACE,
     "SELECT p.code, p.kind, p.name, a.code, p.address, p.size\n"
     "FROM place p LEFT JOIN area a ON a.id = p.area\n"
     "WHERE CAST($1 AS TEXT) IS NULL OR p.code = $1\nORDER BY p.code, p.id",
     place_columns, COUNT_OF(place_columns)},
};

static const struct list_noun *list_of(const struct cli *cli)
{
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        if (strcmp(lists[i].noun, cli->noun) == 0)
            return &lists[i];
    return NULL;
}

enum alm_status cli_list_rows(struct cli *cli, const char *title, const char *sql, const char *code,
                              const struct alm_column *columns, size_t n, struct alm_error *err)
{
    struct alm_value values[8];
    struct store_stmt *stmt;
    struct store *store;
    bool row;
    enum alm_status status = cli_store(cli, &store, err);

    if (status == ALM_OK)
        status = report_begin(cli->report, title, columns, n, err);
    if (status == ALM_OK)
        status = store_query(store, &stmt, err, sql, "t", code);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        for (size_t i = 0; i < n; i++) {
            if (store_is_null(stmt, (int)i))
                values[i] = alm_null();
            else if (columns[i].type == ALM_STRING)
                values[i] = alm_string(store_string(stmt, (int)i));
            else
                values[i] = alm_number(store_int(stmt, (int)i));
        }
        status = report_row(cli->report, values, err);
    }
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status print_rows(struct cli *cli, const char *code, struct alm_error *err)
{
    const struct list_noun *list = list_of(cli);

    return cli_list_rows(cli, list->noun, list->sql, code, list->columns, list->n, err);
}

static enum alm_status run_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    (void)host, (void)args;
    return print_rows(state, NULL, err);
}

/* The code as the register has it: what was typed may differ in case, digits and the like. */
static enum alm_status code_of(struct cli *cli, const char *typed, const char **code, struct alm_error *err)
{
    static const enum register_noun nouns[LISTS] = {[LIST_BODY] = REGISTER_BODY,
                                                    [LIST_GROUP] = REGISTER_GROUP,
                                                    [LIST_BASE] = REGISTER_BASE,
                                                    [LIST_STAGE] = REGISTER_STAGE};
    const enum register_list list = list_of(cli)->list;
    const struct register_area *areas;
    const struct register_entry *entry;
    struct register_directory *directory;
    struct store_stmt *stmt;
    struct store *store;
    size_t n;
    int32_t area;
    bool row;
    alm_id id;
    enum alm_status status = cli_store(cli, &store, err);

    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status != ALM_OK)
        return status;
    if (list == LIST_AREA) {
        status = register_areas(directory, &areas, &n, err);
        if (status == ALM_OK && (area = register_area_by_code(directory, text_of(typed), err)) < 0)
            return err->status;
        *code = status == ALM_OK ? areas[area].code : NULL;
        return status;
    }
    if (list != LIST_PLACE) {
        if (!(entry = register_by_code(directory, nouns[list], text_of(typed), err)))
            return err->status;
        *code = entry->code;
        return ALM_OK;
    }
    status = register_find(store, ALM_NOUN_PLACE, typed, &id, err);
    if (status == ALM_OK)
        status = store_query(store, &stmt, err, "SELECT code FROM place WHERE id = $1", "i", id);
    if (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        *code = arena_strdup(&cli->arena, store_string(stmt, 0));
    return status;
}

static enum alm_status run_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    const char *code = NULL;
    enum alm_status status = code_of(state, alm_arg_text(args, "code"), &code, err);

    (void)host;
    return status == ALM_OK ? print_rows(state, code, err) : status;
}

static enum alm_status run_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    const struct list_noun *list = list_of(cli);
    const struct register_gate gate = host_register_gate(cli->host);
    struct import import = {.command = arena_printf(&cli->arena, "%s import", cli->noun),
                            .file = alm_arg_text(args, "file"),
                            .rejects = alm_arg_text(args, "rejects"),
                            .rows = register_importer_rows};
    struct import_counts counts = {0};
    struct register_directory *directory;
    struct store *store;
    enum alm_status status;

    (void)host;
    import.map = cli_map(cli, args);
    import.columns = register_list_columns(list->list, &import.n_columns);
    status = cli_store(cli, &store, err);
    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status != ALM_OK)
        return status;
    import.context = register_importer_new(list->list, store, directory, &gate, host_today(cli->host), false);
    status = cli_import(cli, &import, &counts, err);
    register_importer_free(import.context);
    return status;
}

void cli_list_values(const struct import_column *columns, size_t n, const struct alm_args *args,
                     struct alm_text *values)
{
    for (size_t i = 0; i < n; i++) {
        const struct alm_arg *arg = alm_arg(args, columns[i].name);

        if (arg && arg->given)
            values[i] = text_of(arg->values[0].text);
    }
}

static enum alm_status put(struct cli *cli, const struct alm_args *args, bool must_exist, struct alm_error *err)
{
    const struct list_noun *list = list_of(cli);
    const struct register_gate gate = host_register_gate(cli->host);
    struct register_directory *directory;
    struct alm_text values[16] = {0};
    const struct import_column *columns;
    struct store *store;
    alm_id id;
    size_t n;
    enum alm_status status = cli_store(cli, &store, err);

    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status != ALM_OK)
        return status;
    columns = register_list_columns(list->list, &n);
    cli_list_values(columns, n, args, values);
    status = register_put(list->list, store, directory, &gate, host_today(cli->host), values, must_exist, &id, err);
    cli->entry.subject = alm_arg_text(args, "code");
    cli->entry.added = !must_exist;
    cli->entry.changed = must_exist;
    return status;
}

static enum alm_status run_add(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    (void)host;
    return put(state, args, false, err);
}

static enum alm_status run_edit(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    (void)host;
    return put(state, args, true, err);
}

static const struct alm_option code_options[] = {CODE};
static const struct alm_option import_options[] = {CLI_IMPORT_OPTIONS};

#define LIST_NOUN(ident, word, plural, code, add, edit)                                                                \
    static const struct alm_command ident##_commands[] = {                                                             \
        {"import", N_("import or update " plural " from a CSV file"), import_options, COUNT_OF(import_options),        \
         ALM_WRITES | ALM_BULK, run_import, word " import " plural ".csv"},                                            \
        {"list", N_("list all " plural ", by code"), NULL, 0, ALM_READS | CLI_ROLE(CONF_STAFF), run_list,              \
         word " list"},                                                                                                \
        {"show", N_("show one"), code_options, COUNT_OF(code_options), ALM_READS | CLI_ROLE(CONF_STAFF), run_show,     \
         word " show " code},                                                                                          \
        {"add", N_("add one"), ident##_options, COUNT_OF(ident##_options), ALM_WRITES, run_add, word " add " add},     \
        {"edit", N_("change what is given; the rest stays"), ident##_options, COUNT_OF(ident##_options), ALM_WRITES,   \
         run_edit, word " edit " code " " edit},                                                                       \
    };                                                                                                                 \
    extern const struct cli_noun cli_##ident;                                                                          \
    const struct cli_noun cli_##ident = {word, N_(plural ": import, list, show, add, edit"), ident##_commands,         \
                                         COUNT_OF(ident##_commands)}

LIST_NOUN(area, "area", "areas", "1501", "150199 --name 'محله نو' --parent 1501 --kind neighbourhood",
          "--name_latin Khorramabad");
LIST_NOUN(body, "body", "bodies", "hamdeli", "RC --name 'Red Crescent'", "--contact '066-3000000'");
LIST_NOUN(group, "group", "groups", "G0001",
          "G9001 --name 'گروه باران' --body hamdeli --area 1501 --specialities 'cooking packing'", "--capacity 150");
LIST_NOUN(base, "base", "bases", "B0001", "B9001 --name 'پایگاه نو' --area 1501", "--contact 'Felestin street'");
LIST_NOUN(stage, "stage", "stages", "S4", "S9 --name 'Spring' --starts 1400/01/01 --ends 1400/03/31",
          "--ends 1399/12/30");
LIST_NOUN(place, "place", "places", "P1", "P9 --name 'درمانگاه مهر' --kind clinic --area 1501 --size 400",
          "--address 'Felestin street 12'");
