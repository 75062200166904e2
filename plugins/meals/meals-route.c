/* SPDX-License-Identifier: MIT */
/*
 * The list of a day: who is still to get the meal, neighbourhood by neighbourhood and group by group, the larger
 * households first.
 *
 * Groups carry where they are at home: those of a neighbourhood share its households, in the order in which these were
 * registered; where a neighbourhood has none of its own, it goes as a whole to one of the groups of the nearest area
 * above.  Served households keep their place in that order, so a list that is printed again at noon sends nobody to
 * another group.
 */
#include "meals.h"
#include <stdlib.h>

struct group {
    alm_id id;
    alm_id area;
    char code[64];
    char name[160];
    int64_t capacity; /* households a day; ALM_NULL: not known */
    int64_t stops;
};

struct area {
    alm_id id, parent;
};

struct stop {
    char *text; /* its code, and behind it the address */
    const char *address;
    int64_t members;
    alm_quantity meals;
    size_t group; /* index; n_groups: none carries here */
    bool served;
};

struct route {
    const struct alm_host *host;
    const struct meals *meals;
    struct group *groups; /* by code */
    size_t n_groups;
    struct area *areas; /* by id */
    size_t n_areas;
    size_t *carriers; /* of the neighbourhood at hand: indices */
    size_t n_carriers;
    alm_id only;   /* a group; 0: all */
    alm_id within; /* an area; 0: all */
    /* The neighbourhood at hand. */
    alm_id area;
    bool in_scope;
    char area_code[80], area_name[160];
    size_t turn; /* of neighbourhoods without a group of their own */
    struct stop *stops;
    size_t n_stops, capacity;
};

static enum alm_status no_memory(struct alm_error *err)
{
    return alm_fail(err, ALM_INTERNAL, "ask for one group or area", "out of memory while listing a route");
}

/* ---- groups and areas ---- */

/* Whether one of the words is a carrier's speciality. */
static bool carries(const struct meals_settings *s, const char *specialities)
{
    const struct alm_member words = {.criteria =
                                         specialities}; /* words with single blanks between them, like criteria */
    for (size_t i = 0; i < s->carriers.count; i++)
        if (alm_has_criterion(&words, s->carriers.items[i]))
            return true;
    return s->carriers.count == 0;
}

static enum alm_status read_groups(struct route *r, struct alm_error *err)
{
    const struct alm_host *host = r->host;
    struct alm_statement *st;
    size_t capacity = 0;
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT id, area, code, name, capacity, specialities FROM volunteer_group "
                                       "WHERE area IS NOT NULL ORDER BY code COLLATE \"C\"",
                                       "");
    while (alm_next(host, st, &status, err)) {
        if (!carries(r->meals->settings, host->column_text(host, st, 5)))
            continue;
        if (r->n_groups == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            struct group *grown = realloc(r->groups, capacity * sizeof *grown);
            if (!grown)
                return no_memory(err);
            r->groups = grown;
        }
        struct group *group = &r->groups[r->n_groups++];
        *group = (struct group){.id = host->column_int(host, st, 0),
                                .area = host->column_int(host, st, 1),
                                .capacity = alm_column_int(host, st, 4)};
        snprintf(group->code, sizeof group->code, "%s", host->column_text(host, st, 2));
        snprintf(group->name, sizeof group->name, "%s", host->column_text(host, st, 3));
    }
    if (status == ALM_OK && r->n_groups && !(r->carriers = malloc(r->n_groups * sizeof *r->carriers)))
        return no_memory(err);
    return status;
}

static enum alm_status read_areas(struct route *r, struct alm_error *err)
{
    struct alm_statement *st;
    size_t capacity = 0;
    enum alm_status status = alm_query(r->host, &st, err, "SELECT id, parent FROM area ORDER BY id", "");
    while (alm_next(r->host, st, &status, err)) {
        if (r->n_areas == capacity) {
            capacity = capacity ? capacity * 2 : 256;
            struct area *grown = realloc(r->areas, capacity * sizeof *grown);
            if (!grown)
                return no_memory(err);
            r->areas = grown;
        }
        r->areas[r->n_areas++] =
            (struct area){r->host->column_int(r->host, st, 0), r->host->column_int(r->host, st, 1)};
    }
    return status;
}

