/* SPDX-License-Identifier: MIT */
/* `almoner target` and `almoner capacity`: what is aimed at, and who can give how much of it. */
#include "cli/cli.h"

/* Columns of both sheets as tables show them, by the order of their values. */
static const struct alm_column target_columns[] = {
    CLI_COLUMN("stage", N_("stage"), ALM_STRING),  CLI_COLUMN("programme", N_("programme"), ALM_STRING),
    CLI_COLUMN("area", N_("area"), ALM_STRING),    CLI_COLUMN("households", N_("households"), ALM_INT),
    CLI_COLUMN("persons", N_("persons"), ALM_INT), CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
    CLI_COLUMN("budget", N_("budget"), ALM_MONEY), CLI_COLUMN("area_name", N_("name of the area"), ALM_STRING),
};
static const struct alm_column capacity_columns[] = {
    CLI_COLUMN("stage", N_("stage"), ALM_STRING), CLI_COLUMN("programme", N_("programme"), ALM_STRING),
    CLI_COLUMN("body", N_("body"), ALM_STRING),   CLI_COLUMN("group", N_("group"), ALM_STRING),
    CLI_COLUMN("area", N_("area"), ALM_STRING),   CLI_COLUMN("quantity", N_("quantity"), ALM_QUANTITY),
    CLI_COLUMN("people", N_("people"), ALM_INT),  CLI_COLUMN("area_name", N_("name of the area"), ALM_STRING),
};
enum { N_COLUMNS = 8 };

static const struct sheet {
    const char *title;
    const struct alm_column *columns;
    size_t n; /* values; the area's name comes after them */
    int area;
} sheets[SHEETS] = {[SHEET_TARGET] = {N_("targets"), target_columns, N_COLUMNS - 1, TARGET_AREA},
                    [SHEET_CAPACITY] = {N_("capacity"), capacity_columns, N_COLUMNS - 1, CAPACITY_AREA}};

struct listing {
    struct cli *cli;
    const struct sheet *sheet;
    struct register_directory *directory;
    alm_id body;
    int32_t within; /* -1: everywhere */
};

static struct alm_value area_value(struct register_directory *directory, alm_id id, bool name)
{
    const struct register_area *areas;
    struct alm_error ignored;
    const int32_t area = id ? register_area_by_id(directory, id) : -1;

    if (area < 0 || register_areas(directory, &areas, NULL, &ignored) != ALM_OK)
        return alm_null();
    return alm_string(name ? areas[area].name : areas[area].code);
}

/* Ids become codes; what is not set is null. */
static void values_to_row(const struct listing *listing, const int64_t *values, struct alm_value *row)
{
    const struct sheet *sheet = listing->sheet;
    static const struct {
        const char *column;
        enum register_noun noun;
    } nouns[] = {{"stage", REGISTER_STAGE},
                 {"programme", REGISTER_PROGRAMME},
                 {"body", REGISTER_BODY},
                 {"group", REGISTER_GROUP}};

    for (size_t i = 0; i < sheet->n; i++) {
        row[i] = values[i] == ALM_NULL ? alm_null() : alm_number(values[i]);
        for (size_t k = 0; k < COUNT_OF(nouns); k++)
            if (strcmp(sheet->columns[i].name, nouns[k].column) == 0)
                row[i] = cli_entry_code(listing->directory, nouns[k].noun, values[i]);
    }
    row[sheet->area] = area_value(listing->directory, values[sheet->area], false);
    row[sheet->n] = area_value(listing->directory, values[sheet->area], true);
}

static enum alm_status list_row(void *context, const int64_t *values, struct alm_error *err)
{
    const struct listing *listing = context;
    struct alm_value row[N_COLUMNS];

    if (listing->body && values[CAPACITY_BODY] != listing->body)
        return ALM_OK;
    if (listing->within >= 0) {
        const int32_t area = register_area_by_id(listing->directory, values[listing->sheet->area]);

        if (area < 0 || !register_area_within(listing->directory, area, listing->within))
            return ALM_OK;
    }
    values_to_row(listing, values, row);
    return report_row(listing->cli->report, row, err);
}

