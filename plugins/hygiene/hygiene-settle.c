/* SPDX-License-Identifier: MIT */
/*
 * Packs and additions that are items of the stock are drawn from it.  Who lives in the households of a chunk is read by
 * one query, and all lines draw together; what was drawn goes back by itself when a line is reversed.
 */
#include "hygiene.h"
#include <stdlib.h>

/* Somebody's time in a household. */
struct stay {
    alm_id household;
    int64_t since, until; /* ALM_NULL: always, still */
    alm_date birth;
    char sex;
};

struct stays {
    struct stay *at;
    size_t count, capacity;
};

static enum alm_status no_memory(struct alm_error *err)
{
    return alm_fail(err, ALM_INTERNAL, "give it a smaller file", "out of memory while drawing packs");
}

static int compare_ids(const void *left, const void *right)
{
    const alm_id *a = left;
    const alm_id *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* Codes of the settings become ids once: nothing changes a code. */
static enum alm_status resolve(const struct alm_host *host, struct hygiene *self, struct alm_error *err)
{
    const struct hygiene_settings *s = self->settings;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < s->packs.count; i++)
        if (hygiene_pack_at(s, i)->item)
            status = host->find(host, ALM_NOUN_ITEM, hygiene_pack_at(s, i)->item, &self->pack_items[i], err);
    for (size_t i = 0; status == ALM_OK && i < s->additions.count; i++)
        if (hygiene_addition_at(s, i)->item)
            status = host->find(host, ALM_NOUN_ITEM, hygiene_addition_at(s, i)->item, &self->addition_items[i], err);
    for (size_t i = 0; status == ALM_OK && i < s->depots.count; i++)
        status = host->find(host, ALM_NOUN_DEPOT, s->depots.items[i], &self->depots[i], err);
    self->resolved = status == ALM_OK;
    return status;
}

static enum alm_status read_stays(const struct alm_host *host, const struct alm_line *lines, size_t n,
                                  struct stays *stays, struct alm_error *err)
{
    struct alm_statement *st = NULL;
    alm_id *owners = malloc((n + 1) * sizeof *owners);
    size_t n_owners = 0;
    if (!owners)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        owners[i] = lines[i].owner;
    qsort(owners, n, sizeof *owners, compare_ids);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || owners[i] != owners[n_owners - 1])
            owners[n_owners++] = owners[i];
    enum alm_status status = alm_query(host, &st, err,
                                       "SELECT m.household, m.since, m.until, p.birth_date, p.sex FROM member m "
                                       "JOIN person p ON p.owner = m.home AND p.id = m.person "
                                       "WHERE m.household = ANY ($1) ORDER BY m.household, p.id",
                                       "a", owners, n_owners);
    while (alm_next(host, st, &status, err)) {
        if (stays->count == stays->capacity) {
            size_t larger = stays->capacity ? stays->capacity * 2 : 256;
            struct stay *grown = realloc(stays->at, larger * sizeof *grown);
            if (!grown) {
                status = no_memory(err);
                break;
            }
            stays->at = grown;
            stays->capacity = larger;
        }
        const char *sex = host->column_text(host, st, 4);
        int64_t birth = alm_column_int(host, st, 3);
        stays->at[stays->count++] = (struct stay){.household = host->column_int(host, st, 0),
                                                  .since = alm_column_int(host, st, 1),
                                                  .until = alm_column_int(host, st, 2),
                                                  .birth = birth == ALM_NULL ? ALM_NO_DATE : (alm_date)birth,
                                                  .sex = sex ? *sex : 0};
    }
    free(owners);
    return status;
}

static struct hygiene_home home_of(const struct hygiene_settings *s, const struct stays *stays,
                                   const struct alm_line *line)
{
    struct hygiene_home home = {0};
    size_t low = 0;
    size_t high = stays->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (stays->at[middle].household < line->owner)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < stays->count && stays->at[low].household == line->owner; low++) {
        const struct stay *stay = &stays->at[low];
        if ((stay->since == ALM_NULL || stay->since <= line->date) &&
            (stay->until == ALM_NULL || stay->until > line->date))
            hygiene_home_add(s, &home, line->date, stay->birth, stay->sex);
    }
    return home;
}

/* What a line takes; answers how many goods. */
static size_t goods_of(const struct hygiene *self, const struct hygiene_home *home, const struct alm_line *line,
                       struct alm_goods *goods)
{
    size_t n = 0;
    const alm_id pack = self->pack_items[hygiene_pack_of(self->settings, home->members)];
    if (pack)
        goods[n++] = (struct alm_goods){pack, line->quantity};
    for (size_t i = 0; i < self->settings->additions.count; i++)
        if (self->addition_items[i] && home->additions[i])
            goods[n++] = (struct alm_goods){self->addition_items[i], home->additions[i] * ALM_UNIT};
    return n;
}

enum alm_status hygiene_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                               struct alm_verdict *verdicts, struct alm_error *err)
{
    struct hygiene *self = state;
    const struct hygiene_settings *s = self->settings;
    const size_t most = 1 + s->additions.count;
    struct stays stays = {0};
    size_t n_draws = 0;
    if (!self->draws || !n)
        return ALM_OK;
    if (!ALM_HOST_HAS(host, stock_draw) || !host->stock_draw)
        return alm_fail(err, ALM_UNAVAILABLE, "bring almoner up to date, or leave the keys item out",
                        "this almoner keeps no stock");
    struct alm_draw *draws = calloc(n, sizeof *draws);
    struct alm_goods *goods = calloc(n * most, sizeof *goods);
    size_t *line_of = calloc(n, sizeof *line_of);
    enum alm_status status = draws && goods && line_of ? ALM_OK : no_memory(err);
    if (status == ALM_OK && !self->resolved)
        status = resolve(host, self, err);
    if (status == ALM_OK)
        status = read_stays(host, lines, n, &stays, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        struct hygiene_home home = home_of(s, &stays, &lines[i]);
        struct alm_goods *of_line = goods + i * most;
        size_t n_goods = goods_of(self, &home, &lines[i], of_line);
        if (!n_goods)
            continue;
        line_of[n_draws] = i;
        draws[n_draws++] = (struct alm_draw){.line = lines[i].id,
                                             .date = lines[i].date,
                                             .depots = self->depots,
                                             .n_depots = s->depots.count,
                                             .goods = of_line,
                                             .n_goods = n_goods,
                                             .cost = ALM_NULL};
    }
    if (status == ALM_OK && n_draws)
        status = host->stock_draw(host, draws, n_draws, err);
    for (size_t i = 0; status == ALM_OK && i < n_draws; i++) {
        struct alm_line *line = &lines[line_of[i]];
        verdicts[line_of[i]] = draws[i].verdict;
        /* A pack without a cost of its own, and under a programme without one, is worth what its goods had cost. */
        if (line->value == 0 && draws[i].cost != ALM_NULL)
            line->value = draws[i].cost;
    }
    free(stays.at);
    free(line_of);
    free(goods);
    free(draws);
    return status;
}

enum alm_status hygiene_unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                 struct alm_error *err)
{
    (void)host, (void)state, (void)lines, (void)n, (void)err;
    return ALM_OK;
}