static int compare_area(const void *key, const void *element)
{
    const alm_id *id = key;
    const struct area *area = element;
    return *id < area->id ? -1 : *id > area->id;
}

/* The groups of the nearest area that has some; whether that is the area itself. */
static bool find_carriers(struct route *r)
{
    bool own = true;
    r->n_carriers = 0;
    for (alm_id id = r->area; id && r->n_carriers == 0;) {
        const struct area *area = r->n_areas ? bsearch(&id, r->areas, r->n_areas, sizeof *area, compare_area) : NULL;
        for (size_t i = 0; i < r->n_groups; i++)
            if (r->groups[i].area == id)
                r->carriers[r->n_carriers++] = i;
        own = id == r->area;
        id = area ? area->parent : 0;
    }
    return own;
}

/* ---- a neighbourhood ---- */

static int compare_stops(const void *left, const void *right)
{
    const struct stop *a = left;
    const struct stop *b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->members != b->members)
        return a->members > b->members ? -1 : 1;
    return strcmp(a->text, b->text);
}

static enum alm_status emit(struct route *r, const struct stop *stop, struct alm_error *err)
{
    struct group *group = stop->group < r->n_groups ? &r->groups[stop->group] : NULL;
    const struct alm_value values[] = {
        r->area ? alm_string(r->area_code) : alm_null(),
        r->area ? alm_string(r->area_name) : alm_null(),
        group ? alm_string(group->code) : alm_null(),
        group ? alm_string(group->name) : alm_null(),
        alm_string(stop->text),
        alm_string(stop->address),
        alm_number(stop->members),
        alm_number(stop->meals),
    };
    if (group)
        group->stops++;
    return r->host->row(r->host, values, err);
}

static void forget_stops(struct route *r)
{
    for (size_t i = 0; i < r->n_stops; i++)
        free(r->stops[i].text);
    r->n_stops = 0;
}

/* The neighbourhood's households are all read: share them among the groups, and list them. */
static enum alm_status end_area(struct route *r, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    if (r->n_stops == 0)
        return ALM_OK;
    const bool own = find_carriers(r);
    for (size_t i = 0; i < r->n_stops; i++) {
        const size_t turn = own ? i : r->turn;
        r->stops[i].group = r->n_carriers ? r->carriers[turn % r->n_carriers] : r->n_groups;
    }
    if (!own)
        r->turn++;
    if (r->in_scope)
        qsort(r->stops, r->n_stops, sizeof *r->stops, compare_stops);
    for (size_t i = 0; r->in_scope && status == ALM_OK && i < r->n_stops; i++) {
        const struct stop *stop = &r->stops[i];
        const alm_id group = stop->group < r->n_groups ? r->groups[stop->group].id : 0;
        if (!stop->served && (!r->only || r->only == group))
            status = emit(r, stop, err);
    }
    forget_stops(r);
    return status;
}

static enum alm_status add_stop(struct route *r, struct alm_statement *st, struct alm_error *err)
{
    const struct alm_host *host = r->host;
    if (r->n_stops == r->capacity) {
        const size_t larger = r->capacity ? r->capacity * 2 : 256;
        struct stop *grown = realloc(r->stops, larger * sizeof *grown);
        if (!grown)
            return no_memory(err);
        r->stops = grown;
        r->capacity = larger;
    }
    const char *code = host->column_text(host, st, 3);
    const char *address = host->column_text(host, st, 4);
    const size_t len = strlen(code) + 1;
    char *text = malloc(len + (address ? strlen(address) + 1 : 0));
    if (!text)
        return no_memory(err);
    memcpy(text, code, len);
    if (address)
        memcpy(text + len, address, strlen(address) + 1);
    const int64_t members = host->column_int(host, st, 5);
    r->stops[r->n_stops++] = (struct stop){.text = text,
                                           .address = address ? text + len : NULL,
                                           .members = members,
                                           .meals = members * r->meals->settings->meals_a_day * ALM_UNIT,
                                           .served = !host->column_is_null(host, st, 6)};
    return ALM_OK;
}

/* ---- the command ---- */

/*
 * All households in which somebody lives on that day, with the claim of those who had the meal.  Members are counted
 * for all at once: both sides of that join come out of the register in one pass.
 */
