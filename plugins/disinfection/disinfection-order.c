/* SPDX-License-Identifier: MIT */
/* Work orders: the places that a group is to treat. */
#include "disinfection.h"

enum { MOST_CODE = 60 };

struct order {
    const char *code;
    alm_id group;
    int64_t area; /* ALM_NULL: places that were named */
    alm_date date;
    int64_t job;
    const char *where; /* for its code */
};

static enum alm_status no_order(const struct alm_host *host, const char *code, struct alm_error *err)
{
    char hint[160];
    snprintf(hint, sizeof hint, "almoner %s order list shows them", host->programme_name(host));
    return alm_fail(err, ALM_BAD_DATA, hint, "there is no work order '%.60s'", code);
}

/* ---- add ---- */

/* Ids in host memory of the places that were named, each once. */
static enum alm_status named_places(const struct alm_host *host, const struct alm_arg *named, alm_id **ids, size_t *n,
                                    struct alm_error *err)
{
    *n = 0;
    *ids = host->alloc(host, named->count * sizeof **ids);
    if (!*ids)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    for (size_t i = 0; i < named->count; i++) {
        alm_id id;
        enum alm_status status = host->find(host, ALM_NOUN_PLACE, named->values[i].text, &id, err);
        if (status != ALM_OK)
            return status;
        bool twice = false;
        for (size_t k = 0; k < *n; k++)
            twice = twice || (*ids)[k] == id;
        if (!twice)
            (*ids)[(*n)++] = id;
    }
    return ALM_OK;
}

/* Those of an area that are due, and in no other order. */
static enum alm_status due_places(const struct alm_host *host, const struct disinfection *self,
                                  const struct alm_args *args, const struct order *order, alm_id **ids, size_t *n,
                                  struct alm_error *err)
{
    const bool all = alm_arg_number(args, "all", 0);
    const struct disinfection_filter filter = {.area = order->area,
                                               .kind = alm_arg_text(args, "kind"),
                                               .as_of = host->today(host),
                                               .due = all ? INT32_MAX : order->date};
    struct disinfection_places places;
    char day[40];
    size_t ordered = 0;
    enum alm_status status = disinfection_places_read(host, self, &filter, &places, err);
    if (status != ALM_OK)
        return status;
    *n = 0;
    *ids = host->alloc(host, (places.count + 1) * sizeof **ids);
    if (!*ids)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    for (size_t i = 0; i < places.count; i++) {
        if (places.at[i].order)
            ordered++;
        else
            (*ids)[(*n)++] = places.at[i].id;
    }
    if (*n)
        return ALM_OK;
    host->format_date(host, order->date, day, sizeof day);
    if (ordered)
        return alm_fail(err, ALM_REFUSED, "order list --open shows them",
                        "all places there that are due by %s are in open work orders (%zu)", day, ordered);
    return alm_fail(err, ALM_REFUSED, all ? "place list shows what there is" : "--all takes those that are not due too",
                    all ? "no place there takes part in rounds" : "no place there is due by %s", day);
}

static enum alm_status insert(const struct alm_host *host, const struct order *order, size_t places, bool *added,
                              struct alm_error *err)
{
    int64_t changes = 0;
    enum alm_status status =
        alm_run(host, &changes, err,
                "INSERT INTO disinfection_order (programme, code, grp, area, date, job, places, done) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT (programme, code) DO NOTHING",
                "itiiiii", host->programme_id(host), order->code, order->group, order->area, (int64_t)order->date,
                order->job, (int64_t)places);
    *added = status == ALM_OK && changes > 0;
    return status;
}

/* AREA-13990915 or spot-13990915, and with -2, -3 ... where that is taken. */
static enum alm_status insert_by_default_code(const struct alm_host *host, struct order *order, size_t places,
                                              char *code, size_t size, struct alm_error *err)
{
    int32_t year;
    int32_t month;
    int32_t day;
    bool added = false;
    enum alm_status status = ALM_OK;
    host->solar_date(order->date, &year, &month, &day);
    const size_t len = (size_t)snprintf(code, size, "%.60s-%04d%02d%02d", order->where, year, month, day);
    order->code = code;
    for (int n = 2; status == ALM_OK && !added && n <= 1000; n++) {
        status = insert(host, order, places, &added, err);
        if (!added)
            snprintf(code + len, size - len, "-%d", n);
    }
    if (status == ALM_OK && !added)
        status = alm_fail(err, ALM_BAD_DATA, "give it a --code", "there are a thousand orders of that area and day");
    return status;
}

