/* SPDX-License-Identifier: MIT */
/*
 * disinfectant-places: disinfectant for clinics, mosques and other places, by the litre.
 *
 * A plug-in names one kind of recipient, because its rule, windows and unique counts are of that kind; so places have
 * one of their own.  It shares no code with `disinfectant`: what is mixed there lies in stock, and [programme] draw
 * takes it from there.
 */
#include <almoner/plugin.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct settings {
    alm_quantity litres;
};

static const struct alm_setting settings[] = {
    {.key = "litres",
     .type = ALM_QUANTITY,
     .offset = offsetof(struct settings, litres),
     .fallback = "20",
     .min = "0.1",
     .max = "10000",
     .unit = "l",
     .help = "The most that a place gets at a time; a delivery that says no quantity is that much."},
};

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct settings *s = state;
    (void)c;
    e->next = ALM_NO_DATE;
    e->quantity = s->litres;
}

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
    .recipient = ALM_PLACE,
    .unit = "litre",
    .unit_plural = "litres",
    .entitle = entitle,
};

/* ---- command ------------------------------------------------------------------------------------------------- */

static const struct alm_column supply_columns[] = {
    {.name = "place", .title = "place", .type = ALM_STRING},
    {.name = "name", .title = "name", .type = ALM_STRING},
    {.name = "kind", .title = "kind", .type = ALM_STRING},
    {.name = "last", .title = "last supplied", .type = ALM_DATE},
    {.name = "deliveries", .title = "deliveries", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "litres", .title = "litres", .type = ALM_QUANTITY, .flags = ALM_TOTAL},
};

/* From the accounts that the ledger keeps of owners, so it costs as many rows as there are places. */
static enum alm_status run_supply(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    (void)state;
    struct alm_statement *st = NULL;
    const char *area = alm_arg_text(args, "area");
    const char *kind = alm_arg_text(args, "kind");
    alm_id within = 0;
    enum alm_status status = area ? host->find(host, ALM_NOUN_AREA, area, &within, err) : ALM_OK;
    if (status == ALM_OK && kind) {
        status = alm_query(host, &st, err, "SELECT 1 FROM place WHERE kind = $1 LIMIT 1", "t", kind);
        if (!alm_next(host, st, &status, err) && status == ALM_OK)
            status = alm_fail(err, ALM_BAD_DATA, "almoner place list shows the kinds that there are",
                              "there is no place of kind '%.60s'", kind);
    }
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           "SELECT p.code, p.name, p.kind, a.last_date, a.deliveries, a.quantity, p.area FROM place p "
                           "LEFT JOIN account a ON a.owner = p.id AND a.programme = $1 AND a.deliveries > 0 "
                           "ORDER BY a.last_date NULLS FIRST, p.code COLLATE \"C\", p.id",
                           "i", host->programme_id(host));
    if (status == ALM_OK)
        status = host->table_begin(host, "places and what they got, longest ago first", supply_columns,
                                   COUNT_OF(supply_columns), err);
    while (alm_next(host, st, &status, err)) {
        if ((kind && strcmp(host->column_text(host, st, 2), kind) != 0) ||
            (within && !host->area_within(host, host->column_int(host, st, 6), within)))
            continue;
        const struct alm_value values[] = {
            alm_string(host->column_text(host, st, 0)), alm_string(host->column_text(host, st, 1)),
            alm_string(host->column_text(host, st, 2)), alm_number_or_null(alm_column_int(host, st, 3)),
            alm_number(host->column_int(host, st, 4)),  alm_number(host->column_int(host, st, 5))};
        status = host->row(host, values, err);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}

static const struct alm_option supply_options[] = {
    {.name = "area", .type = ALM_STRING, .value = "AREA", .help = "only in this area and those below it"},
    {.name = "kind", .type = ALM_STRING, .value = "KIND", .help = "only places of this kind"},
};
static const struct alm_command commands[] = {
    {.name = "supply",
     .summary = "list places and what they got, those that got none or longest ago first",
     .options = supply_options,
     .n_options = COUNT_OF(supply_options),
     .flags = ALM_READS,
     .run = run_supply,
     .examples = "disinfectant-places supply --area 1501 --kind mosque"},
};

/* ---- report -------------------------------------------------------------------------------------------------- */

static enum alm_status run_kinds(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    (void)state;
    struct alm_statement *st = NULL;
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT p.kind, COUNT(DISTINCT p.id), COUNT(*), CAST(SUM(l.quantity) AS BIGINT), "
                  "CAST(SUM(l.value) AS BIGINT) FROM line l JOIN place p ON p.id = l.owner "
                  "WHERE l.programme = $1 AND l.date BETWEEN $2 AND $3 AND l.reverses IS NULL "
                  "AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.owner = l.owner AND r.line = l.id) "
                  "GROUP BY p.kind ORDER BY p.kind COLLATE \"C\"",
                  "iii", host->programme_id(host), alm_arg_number(args, "from", INT32_MIN),
                  alm_arg_number(args, "to", INT32_MAX));
    while (alm_next(host, st, &status, err)) {
        const struct alm_value values[] = {
            alm_string(host->column_text(host, st, 0)), alm_number(host->column_int(host, st, 1)),
            alm_number(host->column_int(host, st, 2)), alm_number(host->column_int(host, st, 3)),
            alm_number(host->column_int(host, st, 4))};
        status = host->row(host, values, err);
    }
    return status;
}

static const struct alm_option span_options[] = {
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = "from this day on"},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = "up to this day"},
};
static const struct alm_column kind_columns[] = {
    {.name = "kind", .title = "kind of place", .type = ALM_STRING},
    {.name = "places", .title = "places", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#reached+places"},
    {.name = "deliveries", .title = "deliveries", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "litres", .title = "litres", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .hxl = "#output+num"},
    {.name = "value", .title = "value", .type = ALM_MONEY, .flags = ALM_TOTAL, .hxl = "#value"},
};
static const struct alm_report reports[] = {
    {.name = "kinds",
     .summary = "places and litres by kind of place",
     .columns = kind_columns,
     .n_columns = COUNT_OF(kind_columns),
     .options = span_options,
     .n_options = COUNT_OF(span_options),
     .run = run_kinds},
};

ALM_PLUGIN(.name = "disinfectant-places", .version = "1.0", .summary = "Disinfectant for places by the litre",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings, .n_rows = COUNT_OF(settings), .size = sizeof(struct settings)},
           .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports, .n_reports = COUNT_OF(reports),
           .programme = &programme)
