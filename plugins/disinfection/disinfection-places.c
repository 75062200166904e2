/* SPDX-License-Identifier: MIT */
/* Places and when their turn is: plan, overdue list, coverage; and what was used. */
#include "disinfection.h"
#include <stdlib.h>

/* ---- text ---- */

enum alm_status disinfection_copy(const struct alm_host *host, const char *text, const char **copy,
                                  struct alm_error *err)
{
    *copy = NULL;
    if (!text)
        return ALM_OK;
    char *memory = host->alloc(host, strlen(text) + 1);
    if (!memory)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    *copy = strcpy(memory, text);
    return ALM_OK;
}

enum alm_status disinfection_name(const struct alm_host *host, enum alm_noun noun, alm_id id, struct alm_value *value,
                                  struct alm_error *err)
{
    char name[240];
    const char *copy = NULL;
    enum alm_status status = ALM_OK;
    *value = alm_null();
    if (id == 0 || id == ALM_NULL)
        return ALM_OK;
    status = host->name_of(host, noun, id, name, sizeof name, err);
    if (status == ALM_OK)
        status = disinfection_copy(host, name, &copy, err);
    if (status == ALM_OK)
        *value = alm_string(copy);
    return status;
}

/* ---- reading ---- */

/* The open order of a place; read in the order of the places' ids, the soonest order of each first. */
struct open_task {
    alm_id place;
    const char *code;
};

/* Room for one more of `size` bytes in host memory, which has no realloc: what was outgrown stays until the end. */
static enum alm_status grow(const struct alm_host *host, void **at, size_t *capacity, size_t count, size_t size,
                            struct alm_error *err)
{
    if (count < *capacity)
        return ALM_OK;
    const size_t larger = *capacity ? *capacity * 2 : 256;
    void *grown = host->alloc(host, larger * size);
    if (!grown)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    if (count)
        memcpy(grown, *at, count * size);
    *at = grown;
    *capacity = larger;
    return ALM_OK;
}

static enum alm_status read_open_tasks(const struct alm_host *host, struct open_task **tasks, size_t *n,
                                       struct alm_error *err)
{
    struct alm_statement *st;
    bool row = true;
    void *at = NULL;
    size_t capacity = 0;
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT t.place, t.code FROM disinfection_order o "
                  "JOIN disinfection_task t ON t.programme = o.programme AND t.code = o.code "
                  "WHERE o.programme = $1 AND o.closed IS NULL AND o.done < o.places AND t.done IS NULL "
                  "ORDER BY t.place, o.date, t.code COLLATE \"C\"",
                  "i", host->programme_id(host));
    *n = 0;
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        status = grow(host, &at, &capacity, *n, sizeof **tasks, err);
        if (status != ALM_OK)
            break;
        struct open_task *task = (struct open_task *)at + (*n)++;
        task->place = host->column_int(host, st, 0);
        status = disinfection_copy(host, host->column_text(host, st, 1), &task->code, err);
    }
    *tasks = at;
    return status;
}

static bool passes(const struct alm_host *host, const struct disinfection_filter *filter,
                   const struct disinfection_place *place)
{
    return place->due <= filter->due && (!filter->kind || strcmp(filter->kind, place->kind) == 0) &&
           (!filter->area || (place->area && host->area_within(host, place->area, filter->area)));
}

enum alm_status disinfection_places_read(const struct alm_host *host, const struct disinfection *self,
                                         const struct disinfection_filter *filter, struct disinfection_places *places,
                                         struct alm_error *err)
{
    struct open_task *tasks = NULL;
    size_t n_tasks = 0;
    size_t task = 0;
    struct alm_statement *st;
    bool row = true;
    enum alm_status status = read_open_tasks(host, &tasks, &n_tasks, err);
    *places = (struct disinfection_places){0};
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           "SELECT p.id, p.code, p.name, p.kind, p.area, p.size, p.since, r.date "
                           "FROM place p LEFT JOIN (SELECT place, MAX(date) AS date FROM disinfection_round "
                           "WHERE programme = $1 AND date <= $2 GROUP BY place) r ON r.place = p.id "
                           "ORDER BY p.id",
                           "ii", host->programme_id(host), (int64_t)filter->as_of);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        struct disinfection_place place = {.id = host->column_int(host, st, 0),
                                           .kind = host->column_text(host, st, 3),
                                           .area = host->column_int(host, st, 4),
                                           .size = alm_column_int(host, st, 5)};
        const struct disinfection_kind *kind = disinfection_kind_of(self, place.kind);
        const int64_t last = alm_column_int(host, st, 7);
        place.last = last == ALM_NULL ? ALM_NO_DATE : (alm_date)last;
        place.due =
            last == ALM_NULL ? (alm_date)host->column_int(host, st, 6) : (alm_date)last + disinfection_days(self, kind);
        while (task < n_tasks && tasks[task].place < place.id)
            task++;
        if (task < n_tasks && tasks[task].place == place.id)
            place.order = tasks[task].code;
        if (!kind->rounds || !passes(host, filter, &place))
            continue;
        const char *kind_text = place.kind;
        status = disinfection_copy(host, kind_text, &place.kind, err);
        if (status == ALM_OK)
            status = disinfection_copy(host, host->column_text(host, st, 1), &place.code, err);
        if (status == ALM_OK)
            status = disinfection_copy(host, host->column_text(host, st, 2), &place.name, err);
        void *at = places->at;
        if (status == ALM_OK)
            status = grow(host, &at, &places->capacity, places->count, sizeof place, err);
        places->at = at;
        if (status == ALM_OK)
            places->at[places->count++] = place;
    }
    return status;
}