static enum alm_status add_tasks(const struct alm_host *host, const struct order *order, const alm_id *ids, size_t n,
                                 struct alm_error *err)
{
    int64_t changes = 0;
    enum alm_status status =
        alm_run(host, &changes, err,
                "INSERT INTO disinfection_task (programme, place, code) "
                "SELECT CAST($1 AS BIGINT), id, CAST($2 AS TEXT) FROM place WHERE id = ANY ($3) ORDER BY id",
                "ita", host->programme_id(host), order->code, ids, n);
    if (status == ALM_OK && changes != (int64_t)n)
        status =
            alm_fail(err, ALM_INTERNAL, NULL, "%zu places were to be ordered and %lld were", n, (long long)changes);
    return status;
}

static enum alm_status read_order(const struct alm_host *host, const struct alm_args *args, struct order *order,
                                  struct alm_error *err)
{
    const char *area = alm_arg_text(args, "area");
    const bool named = alm_arg(args, "place")->count > 0;
    if (!area == !named)
        return alm_fail(err, ALM_USAGE, "write --area AREA, or --place PLACE once or several times",
                        area ? "both --area and --place are given" : "an order is for an area or for places");
    *order = (struct order){.code = alm_arg_text(args, "code"),
                            .area = ALM_NULL,
                            .date = (alm_date)alm_arg_number(args, "date", host->today(host)),
                            .job = alm_arg_number(args, "job", area ? DISINFECTION_ROUND : DISINFECTION_SPOT),
                            .where = area ? area : disinfection_jobs[DISINFECTION_SPOT]};
    char folded[MOST_CODE + 1]; /* blanks alone are no code */
    if (order->code && (strlen(order->code) > MOST_CODE || !alm_code(order->code, folded, sizeof folded)))
        return alm_fail(err, ALM_BAD_DATA, "write for example R1", "a code has 1 to %d bytes", MOST_CODE);
    enum alm_status status = host->find(host, ALM_NOUN_GROUP, alm_arg_text(args, "group"), &order->group, err);
    if (status == ALM_OK && area)
        status = host->find(host, ALM_NOUN_AREA, area, &order->area, err);
    return status;
}

enum alm_status disinfection_order_add(const struct alm_host *host, void *state, const struct alm_args *args,
                                       struct alm_error *err)
{
    struct order order;
    alm_id *ids = NULL;
    size_t n = 0;
    bool added = true;
    char code[128];
    char text[200];
    const char *kind = alm_arg_text(args, "kind");
    enum alm_status status = read_order(host, args, &order, err);
    if (status == ALM_OK && kind)
        status = disinfection_check_kind(host, state, kind, err);
    if (status == ALM_OK)
        status = order.area == ALM_NULL ? named_places(host, alm_arg(args, "place"), &ids, &n, err)
                                        : due_places(host, state, args, &order, &ids, &n, err);
    if (status == ALM_OK)
        status = order.code ? insert(host, &order, n, &added, err)
                            : insert_by_default_code(host, &order, n, code, sizeof code, err);
    if (status == ALM_OK && !added)
        status = alm_fail(err, ALM_BAD_DATA, "leave --code out, or choose another",
                          "there is a work order '%s' already", order.code);
    if (status == ALM_OK)
        status = add_tasks(host, &order, ids, n, err);
    if (status != ALM_OK)
        return status;
    snprintf(text, sizeof text, n == 1 ? "work order %s: %zu place" : "work order %s: %zu places", order.code, n);
    host->say(host, text);
    return ALM_OK;
}

/* ---- list and show ---- */

static const char *const order_states[] = {"open", "done", "closed", NULL};
enum { ORDER_OPEN, ORDER_DONE, ORDER_CLOSED };

static const struct alm_column order_columns[] = {
    {.name = "order", .title = "work order", .type = ALM_STRING},
    {.name = "group", .title = "group", .type = ALM_STRING},
    {.name = "area", .title = "area", .type = ALM_STRING},
    {.name = "date", .title = "date", .type = ALM_DATE},
    {.name = "job", .title = "job", .type = ALM_ENUM, .choices = disinfection_jobs},
    {.name = "places", .title = "places", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "done", .title = "done", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "left", .title = "left", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "state", .title = "state", .type = ALM_ENUM, .choices = order_states},
    {.name = "reason", .title = "reason", .type = ALM_STRING},
};

