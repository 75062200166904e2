/* SPDX-License-Identifier: MIT */
/* `almoner report targets`: what a stage aimed at, and what was given, for an area and those directly in it. */
#include "cli/report.h"

#include <stdlib.h>

#define SHARE(n)                                                                                                       \
    {                                                                                                                  \
        .name = n, .title = N_("share"), .type = ALM_DECIMAL, .unit = N_("%")                                          \
    }
static const struct alm_column columns[] = {
    CLI_COLUMN("stage", N_("stage"), ALM_STRING),
    CLI_COLUMN("programme", N_("programme"), ALM_STRING),
    CLI_COLUMN("area", N_("area"), ALM_STRING),
    CLI_COLUMN("name", N_("name"), ALM_STRING),
    CLI_COLUMN("households_target", N_("target households"), ALM_INT),
    CLI_COLUMN("households", N_("served"), ALM_INT),
    SHARE("households_share"),
    CLI_COLUMN("persons_target", N_("target persons"), ALM_INT),
    CLI_COLUMN("persons", N_("served"), ALM_INT),
    SHARE("persons_share"),
    CLI_COLUMN("quantity_target", N_("target quantity"), ALM_QUANTITY),
    CLI_COLUMN("quantity", N_("given"), ALM_QUANTITY),
    CLI_COLUMN("unit", N_("unit"), ALM_STRING),
    SHARE("quantity_share"),
    CLI_COLUMN("budget", N_("budget"), ALM_MONEY),
    CLI_COLUMN("value", N_("spent"), ALM_MONEY),
    SHARE("budget_share"),
};

/* What was given; area 0 is all of the area that the report is about. */
struct given {
    struct ledger_cell *at;
    size_t n, capacity;
};

struct targets {
    struct cli *cli;
    struct cli_areas areas;
    struct secretariat_target *at, *tree;
    size_t n;
    struct given within, all;
};

/* ---- what was given ---- */

static enum alm_status take_cell(void *context, const struct ledger_cell *cell, bool total, struct alm_error *err)
{
    struct given *given = context;

    (void)err;
    if (total)
        return ALM_OK;
    ARRAY_ROOM(given->at, given->n, given->capacity);
    given->at[given->n++] = *cell;
    return ALM_OK;
}

static int by_key(const void *a, const void *b)
{
    const struct ledger_cell *left = a, *right = b;
    const alm_id keys[][2] = {
        {left->stage, right->stage}, {left->programme, right->programme}, {left->area, right->area}};

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

static struct ledger_cell given_to(const struct given *given, alm_id stage, alm_id programme, alm_id area)
{
    const struct ledger_cell key = {.stage = stage, .programme = programme, .area = area};
    const struct ledger_cell *found = given->n ? bsearch(&key, given->at, given->n, sizeof key, by_key) : NULL;

    return found ? *found : key;
}

static enum alm_status read_given(struct targets *targets, struct ledger *ledger, alm_id programme, bool filter,
                                  struct alm_error *err)
{
    const struct cli_areas *areas = &targets->areas;
    struct ledger_cut cut = {.by = CUT_STAGE | CUT_PROGRAMME | CUT_AREA,
                             .programme = programme,
                             .area = filter ? areas->all[areas->base].id : 0,
                             .from = ALM_NO_DATE,
                             .to = ALM_NO_DATE};
    enum alm_status status = ledger_report(ledger, &cut, take_cell, &targets->within, err);

    cut.by &= ~(uint32_t)CUT_AREA;
    if (status == ALM_OK)
        status = ledger_report(ledger, &cut, take_cell, &targets->all, err);
    if (targets->within.n)
        qsort(targets->within.at, targets->within.n, sizeof *targets->within.at, by_key);
    if (targets->all.n)
        qsort(targets->all.at, targets->all.n, sizeof *targets->all.at, by_key);
    return status;
}

/* ---- rows ---- */

static struct alm_value number(int64_t value)
{
    return value == ALM_NULL ? alm_null() : alm_number(value);
}

static enum alm_status print_row(struct targets *targets, const struct secretariat_target *key, int32_t area,
                                 const struct ledger_cell *given, struct alm_error *err)
{
    struct register_directory *directory = targets->areas.directory;
    const struct register_entry *programme = register_by_id(directory, REGISTER_PROGRAMME, key->programme);
    const struct secretariat_target *target = &targets->tree[area];
    const struct alm_value row[] = {cli_entry_code(directory, REGISTER_STAGE, key->stage),
                                    alm_string(programme->code),
                                    alm_string(targets->areas.all[area].code),
                                    alm_string(targets->areas.all[area].name),
                                    number(target->households),
                                    alm_number(given->households),
                                    cli_share(given->households, target->households),
                                    number(target->persons),
                                    alm_number(given->persons),
                                    cli_share(given->persons, target->persons),
                                    number(target->quantity),
                                    alm_number(given->quantity),
                                    alm_string(programme->unit_plural),
                                    cli_share(given->quantity, target->quantity),
                                    number(target->budget),
                                    alm_number(given->value),
                                    cli_share(given->value, target->budget)};

    return report_row(targets->cli->report, row, err);
}

static bool is_set(const struct secretariat_target *target)
{
    return target->households != ALM_NULL || target->persons != ALM_NULL || target->quantity != ALM_NULL ||
           target->budget != ALM_NULL;
}

static int by_code(const void *a, const void *b, void *areas)
{
    const struct register_area *all = ((const struct cli_areas *)areas)->all;

    return strcmp(all[*(const int32_t *)a].code, all[*(const int32_t *)b].code);
}

/* The targets of one stage and programme: the area, then those in it that have a target or were given something. */
static enum alm_status print_pair(struct targets *targets, const struct secretariat_target *first, size_t n,
                                  const struct secretariat *secretariat, const int32_t *order, size_t n_order,
                                  struct alm_error *err)
{
    const int32_t base = targets->areas.base;
    enum alm_status status = secretariat_target_tree(secretariat, first, n, targets->tree, err);

    if (status == ALM_OK && base >= 0) {
        const struct ledger_cell all = given_to(&targets->all, first->stage, first->programme, 0);

        if (is_set(&targets->tree[base]))
            status = print_row(targets, first, base, &all, err);
    }
    for (size_t i = 0; i < n_order && status == ALM_OK; i++) {
        const struct ledger_cell given =
            given_to(&targets->within, first->stage, first->programme, targets->areas.all[order[i]].id);

        if (is_set(&targets->tree[order[i]]) || given.deliveries)
            status = print_row(targets, first, order[i], &given, err);
    }
    return status;
}

/* Pairs of stage and programme in the order of both. */
struct pair {
    size_t first, n;
    const struct register_entry *stage, *programme;
};

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    int order = (left->stage->starts > right->stage->starts) - (left->stage->starts < right->stage->starts);

    if (!order)
        order = strcmp(left->stage->code, right->stage->code);
    return order ? order : strcmp(left->programme->code, right->programme->code);
}