static int compare_due(const void *left, const void *right)
{
    const struct disinfection_place *a = left;
    const struct disinfection_place *b = right;
    if (a->due != b->due)
        return a->due < b->due ? -1 : 1;
    return strcmp(a->code, b->code);
}

void disinfection_places_sort(struct disinfection_places *places)
{
    if (places->count)
        qsort(places->at, places->count, sizeof *places->at, compare_due);
}

enum alm_status disinfection_check_kind(const struct alm_host *host, const struct disinfection *self, const char *kind,
                                        struct alm_error *err)
{
    struct alm_statement *st;
    if (disinfection_kind_of(self, kind) != &self->other)
        return ALM_OK;
    enum alm_status status = alm_query(host, &st, err, "SELECT 1 FROM place WHERE kind = $1 LIMIT 1", "t", kind);
    if (!alm_next(host, st, &status, err) && status == ALM_OK)
        status = alm_fail(err, ALM_BAD_DATA, "almoner place list shows the kinds that there are",
                          "there is no place of kind '%.60s'", kind);
    return status;
}

/* --area and --kind of a command. */
static enum alm_status read_filter(const struct alm_host *host, const struct disinfection *self,
                                   const struct alm_args *args, struct disinfection_filter *filter,
                                   struct alm_error *err)
{
    const char *area = alm_arg_text(args, "area");
    filter->kind = alm_arg(args, "kind") ? alm_arg_text(args, "kind") : NULL;
    enum alm_status status = filter->kind ? disinfection_check_kind(host, self, filter->kind, err) : ALM_OK;
    return status == ALM_OK && area ? host->find(host, ALM_NOUN_AREA, area, &filter->area, err) : status;
}

/* ---- plan and overdue ---- */

static const struct alm_column plan_columns[] = {
    {.name = "place", .title = "place", .type = ALM_STRING},
    {.name = "name", .title = "name", .type = ALM_STRING},
    {.name = "kind", .title = "kind", .type = ALM_STRING},
    {.name = "area", .title = "area", .type = ALM_STRING},
    {.name = "last", .title = "last round", .type = ALM_DATE},
    {.name = "due", .title = "due", .type = ALM_DATE},
    {.name = "overdue", .title = "overdue", .type = ALM_INT, .unit = "days"},
    {.name = "litres", .title = "litres needed", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "l"},
    {.name = "work_order", .title = "work order", .type = ALM_STRING},
};

static enum alm_status emit_place(const struct alm_host *host, const struct disinfection *self,
                                  const struct disinfection_place *place, struct alm_error *err)
{
    const alm_date today = host->today(host);
    alm_quantity litres = place->size == ALM_NULL
                              ? INT64_MAX
                              : disinfection_litres(disinfection_agent_at(self->settings, 0), place->size);
    struct alm_value area;
    enum alm_status status = disinfection_name(host, ALM_NOUN_AREA, place->area, &area, err);
    const struct alm_value values[] = {
        alm_string(place->code),
        alm_string(place->name),
        alm_string(place->kind),
        area,
        place->last == ALM_NO_DATE ? alm_null() : alm_number(place->last),
        alm_number(place->due),
        place->due < today ? alm_number(today - place->due) : alm_null(),
        litres == INT64_MAX ? alm_null() : alm_number(litres),
        alm_string(place->order),
    };
    return status == ALM_OK ? host->row(host, values, err) : status;
}

static enum alm_status list_due(const struct alm_host *host, const struct disinfection *self,
                                const struct alm_args *args, alm_date until, const char *title, struct alm_error *err)
{
    struct disinfection_filter filter = {.as_of = host->today(host), .due = until};
    struct disinfection_places places;
    enum alm_status status = read_filter(host, self, args, &filter, err);
    if (status == ALM_OK)
        status = disinfection_places_read(host, self, &filter, &places, err);
    if (status != ALM_OK)
        return status;
    disinfection_places_sort(&places);
    status = host->table_begin(host, title, plan_columns, COUNT_OF(plan_columns), err);
    for (size_t i = 0; status == ALM_OK && i < places.count; i++)
        status = emit_place(host, self, &places.at[i], err);
    return status == ALM_OK ? host->table_end(host, err) : status;
}

