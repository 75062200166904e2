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

/* ---- report -------------------------------------------------------------------------------------------------- */

static enum alm_status run_kinds(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    (void)state;
    struct alm_statement *st;
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
           .reports = reports, .n_reports = COUNT_OF(reports), .programme = &programme)
