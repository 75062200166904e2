/* SPDX-License-Identifier: MIT */
/*
 * What lines come to, in the plug-in's tables: tasks that are done, days of rounds, what was used.  Set by set: one
 * statement for each order, day and kind of use among them.
 */
#include "disinfection.h"
#include <stdlib.h>

static int compare_tasks(const void *left, const void *right)
{
    const struct disinfection_entry *a = left;
    const struct disinfection_entry *b = right;
    if (!a->code || !b->code)
        return (a->code == NULL) - (b->code == NULL); /* those of no order last */
    const int order = strcmp(a->code, b->code);
    if (order)
        return order;
    if (a->date != b->date)
        return a->date < b->date ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Places of one order and day; ids holds them. */
static enum alm_status write_tasks(const struct alm_host *host, const struct disinfection_entry *first,
                                   const alm_id *ids, size_t n, int sign, struct alm_error *err)
{
    const int64_t programme = host->programme_id(host);
    int64_t changes = 0;
    /* The order's row is the lock of its places: whoever closes it waits, or is seen here. */
    enum alm_status status = alm_run(host, &changes, err,
                                     sign > 0 ? "UPDATE disinfection_order SET done = done + $1 "
                                                "WHERE programme = $2 AND code = $3 AND closed IS NULL"
                                              : "UPDATE disinfection_order SET done = done + $1 "
                                                "WHERE programme = $2 AND code = $3",
                                     "iit", (int64_t)n * sign, programme, first->code);
    if (status == ALM_OK && changes == 1)
        status = sign > 0 ? alm_run(host, &changes, err,
                                    "UPDATE disinfection_task SET done = $1 WHERE programme = $2 "
                                    "AND code = $3 AND done IS NULL AND place = ANY ($4)",
                                    "iita", (int64_t)first->date, programme, first->code, ids, n)
                          : alm_run(host, &changes, err,
                                    "UPDATE disinfection_task SET done = NULL WHERE programme = $1 "
                                    "AND code = $2 AND done IS NOT NULL AND place = ANY ($3)",
                                    "ita", programme, first->code, ids, n);
    else if (status == ALM_OK)
        changes = -1;
    if (status == ALM_OK && changes != (int64_t)n)
        status = alm_fail(err, ALM_AGAIN, "try again",
                          "work order %.60s was changed by someone else at the same moment", first->code);
    return status;
}

static enum alm_status write_orders(const struct alm_host *host, struct disinfection_entry *entries, size_t n,
                                    alm_id *ids, int sign, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    qsort(entries, n, sizeof *entries, compare_tasks);
    for (size_t i = 0; status == ALM_OK && i < n && entries[i].code;) {
        const struct disinfection_entry *first = &entries[i];
        size_t count = 0;
        for (; i < n && entries[i].code && entries[i].date == first->date && strcmp(entries[i].code, first->code) == 0;
             i++)
            ids[count++] = entries[i].place;
        status = write_tasks(host, first, ids, count, sign, err);
    }
    return status;
}

static int compare_rounds(const void *left, const void *right)
{
    const struct disinfection_entry *a = left;
    const struct disinfection_entry *b = right;
    if (a->job != b->job)
        return a->job < b->job ? -1 : 1;
    if (a->date != b->date)
        return a->date < b->date ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static enum alm_status write_round(const struct alm_host *host, alm_date date, const alm_id *ids, size_t n, int sign,
                                   struct alm_error *err)
{
    const int64_t programme = host->programme_id(host);
    if (sign > 0)
        return alm_run(host, NULL, err,
                       "INSERT INTO disinfection_round (programme, place, date, treatments) "
                       "SELECT CAST($1 AS BIGINT), id, CAST($2 AS BIGINT), 1 FROM place WHERE id = ANY ($3) "
                       "ORDER BY id ON CONFLICT (programme, place, date) "
                       "DO UPDATE SET treatments = disinfection_round.treatments + 1",
                       "iia", programme, (int64_t)date, ids, n);
    enum alm_status status = alm_run(host, NULL, err,
                                     "UPDATE disinfection_round SET treatments = treatments - 1 "
                                     "WHERE programme = $1 AND date = $2 AND place = ANY ($3)",
                                     "iia", programme, (int64_t)date, ids, n);
    if (status == ALM_OK)
        status = alm_run(host, NULL, err,
                         "DELETE FROM disinfection_round "
                         "WHERE programme = $1 AND date = $2 AND treatments <= 0 AND place = ANY ($3)",
                         "iia", programme, (int64_t)date, ids, n);
    return status;
}

static enum alm_status write_rounds(const struct alm_host *host, struct disinfection_entry *entries, size_t n,
                                    alm_id *ids, int sign, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    qsort(entries, n, sizeof *entries, compare_rounds);
    for (size_t i = 0; status == ALM_OK && i < n && entries[i].job == DISINFECTION_ROUND;) {
        size_t end = i;
        while (end < n && entries[end].job == DISINFECTION_ROUND && entries[end].date == entries[i].date)
            end++;
        /* A place that stands there k times is in the first k of these sets. */
        for (size_t times = 1, count = 1; status == ALM_OK && count; times++) {
            count = 0;
            for (size_t k = i, nth = 0; k < end; k++) {
                nth = k > i && entries[k].place == entries[k - 1].place ? nth + 1 : 1;
                if (nth == times)
                    ids[count++] = entries[k].place;
            }
            if (count)
                status = write_round(host, entries[i].date, ids, count, sign, err);
        }
        i = end;
    }
    return status;
}

static int compare_uses(const void *left, const void *right)
{
    const struct disinfection_entry *a = left;
    const struct disinfection_entry *b = right;
    if (a->date != b->date)
        return a->date < b->date ? -1 : 1;
    const int order = strcmp(a->agent, b->agent);
    if (order)
        return order;
    if (a->object != b->object)
        return a->object < b->object ? -1 : 1;
    return a->job < b->job ? -1 : a->job > b->job;
}

static enum alm_status write_uses(const struct alm_host *host, struct disinfection_entry *entries, size_t n, int sign,
                                  struct alm_error *err)
{
    const int64_t programme = host->programme_id(host);
    enum alm_status status = ALM_OK;
    qsort(entries, n, sizeof *entries, compare_uses);
    for (size_t i = 0; status == ALM_OK && i < n;) {
        const struct disinfection_entry *first = &entries[i];
        int64_t treatments = 0, unmeasured = 0, litres = 0, square_metres = 0;
        for (; i < n && compare_uses(&entries[i], first) == 0; i++) {
            treatments += entries[i].quantity;
            if (entries[i].litres == ALM_NULL)
                unmeasured += entries[i].quantity;
            else
                litres += entries[i].litres;
            square_metres += entries[i].square_metres == ALM_NULL ? 0 : entries[i].square_metres;
        }
        status =
            alm_run(host, NULL, err,
                    "INSERT INTO disinfection_use "
                    "(programme, date, agent, object, job, treatments, unmeasured, litres, square_metres) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (programme, date, agent, object, job) "
                    "DO UPDATE SET treatments = disinfection_use.treatments + excluded.treatments, "
                    "unmeasured = disinfection_use.unmeasured + excluded.unmeasured, "
                    "litres = disinfection_use.litres + excluded.litres, "
                    "square_metres = disinfection_use.square_metres + excluded.square_metres",
                    "iitiiiiii", programme, (int64_t)first->date, first->agent, first->object, first->job,
                    treatments * sign, unmeasured * sign, litres * sign, square_metres * sign);
        if (status == ALM_OK && sign < 0)
            status = alm_run(host, NULL, err,
                             "DELETE FROM disinfection_use WHERE programme = $1 AND date = $2 AND agent = $3 "
                             "AND object = $4 AND job = $5 AND treatments = 0",
                             "iitii", programme, (int64_t)first->date, first->agent, first->object, first->job);
    }
    return status;
}

/* In this order each time, and each sorted: two writers never wait for each other in a circle. */
enum alm_status disinfection_write(const struct alm_host *host, struct disinfection_entry *entries, size_t n,
                                   alm_id *ids, int sign, struct alm_error *err)
{
    if (!n)
        return ALM_OK;
    enum alm_status status = write_orders(host, entries, n, ids, sign, err);
    if (status == ALM_OK)
        status = write_rounds(host, entries, n, ids, sign, err);
    if (status == ALM_OK)
        status = write_uses(host, entries, n, sign, err);
    return status;
}