static enum alm_status begin(struct listing *listing, enum secretariat_sheet sheet,
                             const struct secretariat **secretariat, struct alm_error *err)
{
    enum alm_status status = host_secretariat(listing->cli->host, secretariat, err);

    listing->sheet = &sheets[sheet];
    listing->within = -1;
    return status == ALM_OK ? cli_directory(listing->cli, &listing->directory, err) : status;
}

static enum alm_status run_list(struct cli *cli, enum secretariat_sheet sheet, const struct alm_args *args,
                                struct alm_error *err)
{
    struct listing listing = {.cli = cli};
    const struct secretariat *secretariat;
    alm_id stage = 0, programme = 0;
    enum alm_status status = begin(&listing, sheet, &secretariat, err);

    if (status == ALM_OK)
        status = cli_entry_arg(listing.directory, args, "stage", REGISTER_STAGE, &stage, err);
    if (status == ALM_OK)
        status = cli_entry_arg(listing.directory, args, "programme", REGISTER_PROGRAMME, &programme, err);
    if (status == ALM_OK && sheet == SHEET_CAPACITY) {
        status = cli_entry_arg(listing.directory, args, "body", REGISTER_BODY, &listing.body, err);
        if (status == ALM_OK)
            status = cli_own_body(cli, &listing.body, err);
    }
    if (status == ALM_OK)
        status = cli_area_arg(listing.directory, args, &listing.within, err);
    if (status == ALM_OK)
        status = report_begin(cli->report, _(listing.sheet->title),
                              cli_money_columns(cli, listing.sheet->columns, N_COLUMNS), N_COLUMNS, err);
    if (status == ALM_OK)
        status = secretariat_rows(secretariat, sheet, stage, programme, list_row, &listing, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* ---- one row ---- */

/* Stage, programme and area, for the journal. */
static const char *subject_of(struct cli *cli, const struct import_column *columns, const struct alm_args *args)
{
    return arena_printf(&cli->arena, "%s %s %s", alm_arg_text(args, columns[0].name),
                        alm_arg_text(args, columns[1].name), alm_arg_text(args, columns[2].name));
}

static enum alm_status run_add(struct cli *cli, enum secretariat_sheet sheet, const struct alm_args *args,
                               struct alm_error *err)
{
    struct alm_text texts[SHEET_VALUES_MAX] = {0};
    const struct secretariat *secretariat;
    enum import_outcome outcome;
    size_t n;
    const struct import_column *columns = secretariat_columns(sheet, &n);
    enum alm_status status = host_secretariat(cli->host, &secretariat, err);

    if (status != ALM_OK)
        return status;
    cli_list_values(columns, n, args, texts);
    status = secretariat_put(secretariat, sheet, texts, &outcome, err);
    if (status != ALM_OK)
        return status;
    cli->entry.subject = subject_of(cli, columns, args);
    return cli_tell_outcome(cli, outcome, err);
}

static enum alm_status run_remove(struct cli *cli, enum secretariat_sheet sheet, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct alm_text texts[SHEET_VALUES_MAX] = {0};
    const struct secretariat *secretariat;
    size_t n;
    const struct import_column *columns = secretariat_columns(sheet, &n);
    enum alm_status status = host_secretariat(cli->host, &secretariat, err);

    if (status != ALM_OK)
        return status;
    cli_list_values(columns, n, args, texts);
    status = secretariat_remove(secretariat, sheet, texts, err);
    if (status != ALM_OK)
        return status;
    cli->entry.subject = subject_of(cli, columns, args);
    cli->entry.removed = 1;
    return cli_tell_word(cli, _("removed"), err);
}

static enum alm_status run_show(struct cli *cli, enum secretariat_sheet sheet, const struct alm_args *args,
                                struct alm_error *err)
{
    struct alm_text texts[SHEET_VALUES_MAX] = {0};
    struct listing listing = {.cli = cli};
    const struct secretariat *secretariat;
    int64_t values[SHEET_VALUES_MAX];
    struct alm_value row[N_COLUMNS];
    size_t n;
    const struct import_column *columns = secretariat_columns(sheet, &n);
    enum alm_status status = begin(&listing, sheet, &secretariat, err);

    if (status != ALM_OK)
        return status;
    cli_list_values(columns, n, args, texts);
    status = secretariat_find(secretariat, sheet, texts, values, err);
    if (status == ALM_OK && sheet == SHEET_CAPACITY)
        status = cli_own_body(cli, &values[CAPACITY_BODY], err);
    if (status == ALM_OK)
        status = cli_facts_begin(cli, _(cli->noun), err);
    if (status != ALM_OK)
        return status;
    values_to_row(&listing, values, row);
    for (size_t i = 0; i < N_COLUMNS && status == ALM_OK; i++) {
        const struct cli_fact fact = {_(listing.sheet->columns[i].title), listing.sheet->columns[i].type, row[i]};

        status = cli_facts_add(cli, &fact, 1, err);
    }
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status run_import(struct cli *cli, enum secretariat_sheet sheet, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct secretariat_import context = {.sheet = sheet};
    struct import import = {.command = arena_printf(&cli->arena, "%s import", cli->noun),
                            .file = alm_arg_text(args, "file"),
                            .map = cli_map(cli, args),
                            .rejects = alm_arg_text(args, "rejects"),
                            .keyed = true,
                            .rows = secretariat_import_rows,
                            .context = &context};
    struct import_counts counts = {0};
    enum alm_status status = host_secretariat(cli->host, &context.secretariat, err);

    import.columns = secretariat_columns(sheet, &import.n_columns);
    return status == ALM_OK ? cli_import(cli, &import, &counts, err) : status;
}

#define RUN(sheet, which, verb)                                                                                        \
    static enum alm_status sheet##_##verb(const struct alm_host *host, void *state, const struct alm_args *args,       \
                                          struct alm_error *err)                                                       \
    {                                                                                                                  \
        (void)host;                                                                                                    \
        return run_##verb(state, which, args, err);                                                                    \
    }
#define RUNS(sheet, which)                                                                                             \
    RUN(sheet, which, list)                                                                                            \
    RUN(sheet, which, add)                                                                                             \
    RUN(sheet, which, remove)                                                                                          \
    RUN(sheet, which, show)                                                                                            \
    RUN(sheet, which, import)
RUNS(target, SHEET_TARGET)
RUNS(capacity, SHEET_CAPACITY)

/* ---- tables ---- */

#define WORD(n, v, h)                                                                                                  \
    {                                                                                                                  \
        .name = n, .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = v, .help = h                     \
    }
#define TEXT(n, v, h)                                                                                                  \
    {                                                                                                                  \
        .name = n, .type = ALM_STRING, .value = v, .help = h                                                           \
    }
#define STAGE WORD("stage", "STAGE", N_("the stage, by its code"))
#define PROGRAMME WORD("programme", "PROGRAMME", N_("the programme"))
#define ONLY                                                                                                           \
    TEXT("stage", "CODE", N_("only this stage")), TEXT("programme", "NAME", N_("only this programme")),                \
        TEXT("area", "CODE", N_("only this area and what lies in it"))
#define TARGET_KEY STAGE, PROGRAMME, WORD("area", "AREA", N_("the area; one with areas in it stands for all of them"))
#define CAPACITY_KEY                                                                                                   \
    STAGE, PROGRAMME, WORD("body", "BODY", N_("the body that can give it")),                                           \
        TEXT("group", "CODE", N_("one of its groups (default: the body as a whole, its groups included)")),            \
        TEXT("area", "CODE", N_("within this area (default: everywhere together)"))

static const struct alm_option target_key[] = {TARGET_KEY};
static const struct alm_option target_add_options[] = {
    TARGET_KEY, TEXT("households", "N", N_("how many households are to be served")),
    TEXT("persons", "N", N_("how many persons")),
    TEXT("quantity", "N", N_("how much is to be given, in the programme's unit")),
    TEXT("budget", "MONEY", N_("what it may cost, in the campaign's currency"))};
static const struct alm_option target_list_options[] = {ONLY};
static const struct alm_option capacity_key[] = {CAPACITY_KEY};
static const struct alm_option capacity_add_options[] = {
    CAPACITY_KEY, TEXT("quantity", "N", N_("how much it can give in the whole stage, in the programme's unit")),
    TEXT("people", "N", N_("how many people are at work for it"))};
static const struct alm_option capacity_list_options[] = {ONLY, TEXT("body", "CODE", N_("only this body"))};
static const struct alm_option import_options[] = {CLI_IMPORT_OPTIONS};

#define DESK CLI_ROLE(CONF_SECRETARY)
static const struct alm_command target_commands[] = {
    {"add", N_("set a target, or change what is given of one"), target_add_options, COUNT_OF(target_add_options),
     ALM_WRITES | DESK, target_add,
     "target add S1 parcels 1501 --households 9000 --quantity 12000 --budget 120000000000"},
    {"import", N_("set the targets of a CSV file"), import_options, COUNT_OF(import_options),
     ALM_WRITES | ALM_BULK | DESK, target_import, "target import targets.csv\ntarget import targets.csv --dry-run"},
    {"list", N_("list targets by stage, programme and area"), target_list_options, COUNT_OF(target_list_options),
     ALM_READS, target_list, "target list --stage S1\ntarget list --programme parcels --area 15 --output csv"},
    {"show", N_("show one target"), target_key, COUNT_OF(target_key), ALM_READS, target_show,
     "target show S1 parcels 1503"},
    {"remove", N_("take a target away"), target_key, COUNT_OF(target_key), ALM_WRITES | DESK, target_remove,
     "target remove S1 parcels 1503"},
};
extern const struct cli_noun cli_target;
const struct cli_noun cli_target = {"target", N_("what a stage aims at: households, persons, quantity, budget by area"),
                                    target_commands, COUNT_OF(target_commands)};

static const struct alm_command capacity_commands[] = {
    {"add", N_("say what a body or group can give in a stage, or change what is given of it"), capacity_add_options,
     COUNT_OF(capacity_add_options), ALM_WRITES | DESK, capacity_add,
     "capacity add S1 parcels hamdeli --quantity 8000 --people 120\n"
     "capacity add S1 parcels sofreh --group G0001 --area 1501 --quantity 600"},
    {"import", N_("take in the capacities of a CSV file"), import_options, COUNT_OF(import_options),
     ALM_WRITES | ALM_BULK | DESK, capacity_import, "capacity import capacity.csv"},
    {"list", N_("list capacities by stage, programme, body and group"), capacity_list_options,
     COUNT_OF(capacity_list_options), ALM_READS | CLI_ROLE(CONF_STAFF), capacity_list,
     "capacity list --stage S1\ncapacity list --body hamdeli --output csv"},
    {"show", N_("show one capacity"), capacity_key, COUNT_OF(capacity_key), ALM_READS | CLI_ROLE(CONF_STAFF),
     capacity_show, "capacity show S1 parcels hamdeli"},
    {"remove", N_("take a capacity away"), capacity_key, COUNT_OF(capacity_key), ALM_WRITES | DESK, capacity_remove,
     "capacity remove S1 parcels hamdeli"},
};
extern const struct cli_noun cli_capacity;
const struct cli_noun cli_capacity = {"capacity", N_("what bodies and their groups can give in a stage"),
                                      capacity_commands, COUNT_OF(capacity_commands)};
