/* SPDX-License-Identifier: MIT */
/* `almoner report complaints`: how many came and how fast they were answered, for an area and those directly in it. */
#include "cli/complaint.h"
#include "cli/report.h"

#include <stdlib.h>

static const struct alm_column columns[] = {
    CLI_COLUMN("programme", N_("programme"), ALM_STRING),
    CLI_COLUMN("area", N_("area"), ALM_STRING),
    CLI_COLUMN("name", N_("name"), ALM_STRING),
    CLI_COLUMN("opened", N_("opened"), ALM_INT),
    CLI_COLUMN("open", N_("still open"), ALM_INT),
    CLI_COLUMN("overdue", N_("overdue"), ALM_INT),
    CLI_COLUMN("answered", N_("answered"), ALM_INT),
    CLI_COLUMN("in_time", N_("in time"), ALM_INT),
    {.name = "in_time_share", .title = N_("share"), .type = ALM_DECIMAL, .unit = N_("%")},
    {.name = "median_days", .title = N_("median"), .type = ALM_DECIMAL, .unit = N_("days")},
};

/* What is counted, under the area where it is shown. */
struct complaints {
    struct cli *cli;
    struct cli_areas areas;
    struct cell {
        const char *programme; /* its code; "": none was named */
        int32_t area;
        bool base; /* the area that the report is about stands before those in it */
        struct monitor_count count;
    } * at;
    size_t n, capacity;
};

static void add(struct complaints *complaints, const struct monitor_count *count, int32_t area)
{
    const struct register_entry *programme =
        count->programme ? register_by_id(complaints->areas.directory, REGISTER_PROGRAMME, count->programme) : NULL;

    ARRAY_ROOM(complaints->at, complaints->n, complaints->capacity);
    complaints->at[complaints->n++] =
        (struct cell){programme ? programme->code : "", area, area == complaints->areas.base, *count};
}

static enum alm_status take_count(void *context, const struct monitor_count *count, struct alm_error *err)
{
    struct complaints *complaints = context;
    const struct cli_areas *areas = &complaints->areas;
    const int32_t area = register_area_by_id(areas->directory, count->area), shown = area < 0 ? -1 : areas->shown[area];

    (void)err;
    if (shown < 0)
        return ALM_OK;
    add(complaints, count, shown);
    if (areas->base >= 0 && shown != areas->base)
        add(complaints, count, areas->base);
    return ALM_OK;
}

static int by_key(const void *a, const void *b, void *areas)
{
    const struct register_area *all = ((const struct cli_areas *)areas)->all;
    const struct cell *left = a, *right = b;
    int order = strcmp(left->programme, right->programme);

    if (!order)
        order = right->base - left->base;
    if (!order)
        order = strcmp(all[left->area].code, all[right->area].code);
    if (!order)
        order = (left->count.days > right->count.days) - (left->count.days < right->count.days);
    return order;
}

/* The days of the answer that is the n-th in the order of days, from 0 on. */
static int64_t days_of(const struct cell *cells, size_t n, int64_t nth)
{
    for (size_t i = 0; i < n; i++) {
        if (cells[i].count.days == ALM_NULL)
            continue;
        if (nth < cells[i].count.opened)
            return cells[i].count.days;
        nth -= cells[i].count.opened;
    }
    return 0;
}

/* All cells of a programme in an area make a row. */
static enum alm_status print_row(const struct complaints *complaints, const struct cell *cells, size_t n,
                                 struct alm_error *err)
{
    const struct register_area *area = &complaints->areas.all[cells->area];
    struct monitor_count sum = {0};
    int64_t answered = 0;

    for (size_t i = 0; i < n; i++) {
        const struct monitor_count *count = &cells[i].count;

        sum.opened += count->opened;
        sum.open += count->open;
        sum.overdue += count->overdue;
        sum.in_time += count->in_time;
        answered += count->days == ALM_NULL ? 0 : count->opened;
    }
    const int64_t both = days_of(cells, n, (answered - 1) / 2) + days_of(cells, n, answered / 2);
    const struct alm_value row[] = {alm_string(*cells->programme ? cells->programme : NULL),
                                    alm_string(area->code),
                                    alm_string(area->name),
                                    alm_number(sum.opened),
                                    alm_number(sum.open),
                                    alm_number(sum.overdue),
                                    alm_number(answered),
                                    alm_number(sum.in_time),
                                    cli_share(sum.in_time, answered),
                                    answered ? alm_number(both * 500) : alm_null()};

    return report_row(complaints->cli->report, row, err);
}

static enum alm_status print(struct complaints *complaints, struct alm_error *err)
{
    enum alm_status status = report_begin(complaints->cli->report, _("complaints"), columns, COUNT_OF(columns), err);

    if (complaints->n)
        qsort_r(complaints->at, complaints->n, sizeof *complaints->at, by_key, &complaints->areas);
    for (size_t i = 0, end; i < complaints->n && status == ALM_OK; i = end) {
        const struct cell *first = &complaints->at[i];

        for (end = i + 1; end < complaints->n && complaints->at[end].area == first->area &&
                          strcmp(complaints->at[end].programme, first->programme) == 0;)
            end++;
        status = print_row(complaints, first, end - i, err);
    }
    return status == ALM_OK ? report_end(complaints->cli->report, err) : status;
}

enum alm_status cli_report_complaints(const struct alm_host *host, void *state, const struct alm_args *args,
                                      struct alm_error *err)
{
    struct cli *cli = state;
    struct complaints complaints = {.cli = cli};
    const struct monitor *monitor;
    bool sensitive;
    alm_id programme = 0;
    enum alm_status status = cli_complaints(cli, &monitor, &sensitive, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_areas(cli, args, &complaints.areas, err);
    if (status == ALM_OK)
        status = cli_entry_arg(complaints.areas.directory, args, "programme", REGISTER_PROGRAMME, &programme, err);
    if (status == ALM_OK)
        status = monitor_count(monitor, programme, (alm_date)alm_arg_number(args, "from", ALM_NO_DATE),
                               (alm_date)alm_arg_number(args, "to", ALM_NO_DATE), take_count, &complaints, err);
    if (status == ALM_OK)
        status = print(&complaints, err);
    free(complaints.at);
    return status;
}

const struct alm_option cli_report_complaints_options[CLI_REPORT_COMPLAINTS_OPTIONS] = {
    {.name = "area", .type = ALM_STRING, .value = "CODE", .help = N_("this area and what lies directly in it")},
    {.name = "programme", .type = ALM_STRING, .value = "NAME", .help = N_("only this programme")},
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = N_("that came on this day or later")},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = N_("that came on this day or before")},
};