#define HOUSEHOLDS                                                                                                     \
    "SELECT h.area, a.code, a.name, h.code, h.address, m.members, c.line "                                             \
    "FROM (SELECT household, COUNT(*) AS members FROM member "                                                         \
    "WHERE (since IS NULL OR since <= $2) AND (until IS NULL OR until > $2) GROUP BY household) m "                    \
    "JOIN household h ON h.id = m.household "                                                                          \
    "LEFT JOIN area a ON a.id = h.area "                                                                               \
    "LEFT JOIN claim c ON c.programme = $1 AND c.period = $3 AND c.recipient = h.id "                                  \
    "ORDER BY a.code COLLATE \"C\" NULLS FIRST, h.id"

static enum alm_status walk(struct route *r, alm_date date, int64_t slot, struct alm_error *err)
{
    const struct alm_host *host = r->host;
    struct alm_statement *st;
    enum alm_status status =
        alm_query(host, &st, err, HOUSEHOLDS, "iii", host->programme_id(host), (int64_t)date, (int64_t)date * 8 + slot);
    while (alm_next(host, st, &status, err)) {
        const alm_id area = host->column_int(host, st, 0);
        if (area != r->area) {
            if ((status = end_area(r, err)) != ALM_OK)
                break;
            r->area = area;
            r->in_scope = !r->within || host->area_within(host, area, r->within);
            snprintf(r->area_code, sizeof r->area_code, "%s", area ? host->column_text(host, st, 1) : "");
            snprintf(r->area_name, sizeof r->area_name, "%s", area ? host->column_text(host, st, 2) : "");
        }
        status = add_stop(r, st, err);
    }
    return status == ALM_OK ? end_area(r, err) : status;
}

/* Groups that have more doors than they said they can do in a day. */
static void warn_of_capacity(const struct route *r)
{
    char text[300];
    for (size_t i = 0; i < r->n_groups; i++) {
        const struct group *group = &r->groups[i];
        if (group->capacity == ALM_NULL || group->stops <= group->capacity)
            continue;
        snprintf(text, sizeof text, "group %s has %lld households on its list, and a capacity of %lld a day",
                 group->code, (long long)group->stops, (long long)group->capacity);
        r->host->warn(r->host, text);
    }
}

static const struct alm_column columns[] = {
    {.name = "area", .title = "area", .type = ALM_STRING},
    {.name = "area_name", .title = "neighbourhood", .type = ALM_STRING},
    {.name = "group", .title = "group", .type = ALM_STRING},
    {.name = "group_name", .title = "group's name", .type = ALM_STRING, .flags = ALM_OPTIONAL},
    {.name = "household", .title = "household", .type = ALM_STRING},
    {.name = "address", .title = "address", .type = ALM_STRING},
    {.name = "members", .title = "members", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "meals", .title = "meals", .type = ALM_QUANTITY, .flags = ALM_TOTAL},
};

enum alm_status meals_route(const struct alm_host *host, void *state, const struct alm_args *args,
                            struct alm_error *err)
{
    struct route r = {.host = host, .meals = state};
    const alm_date date = (alm_date)alm_arg_number(args, "date", host->today(host));
    const int64_t slot = alm_arg_number(args, "slot", r.meals->first_slot);
    const char *group = alm_arg_text(args, "group");
    const char *area = alm_arg_text(args, "area");
    char hint[160];
    enum alm_status status = ALM_OK;
    if (!(r.meals->served & 1u << slot)) {
        snprintf(hint, sizeof hint, "the key slots of programme %s lists the meals that are",
                 host->programme_name(host));
        return alm_fail(err, ALM_BAD_DATA, hint, "%s is not served", meals_slot_names[slot]);
    }
    if (group)
        status = host->find(host, ALM_NOUN_GROUP, group, &r.only, err);
    if (status == ALM_OK && area)
        status = host->find(host, ALM_NOUN_AREA, area, &r.within, err);
    r.in_scope = !r.within; /* households come first of whom no area is known */
    if (status == ALM_OK)
        status = read_groups(&r, err);
    if (status == ALM_OK)
        status = read_areas(&r, err);
    if (status == ALM_OK)
        status = host->table_begin(host, "route", columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = walk(&r, date, slot, err);
    if (status == ALM_OK)
        status = host->table_end(host, err);
    if (status == ALM_OK)
        warn_of_capacity(&r);
    forget_stops(&r);
    free(r.stops);
    free(r.carriers);
    free(r.areas);
    free(r.groups);
    return status;
}
