/* SPDX-License-Identifier: MIT */
/* `almoner report coverage`: who lives where, and how many of them were served. */
#include "cli/report.h"

#include <stdlib.h>

static const struct alm_column columns[] = {
    CLI_COLUMN("area", N_("area"), ALM_STRING),
    CLI_COLUMN("name", N_("name"), ALM_STRING),
    CLI_COLUMN("households", N_("households"), ALM_INT),
    CLI_COLUMN("households_served", N_("served"), ALM_INT),
    {.name = "households_share", .title = N_("share"), .type = ALM_DECIMAL, .unit = N_("%")},
    CLI_COLUMN("households_not_served", N_("not served"), ALM_INT),
    CLI_COLUMN("persons", N_("persons"), ALM_INT),
    CLI_COLUMN("persons_served", N_("served"), ALM_INT),
    {.name = "persons_share", .title = N_("share"), .type = ALM_DECIMAL, .unit = N_("%")},
};

/* Need and what was served, by number of the area; the last is that of no area. */
struct coverage {
    struct cli_areas areas;
    struct counts {
        int64_t households, persons, households_served, persons_served;
    } * counts, total;
};

static enum alm_status take_cell(void *context, const struct ledger_cell *cell, bool total, struct alm_error *err)
{
    struct coverage *coverage = context;
    const int32_t area = cell->area ? register_area_by_id(coverage->areas.directory, cell->area) : -1;
    struct counts *counts =
        total ? &coverage->total : &coverage->counts[area < 0 ? coverage->areas.n_all : (size_t)area];

    (void)err;
    counts->households_served = cell->households;
    counts->persons_served = cell->persons;
    return ALM_OK;
}

static enum alm_status count_need(struct cli *cli, struct coverage *coverage, struct alm_error *err)
{
    const struct cli_areas *areas = &coverage->areas;
    struct register_need *need = NULL;
    struct store *store;
    size_t n = 0;
    enum alm_status status = cli_store(cli, &store, err);

    if (status == ALM_OK)
        status = register_need(store, host_today(cli->host), &need, &n, err);
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        const int32_t area = need[i].area ? register_area_by_id(areas->directory, need[i].area) : -1;
        const int32_t shown = area < 0 ? -1 : areas->shown[area];

        if (shown < 0 && areas->base >= 0 && area >= 0)
            continue; /* it lies elsewhere */
        if (area < 0 && areas->base > 0)
            continue;
        struct counts *counts = &coverage->counts[shown < 0 ? areas->n_all : (size_t)shown];

        counts->households += need[i].households;
        counts->persons += need[i].persons;
        coverage->total.households += need[i].households;
        coverage->total.persons += need[i].persons;
    }
    free(need);
    return status;
}

static void row_of(const struct counts *counts, struct alm_value *row)
{
    const int64_t left = counts->households - counts->households_served;

    row[2] = alm_number(counts->households);
    row[3] = alm_number(counts->households_served);
    row[4] = cli_share(counts->households_served, counts->households);
    row[5] = alm_number(left > 0 ? left : 0); /* who was served and moved away counts where they were served */
    row[6] = alm_number(counts->persons);
    row[7] = alm_number(counts->persons_served);
    row[8] = cli_share(counts->persons_served, counts->persons);
}

static int by_code(const void *a, const void *b, void *areas)
{
    const struct register_area *all = ((const struct cli_areas *)areas)->all;

    return strcmp(all[*(const int32_t *)a].code, all[*(const int32_t *)b].code);
}

static bool is_empty(const struct counts *counts)
{
    return !counts->households && !counts->persons && !counts->households_served && !counts->persons_served;
}

static enum alm_status print(struct cli *cli, struct coverage *coverage, struct alm_error *err)
{
    struct cli_areas *areas = &coverage->areas;
    int32_t *order = arena_alloc(&cli->arena, (areas->n_all + 1) * sizeof *order);
    struct alm_value row[COUNT_OF(columns)];
    size_t n = 0;
    enum alm_status status = report_begin(cli->report, _("coverage"), columns, COUNT_OF(columns), err);