static enum alm_status print(struct targets *targets, const struct secretariat *secretariat, struct alm_error *err)
{
    struct cli_areas *areas = &targets->areas;
    struct arena *arena = &targets->cli->arena;
    int32_t *order = arena_alloc(arena, (areas->n_all + 1) * sizeof *order);
    struct pair *pairs = arena_alloc(arena, (targets->n + 1) * sizeof *pairs);
    size_t n_order = 0, n_pairs = 0;
    enum alm_status status = ALM_OK;

    for (int32_t i = 0; i < (int32_t)areas->n_all; i++)
        if (areas->shown[i] == i && i != areas->base)
            order[n_order++] = i;
    if (n_order)
        qsort_r(order, n_order, sizeof *order, by_code, areas);
    for (size_t i = 0; i < targets->n; i++) {
        const struct secretariat_target *target = &targets->at[i], *before = i ? &targets->at[i - 1] : NULL;

        if (!before || before->stage != target->stage || before->programme != target->programme)
            pairs[n_pairs++] =
                (struct pair){.first = i,
                              .stage = register_by_id(areas->directory, REGISTER_STAGE, target->stage),
                              .programme = register_by_id(areas->directory, REGISTER_PROGRAMME, target->programme)};
        pairs[n_pairs - 1].n++;
    }
    if (n_pairs)
        qsort(pairs, n_pairs, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < n_pairs && status == ALM_OK; i++)
        status = print_pair(targets, &targets->at[pairs[i].first], pairs[i].n, secretariat, order, n_order, err);
    return status;
}

enum alm_status cli_report_targets(const struct alm_host *host, void *state, const struct alm_args *args,
                                   struct alm_error *err)
{
    struct cli *cli = state;
    struct targets targets = {.cli = cli};
    struct alm_column shown[COUNT_OF(columns)];
    const struct secretariat *secretariat;
    struct ledger *ledger;
    alm_id stage = 0, programme = 0;
    enum alm_status status = cli_areas(cli, args, &targets.areas, err);

    (void)host;
    if (status == ALM_OK)
        status = host_secretariat(cli->host, &secretariat, err);
    if (status == ALM_OK)
        status = host_ledger(cli->host, &ledger, err);
    if (status == ALM_OK)
        status = cli_entry_arg(targets.areas.directory, args, "stage", REGISTER_STAGE, &stage, err);
    if (status == ALM_OK)
        status = cli_entry_arg(targets.areas.directory, args, "programme", REGISTER_PROGRAMME, &programme, err);
    if (status == ALM_OK)
        status = secretariat_targets(secretariat, stage, programme, &targets.at, &targets.n, err);
    if (status == ALM_OK)
        status = read_given(&targets, ledger, programme, alm_arg_text(args, "area") != NULL, err);
    memcpy(shown, columns, sizeof shown);
    for (size_t i = 0; i < COUNT_OF(shown); i++)
        if (shown[i].type == ALM_MONEY)
            shown[i].unit = host_conf(cli->host)->almoner->currency;
    if (status == ALM_OK)
        status = report_begin(cli->report, _("targets"), shown, COUNT_OF(shown), err);
    if (status == ALM_OK) {
        targets.tree = xcalloc(targets.areas.n_all + 1, sizeof *targets.tree);
        status = print(&targets, secretariat, err);
    }
    free(targets.tree);
    free(targets.at);
    free(targets.within.at);
    free(targets.all.at);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

const struct alm_option cli_report_targets_options[CLI_REPORT_TARGETS_OPTIONS] = {
    {.name = "stage", .type = ALM_STRING, .value = "CODE", .help = N_("only this stage")},
    {.name = "programme", .type = ALM_STRING, .value = "NAME", .help = N_("only this programme")},
    {.name = "area", .type = ALM_STRING, .value = "CODE", .help = N_("this area and what lies directly in it")},
};
