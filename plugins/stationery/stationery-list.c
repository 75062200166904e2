/* SPDX-License-Identifier: MIT */
/*
 * The children who get a kit, base by base: for the list that is taken along, and for the count.  The register knows no
 * schools; a base knows its own streets, and so which school their children go to.
 */
#include "stationery.h"

/* A child of a household, with the kit of this school year. */
struct pupil {
    const char *base, *base_name, *area, *household; /* NULL: not known; until the next one */
    alm_id area_id;
    const char *given_name, *family_name;
    int32_t grade;
    int kit;
    int64_t given_on; /* a date; ALM_NULL: not yet */
};

struct walk {
    const struct alm_host *host;
    const struct stationery *self;
    alm_date date;
    alm_id base; /* 0: all */
    enum alm_status (*pupil)(struct walk *, const struct pupil *, struct alm_error *);
    void *context;
};

/* All who live in a household on that day, with the claim on this school year and the line that has it. */
#define PUPILS                                                                                                         \
    "SELECT b.code, b.name, a.code, h.area, h.code, p.given_name, p.family_name, p.school_grade, p.birth_date, "       \
    "l.date "                                                                                                          \
    "FROM member m "                                                                                                   \
    "JOIN household h ON h.id = m.household "                                                                          \
    "JOIN person p ON p.owner = m.home AND p.id = m.person "                                                           \
    "LEFT JOIN base b ON b.id = h.base "                                                                               \
    "LEFT JOIN area a ON a.id = h.area "                                                                               \
    "LEFT JOIN claim c ON c.programme = $1 AND c.period = $3 AND c.recipient = p.id "                                  \
    "LEFT JOIN line l ON l.id = c.line AND l.owner = c.owner "                                                         \
    "WHERE (m.since IS NULL OR m.since <= $2) AND (m.until IS NULL OR m.until > $2) AND p.erased IS NULL "             \
    "AND (p.school_grade IS NOT NULL OR p.birth_date IS NOT NULL) AND (CAST($4 AS BIGINT) = 0 OR h.base = $4) "        \
    "ORDER BY b.code COLLATE \"C\" NULLS FIRST, a.code COLLATE \"C\" NULLS FIRST, h.code COLLATE \"C\", p.id"

static enum alm_status walk_pupils(struct walk *walk, struct alm_error *err)
{
    const struct alm_host *host = walk->host;
    struct alm_statement *st;
    enum alm_status status = alm_query(host, &st, err, PUPILS, "iiii", host->programme_id(host), (int64_t)walk->date,
                                       (int64_t)stationery_school_year(walk->self, walk->date), walk->base);
    while (alm_next(host, st, &status, err)) {
        const int64_t registered = alm_column_int(host, st, 7);
        const int64_t birth = alm_column_int(host, st, 8);
        const int32_t grade = stationery_grade(walk->self, registered == ALM_NULL ? -1 : (int32_t)registered,
                                               birth == ALM_NULL ? ALM_NO_DATE : (alm_date)birth, walk->date);
        const int kit = stationery_kit_of(walk->self, grade);
        if (kit < 0)
            continue;
        const struct pupil pupil = {.base = host->column_text(host, st, 0),
                                    .base_name = host->column_text(host, st, 1),
                                    .area = host->column_text(host, st, 2),
                                    .area_id = host->column_int(host, st, 3),
                                    .household = host->column_text(host, st, 4),
                                    .given_name = host->column_text(host, st, 5),
                                    .family_name = host->column_text(host, st, 6),
                                    .grade = grade,
                                    .kit = kit,
                                    .given_on = alm_column_int(host, st, 9)};
        status = walk->pupil(walk, &pupil, err);
    }
    return status;
}

/* ---- the list ---- */

struct wanted {
    alm_id area; /* 0: all, as the next two */
    const struct stationery_kit *kit;
    bool due;
    alm_id seen; /* the area that was looked at last, and whether it is wanted */
    bool seen_wanted;
};