    for (int32_t i = 0; i < (int32_t)areas->n_all; i++)
        if (areas->shown[i] == i && (i != areas->base || !is_empty(&coverage->counts[i])))
            order[n++] = i;
    if (n)
        qsort_r(order, n, sizeof *order, by_code, areas);
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        row[0] = alm_string(areas->all[order[i]].code);
        row[1] = alm_string(areas->all[order[i]].name);
        row_of(&coverage->counts[order[i]], row);
        status = report_row(cli->report, row, err);
    }
    row[0] = row[1] = alm_null();
    if (status == ALM_OK && !is_empty(&coverage->counts[areas->n_all])) {
        row_of(&coverage->counts[areas->n_all], row);
        status = report_row(cli->report, row, err);
    }
    row_of(&coverage->total, row);
    if (status == ALM_OK)
        status = report_total(cli->report, row, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status read_days(struct cli_areas *areas, const struct alm_args *args, struct ledger_cut *cut,
                                 struct alm_error *err)
{
    alm_id stage = 0;
    enum alm_status status = cli_entry_arg(areas->directory, args, "stage", REGISTER_STAGE, &stage, err);

    if (status != ALM_OK)
        return status;
    cut->from = (alm_date)alm_arg_number(args, "from", ALM_NO_DATE);
    cut->to = (alm_date)alm_arg_number(args, "to", ALM_NO_DATE);
    if (stage && (cut->from != ALM_NO_DATE || cut->to != ALM_NO_DATE))
        return error_set(err, ALM_USAGE, _("leave one of the two out"), _("--stage says from when to when"));
    if (stage) {
        const struct register_entry *entry = register_by_id(areas->directory, REGISTER_STAGE, stage);

        cut->from = entry->starts;
        cut->to = entry->ends;
    }
    if (cut->from != ALM_NO_DATE && cut->to != ALM_NO_DATE && cut->from > cut->to)
        return error_set(err, ALM_USAGE, _("exchange them"), _("--from is later than --to"));
    return ALM_OK;
}

enum alm_status cli_report_coverage(const struct alm_host *host, void *state, const struct alm_args *args,
                                    struct alm_error *err)
{
    struct cli *cli = state;
    struct coverage coverage = {.total = {0}};
    struct ledger_cut cut = {.by = CUT_AREA};
    struct ledger *ledger;
    enum alm_status status = cli_areas(cli, args, &coverage.areas, err);

    (void)host;
    if (status == ALM_OK)
        status = host_ledger(cli->host, &ledger, err);
    if (status == ALM_OK)
        status = cli_entry_arg(coverage.areas.directory, args, "programme", REGISTER_PROGRAMME, &cut.programme, err);
    if (status == ALM_OK)
        status = read_days(&coverage.areas, args, &cut, err);
    if (status != ALM_OK)
        return status;
    if (alm_arg_text(args, "area"))
        cut.area = coverage.areas.all[coverage.areas.base].id;
    coverage.counts = xcalloc(coverage.areas.n_all + 1, sizeof *coverage.counts);
    status = ledger_report(ledger, &cut, take_cell, &coverage, err);
    if (status == ALM_OK)
        status = count_need(cli, &coverage, err);
    if (status == ALM_OK)
        status = print(cli, &coverage, err);
    free(coverage.counts);
    return status;
}

const struct alm_option cli_report_coverage_options[CLI_REPORT_COVERAGE_OPTIONS] = {
    {.name = "area", .type = ALM_STRING, .value = "CODE", .help = N_("this area and what lies directly in it")},
    {.name = "programme",
     .type = ALM_STRING,
     .value = "NAME",
     .help = N_("served under this programme (default: any)")},
    {.name = "stage", .type = ALM_STRING, .value = "CODE", .help = N_("served on the days of this stage")},
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = N_("served on this day or later")},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = N_("served on this day or before")},
};
