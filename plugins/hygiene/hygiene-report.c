/* SPDX-License-Identifier: MIT */
/* Reports: packs by size, and soap against the standard by area and by month. */
#include "hygiene.h"

/* A delivery with who lived in the household on its day. */
struct visit {
    alm_id line, owner;
    alm_date date;
    alm_quantity quantity;
    alm_money value;
    char area[80], area_name[160]; /* "" if not known */
    struct hygiene_home home;
};

struct walk {
    const struct alm_host *host;
    const struct hygiene *self;
    enum alm_status (*visit)(struct walk *, const struct visit *, struct alm_error *);
    void *context;
};

#define LINES_WITH_MEMBERS                                                                                             \
    "SELECT l.id, l.owner, l.date, l.quantity, l.value, a.code, a.name, m.person, p.birth_date, p.sex FROM line l "    \
    "LEFT JOIN area a ON a.id = l.area "                                                                               \
    "LEFT JOIN member m ON m.household = l.owner AND (m.since IS NULL OR m.since <= l.date) "                          \
    "AND (m.until IS NULL OR m.until > l.date) "                                                                       \
    "LEFT JOIN person p ON p.owner = m.home AND p.id = m.person "                                                      \
    "WHERE l.programme = $1 AND l.date BETWEEN $2 AND $3 AND l.reverses IS NULL "                                      \
    "AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.owner = l.owner AND r.line = l.id) "

/* Each line with its members, a row for each of these, in the order that `sql` ends with. */
static enum alm_status walk_lines(struct walk *walk, const char *sql, const struct alm_args *args,
                                  struct alm_error *err)
{
    const struct alm_host *host = walk->host;
    struct alm_statement *st = NULL;
    struct visit visit = {.line = 0};
    enum alm_status status = alm_query(host, &st, err, sql, "iii", host->programme_id(host),
                                       alm_arg_number(args, "from", INT32_MIN), alm_arg_number(args, "to", INT32_MAX));
    while (alm_next(host, st, &status, err)) {
        if (host->column_int(host, st, 0) != visit.line) {
            if (visit.line && (status = walk->visit(walk, &visit, err)) != ALM_OK)
                return status;
            const char *area = host->column_text(host, st, 5);
            const char *name = host->column_text(host, st, 6);
            visit = (struct visit){.line = host->column_int(host, st, 0),
                                   .owner = host->column_int(host, st, 1),
                                   .date = (alm_date)host->column_int(host, st, 2),
                                   .quantity = host->column_int(host, st, 3),
                                   .value = host->column_int(host, st, 4)};
            snprintf(visit.area, sizeof visit.area, "%s", area ? area : "");
            snprintf(visit.area_name, sizeof visit.area_name, "%s", name ? name : "");
        }
        if (host->column_is_null(host, st, 7))
            continue; /* nobody lives there any more */
        int64_t birth = alm_column_int(host, st, 8);
        const char *sex = host->column_text(host, st, 9);
        hygiene_home_add(walk->self->settings, &visit.home, visit.date,
                         birth == ALM_NULL ? ALM_NO_DATE : (alm_date)birth, sex ? *sex : 0);
    }
    return status == ALM_OK && visit.line ? walk->visit(walk, &visit, err) : status;
}

/* ---- packs by size ---- */

struct size {
    int64_t households, quantity, value, additions[HYGIENE_MAX_ADDITIONS];
    alm_id last;
};

/* Lines come owner by owner: a household counts once in each size. */
static enum alm_status count_pack(struct walk *walk, const struct visit *visit, struct alm_error *err)
{
    (void)err;
    struct size *size = (struct size *)walk->context + hygiene_pack_of(walk->self->settings, visit->home.members);
    size->households += size->last != visit->owner;
    size->last = visit->owner;
    size->quantity += visit->quantity;
    size->value += visit->value;
    for (size_t i = 0; i < walk->self->settings->additions.count; i++)
        size->additions[i] += visit->home.additions[i];
    return ALM_OK;
}

