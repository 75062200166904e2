/* SPDX-License-Identifier: MIT */
/*
 * Kits that are items of the stock are drawn from it, by the grade that the child is in on the day.  The children of a
 * chunk are read by one query, and all lines draw together; what was drawn goes back by itself when a line is reversed.
 */
#include "stationery.h"
#include <stdlib.h>

struct child {
    alm_id id;
    int32_t grade; /* of the register; -1: not known */
    alm_date birth_date;
};

static enum alm_status no_memory(struct alm_error *err)
{
    return alm_fail(err, ALM_INTERNAL, "give it a smaller file", "out of memory while drawing kits");
}

static int compare_ids(const void *left, const void *right)
{
    const alm_id *a = left;
    const alm_id *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* Codes of the settings become ids once: nothing changes a code. */
static enum alm_status resolve(const struct alm_host *host, struct stationery *self, struct alm_error *err)
{
    const struct stationery_settings *s = self->settings;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < s->kits.count; i++) {
        const char *item = stationery_kit_at(s, i)->item;
        if (item && *item)
            status = host->find(host, ALM_NOUN_ITEM, item, &self->kit_items[i], err);
    }
    for (size_t i = 0; status == ALM_OK && i < s->depots.count; i++)
        status = host->find(host, ALM_NOUN_DEPOT, s->depots.items[i], &self->depots[i], err);
    self->resolved = status == ALM_OK;
    return status;
}

/* The lines' children, in the order of their ids; there is room for one a line. */
static enum alm_status read_children(const struct alm_host *host, const struct alm_line *lines, size_t n,
                                     struct child *children, size_t *n_children, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    alm_id *ids = malloc(n * sizeof *ids);
    size_t n_ids = 0;
    if (!ids)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        ids[i] = lines[i].person;
    qsort(ids, n, sizeof *ids, compare_ids);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || ids[i] != ids[n_ids - 1])
            ids[n_ids++] = ids[i];
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT p.id, p.school_grade, p.birth_date FROM home h "
                  "JOIN person p ON p.owner = h.owner AND p.id = h.id WHERE h.id = ANY ($1) ORDER BY p.id",
                  "a", ids, n_ids);
    while (alm_next(host, st, &status, err)) {
        const int64_t grade = alm_column_int(host, st, 1);
        const int64_t birth = alm_column_int(host, st, 2);
        children[(*n_children)++] = (struct child){.id = host->column_int(host, st, 0),
                                                   .grade = grade == ALM_NULL ? -1 : (int32_t)grade,
                                                   .birth_date = birth == ALM_NULL ? ALM_NO_DATE : (alm_date)birth};
    }
    free(ids);
    return status;
}

/* The item that the line's child gets; 0: none is drawn. */
static alm_id item_of(const struct stationery *self, const struct child *children, size_t n,
                      const struct alm_line *line)
{
    const struct child *child =
        n ? bsearch(&line->person, children, n, sizeof *children, compare_ids) : NULL; /* its first member is the id */
    if (!child)
        return 0;
    const int kit = stationery_kit_of(self, stationery_grade(self, child->grade, child->birth_date, line->date));
    return kit < 0 ? 0 : self->kit_items[kit];
}

enum alm_status stationery_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                  struct alm_verdict *verdicts, struct alm_error *err)
{
    struct stationery *self = state;
    size_t n_children = 0;
    size_t n_draws = 0;
    if (!self->draws || !n)
        return ALM_OK;
    if (!ALM_HOST_HAS(host, stock_draw) || !host->stock_draw)
        return alm_fail(err, ALM_UNAVAILABLE, "bring almoner up to date, or leave the keys item out",
                        "this almoner keeps no stock");
    struct alm_draw *draws = calloc(n, sizeof *draws);
    struct alm_goods *goods = calloc(n, sizeof *goods);
    struct child *children = calloc(n, sizeof *children);
    size_t *line_of = calloc(n, sizeof *line_of);
    enum alm_status status = draws && goods && children && line_of ? ALM_OK : no_memory(err);
    if (status == ALM_OK && !self->resolved)
        status = resolve(host, self, err);
    if (status == ALM_OK)
        status = read_children(host, lines, n, children, &n_children, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        const alm_id item = item_of(self, children, n_children, &lines[i]);
        if (!item)
            continue;
        goods[n_draws] = (struct alm_goods){item, lines[i].quantity};
        line_of[n_draws] = i;
        draws[n_draws] = (struct alm_draw){.line = lines[i].id,
                                           .date = lines[i].date,
                                           .depots = self->depots,
                                           .n_depots = self->settings->depots.count,
                                           .goods = &goods[n_draws],
                                           .n_goods = 1,
                                           .cost = ALM_NULL};
        n_draws++;
    }
    if (status == ALM_OK && n_draws)
        status = host->stock_draw(host, draws, n_draws, err);
    for (size_t i = 0; status == ALM_OK && i < n_draws; i++) {
        struct alm_line *line = &lines[line_of[i]];
        verdicts[line_of[i]] = draws[i].verdict;
        /* A kit without a cost of its own, under a programme without one, is worth what it had cost. */
        if (line->value == 0 && draws[i].cost != ALM_NULL)
            line->value = draws[i].cost;
    }
    free(line_of);
    free(children);
    free(goods);
    free(draws);
    return status;
}

enum alm_status stationery_unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                    struct alm_error *err)
{
    (void)host, (void)state, (void)lines, (void)n, (void)err;
    return ALM_OK;
}