enum alm_status disinfection_order_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                        struct alm_error *err)
{
    (void)state;
    const char *only = alm_arg_text(args, "group");
    const bool open = alm_arg_number(args, "open", 0);
    alm_id group = 0;
    struct alm_statement *st;
    bool row = true;
    enum alm_status status = only ? host->find(host, ALM_NOUN_GROUP, only, &group, err) : ALM_OK;
    if (status == ALM_OK)
        status = alm_query(host, &st, err,
                           "SELECT code, grp, area, date, job, places, done, closed, reason "
                           "FROM disinfection_order WHERE programme = $1 ORDER BY date DESC, code COLLATE \"C\" DESC",
                           "i", host->programme_id(host));
    if (status == ALM_OK)
        status = host->table_begin(host, "work orders", order_columns, COUNT_OF(order_columns), err);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        const int64_t places = host->column_int(host, st, 5);
        const int64_t done = host->column_int(host, st, 6);
        const int64_t now = !host->column_is_null(host, st, 7) ? ORDER_CLOSED : done < places ? ORDER_OPEN : ORDER_DONE;
        if ((group && host->column_int(host, st, 1) != group) || (open && now != ORDER_OPEN))
            continue;
        struct alm_value group_name;
        struct alm_value area = alm_null();
        status = disinfection_name(host, ALM_NOUN_GROUP, host->column_int(host, st, 1), &group_name, err);
        if (status == ALM_OK)
            status = disinfection_name(host, ALM_NOUN_AREA, host->column_int(host, st, 2), &area, err);
        const int64_t job = host->column_int(host, st, 4);
        const struct alm_value values[] = {
            alm_string(host->column_text(host, st, 0)),
            group_name,
            area,
            alm_number(host->column_int(host, st, 3)),
            {.number = job, .text = disinfection_jobs[job]},
            alm_number(places),
            alm_number(done),
            alm_number(places - done),
            {.number = now, .text = order_states[now]},
            alm_string(host->column_text(host, st, 8)),
        };
        if (status == ALM_OK)
            status = host->row(host, values, err);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}

enum alm_status disinfection_order_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                        struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "place", .title = "place", .type = ALM_STRING},
        {.name = "name", .title = "name", .type = ALM_STRING},
        {.name = "kind", .title = "kind", .type = ALM_STRING},
        {.name = "address", .title = "address", .type = ALM_STRING},
        {.name = "size", .title = "size", .type = ALM_INT, .flags = ALM_TOTAL, .unit = "m²"},
        {.name = "done", .title = "done", .type = ALM_DATE},
    };
    (void)state;
    const char *code = alm_arg_text(args, "order");
    struct alm_statement *st;
    bool row = true;
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT p.code, p.name, p.kind, p.address, p.size, t.done FROM disinfection_task t "
                  "JOIN place p ON p.id = t.place WHERE t.programme = $1 AND t.code = $2 "
                  "ORDER BY p.code COLLATE \"C\", p.id",
                  "it", host->programme_id(host), code);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status == ALM_OK && !row) /* an order has a place at least */
        return no_order(host, code, err);
    if (status == ALM_OK)
        status = host->table_begin(host, "places of the work order", columns, COUNT_OF(columns), err);
    while (status == ALM_OK && row) {
        const struct alm_value values[] = {
            alm_string(host->column_text(host, st, 0)),      alm_string(host->column_text(host, st, 1)),
            alm_string(host->column_text(host, st, 2)),      alm_string(host->column_text(host, st, 3)),
            alm_number_or_null(alm_column_int(host, st, 4)), alm_number_or_null(alm_column_int(host, st, 5))};
        status = host->row(host, values, err);
        if (status == ALM_OK)
            status = host->step(host, st, &row, err);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}

/* ---- close ---- */

enum alm_status disinfection_order_close(const struct alm_host *host, void *state, const struct alm_args *args,
                                         struct alm_error *err)
{
    (void)state;
    const char *code = alm_arg_text(args, "order");
    const char *reason = alm_arg_text(args, "reason");
    struct alm_statement *st;
    bool row = false;
    int64_t changes = 0;
    char text[160];
    if (!*reason)
        return alm_fail(err, ALM_USAGE, "write --reason TEXT", "the reason is empty");
    /* The update comes first: it locks the order, so that what is read after it stays so. */
    enum alm_status status = alm_run(host, &changes, err,
                                     "UPDATE disinfection_order SET closed = $1, reason = $2 WHERE programme = "
                                     "$3 AND code = $4 AND closed IS NULL AND done < places",
                                     "itit", (int64_t)host->today(host), reason, host->programme_id(host), code);
    if (status == ALM_OK)
        status =
            alm_query(host, &st, err, "SELECT places, done FROM disinfection_order WHERE programme = $1 AND code = $2",
                      "it", host->programme_id(host), code);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status == ALM_OK && !row)
        return no_order(host, code, err);
    if (status != ALM_OK)
        return status;
    const int64_t left = host->column_int(host, st, 0) - host->column_int(host, st, 1);
    if (changes == 0)
        return alm_fail(err, ALM_BAD_DATA, "order list shows how each stands",
                        left ? "work order %.60s is closed already" : "work order %.60s is done: nothing is left of it",
                        code);
    snprintf(text, sizeof text, left == 1 ? "closed; %lld place is left" : "closed; %lld places are left",
             (long long)left);
    host->say(host, text);
    return ALM_OK;
}