enum alm_status disinfection_plan(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    const int64_t until = alm_arg_number(args, "until", host->today(host));
    return list_due(host, state, args, (alm_date)until, "places that are due", err);
}

enum alm_status disinfection_overdue(const struct alm_host *host, void *state, const struct alm_args *args,
                                     struct alm_error *err)
{
    return list_due(host, state, args, host->today(host) - 1, "places that are overdue", err);
}

/* ---- coverage ---- */

struct coverage {
    alm_id area;
    int64_t places, current, never;
};

static int compare_areas(const void *left, const void *right)
{
    const struct disinfection_place *a = left;
    const struct disinfection_place *b = right;
    if (a->area != b->area)
        return a->area < b->area ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static enum alm_status emit_coverage(const struct alm_host *host, const struct coverage *c, struct alm_value name,
                                     struct alm_value code, struct alm_error *err)
{
    const struct alm_value values[] = {name,
                                       code,
                                       alm_number(c->places),
                                       alm_number(c->current),
                                       alm_number(c->places - c->current - c->never),
                                       alm_number(c->never),
                                       alm_number((c->current * 200000 + c->places) / (c->places * 2))};
    return host->row(host, values, err);
}

/* Add up places, which are sorted by area, into one of `cover` for each. */
static size_t count_areas(const struct disinfection_places *places, alm_date as_of, struct coverage *cover)
{
    size_t n = 0;
    for (size_t i = 0; i < places->count; i++) {
        const struct disinfection_place *place = &places->at[i];
        if (n == 0 || cover[n - 1].area != place->area)
            cover[n++] = (struct coverage){.area = place->area};
        cover[n - 1].places++;
        cover[n - 1].never += place->last == ALM_NO_DATE;
        cover[n - 1].current += place->last != ALM_NO_DATE && place->due > as_of;
    }
    return n;
}

enum alm_status disinfection_coverage(const struct alm_host *host, void *state, const struct alm_args *args,
                                      struct alm_error *err)
{
    const alm_date as_of = (alm_date)alm_arg_number(args, "date", host->today(host));
    struct disinfection_filter filter = {.as_of = as_of, .due = INT32_MAX};
    struct disinfection_places places;
    struct alm_statement *st;
    bool row = true;
    enum alm_status status = read_filter(host, state, args, &filter, err);
    if (status == ALM_OK)
        status = disinfection_places_read(host, state, &filter, &places, err);
    if (status != ALM_OK || places.count == 0)
        return status;
    qsort(places.at, places.count, sizeof *places.at, compare_areas);
    struct coverage *cover = host->alloc(host, places.count * sizeof *cover);
    if (!cover)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    const size_t n = count_areas(&places, as_of, cover);
    if (cover[0].area == 0) /* places of no area stand first */
        status = emit_coverage(host, &cover[0], alm_null(), alm_null(), err);
    if (status == ALM_OK)
        status = alm_query(host, &st, err, "SELECT id, name, code FROM area ORDER BY code COLLATE \"C\"", "");
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        const alm_id area = host->column_int(host, st, 0);
        size_t low = 0;
        size_t high = n;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            if (cover[middle].area < area)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < n && cover[low].area == area)
            status = emit_coverage(host, &cover[low], alm_string(host->column_text(host, st, 1)),
                                   alm_string(host->column_text(host, st, 2)), err);
    }
    return status;
}

/* ---- what was used ---- */

enum alm_status disinfection_agents(const struct alm_host *host, void *state, const struct alm_args *args,
                                    struct alm_error *err)
{
    const struct disinfection *self = state;
    struct alm_statement *st;
    bool row = true;
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT agent, object, job, CAST(SUM(treatments) AS BIGINT), CAST(SUM(unmeasured) AS BIGINT), "
                  "CAST(SUM(litres) AS BIGINT), CAST(SUM(square_metres) AS BIGINT) FROM disinfection_use "
                  "WHERE programme = $1 AND date BETWEEN $2 AND $3 "
                  "GROUP BY agent, object, job ORDER BY agent COLLATE \"C\", object, job",
                  "iii", host->programme_id(host), alm_arg_number(args, "from", INT32_MIN),
                  alm_arg_number(args, "to", INT32_MAX));
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        const char *name = host->column_text(host, st, 0);
        const struct disinfection_agent *agent = disinfection_agent_of(self->settings, name);
        const int64_t object = host->column_int(host, st, 1);
        const int64_t job = host->column_int(host, st, 2);
        const struct alm_value values[] = {
            alm_string(agent && agent->title ? agent->title : name),
            {.number = object, .text = disinfection_objects[object]},
            {.number = job, .text = disinfection_jobs[job]},
            alm_number(host->column_int(host, st, 3)),
            alm_number(host->column_int(host, st, 4)),
            alm_number(host->column_int(host, st, 5)),
            alm_number(host->column_int(host, st, 6)),
        };
        status = host->row(host, values, err);
    }
    return status;
}