enum alm_status hygiene_report_packs(const struct alm_host *host, void *state, const struct alm_args *args,
                                     struct alm_error *err)
{
    const struct hygiene *self = state;
    const struct hygiene_settings *s = self->settings;
    struct size *sizes = host->alloc(host, s->packs.count * sizeof *sizes);
    if (!sizes)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    memset(sizes, 0, s->packs.count * sizeof *sizes);
    struct walk walk = {host, self, count_pack, sizes};
    enum alm_status status = walk_lines(&walk, LINES_WITH_MEMBERS "ORDER BY l.owner, l.id, p.id", args, err);
    for (size_t i = 0; status == ALM_OK && i < s->packs.count; i++) {
        const struct alm_value values[] = {alm_string(hygiene_pack_at(s, i)->name),
                                           alm_null(),
                                           alm_number(hygiene_pack_at(s, i)->members_up_to),
                                           alm_number(sizes[i].households),
                                           alm_number(sizes[i].quantity),
                                           alm_number(sizes[i].value)};
        status = host->row(host, values, err);
    }
    for (size_t k = 0; status == ALM_OK && k < s->additions.count; k++) {
        int64_t sum = 0;
        for (size_t i = 0; i < s->packs.count; i++)
            sum += sizes[i].additions[k];
        const struct alm_value values[] = {
            alm_null(), alm_string(hygiene_addition_at(s, k)->name), alm_null(), alm_null(), alm_number(sum * ALM_UNIT),
            alm_null()};
        status = host->row(host, values, err);
    }
    return status;
}

/* ---- soap ---- */

struct soap {
    bool any;
    char area[80], area_name[160];
    int64_t month; /* solar year * 12 + month - 1 */
    alm_quantity packs;
    int64_t persons;
    struct hygiene_soap_grams given, standard;
    bool by_month;
};

static struct alm_value share(int64_t part, int64_t whole)
{
    return whole ? alm_number(part * 100000 / whole) : alm_null();
}

/* Grams are thousandths of the kilograms that the report shows. */
static enum alm_status emit_soap(struct walk *walk, struct alm_error *err)
{
    const struct soap *soap = walk->context;
    struct alm_value values[10];
    size_t n = 0;
    if (!soap->any)
        return ALM_OK;
    if (soap->by_month) {
        values[n++] = alm_number(soap->month);
    } else {
        values[n++] = *soap->area ? alm_string(soap->area) : alm_null();
        values[n++] = *soap->area ? alm_string(soap->area_name) : alm_null();
    }
    values[n++] = alm_number(soap->packs);
    values[n++] = alm_number(soap->persons);
    values[n++] = alm_number(soap->given.bathing);
    values[n++] = alm_number(soap->standard.bathing);
    values[n++] = share(soap->given.bathing, soap->standard.bathing);
    values[n++] = alm_number(soap->given.laundry);
    values[n++] = alm_number(soap->standard.laundry);
    values[n++] = share(soap->given.laundry, soap->standard.laundry);
    return walk->host->row(walk->host, values, err);
}

static enum alm_status add_soap(struct walk *walk, const struct visit *visit, struct alm_error *err)
{
    const struct hygiene_settings *s = walk->self->settings;
    struct soap *soap = walk->context;
    int32_t year;
    int32_t month;
    int32_t day;
    walk->host->solar_date(visit->date, &year, &month, &day);
    const int64_t of_month = (int64_t)year * 12 + month - 1;
    if (!soap->any || (soap->by_month ? soap->month != of_month : strcmp(soap->area, visit->area) != 0)) {
        const bool by_month = soap->by_month;
        enum alm_status status = emit_soap(walk, err);
        if (status != ALM_OK)
            return status;
        *soap = (struct soap){.any = true, .by_month = by_month, .month = of_month};
        memcpy(soap->area, visit->area, sizeof soap->area);
        memcpy(soap->area_name, visit->area_name, sizeof soap->area_name);
    }
    struct hygiene_soap_grams given = hygiene_soap_of(walk->self, &visit->home, visit->quantity);
    soap->packs += visit->quantity;
    soap->persons += visit->home.members;
    soap->given.bathing += given.bathing;
    soap->given.laundry += given.laundry;
    soap->standard.bathing += visit->home.members * s->bathing_soap * s->days / HYGIENE_MONTH;
    soap->standard.laundry += visit->home.members * s->laundry_soap * s->days / HYGIENE_MONTH;
    return ALM_OK;
}

static enum alm_status report_soap(const struct alm_host *host, const struct hygiene *self, const char *sql,
                                   bool by_month, const struct alm_args *args, struct alm_error *err)
{
    struct soap soap = {.by_month = by_month};
    struct walk walk = {host, self, add_soap, &soap};
    enum alm_status status = walk_lines(&walk, sql, args, err);
    return status == ALM_OK ? emit_soap(&walk, err) : status;
}

enum alm_status hygiene_report_areas(const struct alm_host *host, void *state, const struct alm_args *args,
                                     struct alm_error *err)
{
    return report_soap(host, state, LINES_WITH_MEMBERS "ORDER BY a.code COLLATE \"C\" NULLS FIRST, l.owner, l.id, p.id",
                       false, args, err);
}

enum alm_status hygiene_report_months(const struct alm_host *host, void *state, const struct alm_args *args,
                                      struct alm_error *err)
{
    return report_soap(host, state, LINES_WITH_MEMBERS "ORDER BY l.date, l.owner, l.id, p.id", true, args, err);
}