static enum alm_status list_pupil(struct walk *walk, const struct pupil *pupil, struct alm_error *err)
{
    const struct alm_host *host = walk->host;
    const struct stationery_kit *kit = stationery_kit_at(walk->self->settings, (size_t)pupil->kit);
    struct wanted *wanted = walk->context;
    char name[240];
    if ((wanted->kit && wanted->kit != kit) || (wanted->due && pupil->given_on != ALM_NULL))
        return ALM_OK;
    if (wanted->area && pupil->area_id != wanted->seen) {
        wanted->seen = pupil->area_id;
        wanted->seen_wanted = host->area_within(host, pupil->area_id, wanted->area);
    }
    if (wanted->area && !(pupil->area_id && wanted->seen_wanted))
        return ALM_OK;
    snprintf(name, sizeof name, "%s%s%s", pupil->given_name ? pupil->given_name : "",
             pupil->given_name && pupil->family_name ? " " : "", pupil->family_name ? pupil->family_name : "");
    const struct alm_value values[] = {alm_string(pupil->base),
                                       alm_string(pupil->area),
                                       alm_string(pupil->household),
                                       *name ? alm_string(name) : alm_null(),
                                       alm_number(pupil->grade),
                                       alm_string(kit->name),
                                       alm_number_or_null(pupil->given_on)};
    return host->row(host, values, err);
}

enum alm_status stationery_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "base", .title = "base", .type = ALM_STRING},
        {.name = "area", .title = "area", .type = ALM_STRING},
        {.name = "household", .title = "household", .type = ALM_STRING},
        {.name = "child", .title = "child", .type = ALM_STRING},
        {.name = "grade", .title = "grade", .type = ALM_INT},
        {.name = "kit", .title = "kit", .type = ALM_STRING},
        {.name = "given", .title = "given on", .type = ALM_DATE},
    };
    const struct stationery *self = state;
    struct wanted wanted = {.due = alm_arg_number(args, "due", 0) != 0};
    struct walk walk = {.host = host,
                        .self = self,
                        .date = (alm_date)alm_arg_number(args, "date", host->today(host)),
                        .pupil = list_pupil,
                        .context = &wanted};
    const char *base = alm_arg_text(args, "base");
    const char *area = alm_arg_text(args, "area");
    const char *kit = alm_arg_text(args, "kit");
    enum alm_status status = ALM_OK;
    if (kit && !(wanted.kit = alm_group_find(&self->settings->kits, sizeof *wanted.kit, kit, strlen(kit)))) {
        char hint[160];
        snprintf(hint, sizeof hint, "almoner %s kits shows them", host->programme_name(host));
        return alm_fail(err, ALM_BAD_DATA, hint, "there is no kit '%.60s'", kit);
    }
    if (base)
        status = host->find(host, ALM_NOUN_BASE, base, &walk.base, err);
    if (status == ALM_OK && area)
        status = host->find(host, ALM_NOUN_AREA, area, &wanted.area, err);
    if (status == ALM_OK)
        status = host->table_begin(host, "children", columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = walk_pupils(&walk, err);
    return status == ALM_OK ? host->table_end(host, err) : status;
}

/* ---- the count ---- */

struct base {
    bool any;
    char code[80], name[160]; /* "": not known */
    int64_t children, given;
};

static enum alm_status emit_base(struct walk *walk, struct alm_error *err)
{
    const struct base *base = walk->context;
    const struct alm_value values[] = {*base->code ? alm_string(base->code) : alm_null(),
                                       *base->code ? alm_string(base->name) : alm_null(), alm_number(base->children),
                                       alm_number(base->given), alm_number(base->children - base->given)};
    return base->any ? walk->host->row(walk->host, values, err) : ALM_OK;
}

static enum alm_status count_pupil(struct walk *walk, const struct pupil *pupil, struct alm_error *err)
{
    struct base *base = walk->context;
    const char *code = pupil->base ? pupil->base : "";
    if (!base->any || strcmp(base->code, code) != 0) {
        enum alm_status status = emit_base(walk, err);
        if (status != ALM_OK)
            return status;
        *base = (struct base){.any = true};
        snprintf(base->code, sizeof base->code, "%s", code);
        snprintf(base->name, sizeof base->name, "%s", pupil->base_name ? pupil->base_name : "");
    }
    base->children++;
    base->given += pupil->given_on != ALM_NULL;
    return ALM_OK;
}

enum alm_status stationery_report_bases(const struct alm_host *host, void *state, const struct alm_args *args,
                                        struct alm_error *err)
{
    struct base base = {.any = false};
    struct walk walk = {.host = host,
                        .self = state,
                        .date = (alm_date)alm_arg_number(args, "date", host->today(host)),
                        .pupil = count_pupil,
                        .context = &base};
    enum alm_status status = walk_pupils(&walk, err);
    return status == ALM_OK ? emit_base(&walk, err) : status;
}
