/* SPDX-License-Identifier: MIT */
/*
 * Parcels in the stock: packed out of what they hold, and drawn when they are given.  How many live in the households
 * of a chunk is read by one query, and all lines draw together; what was drawn goes back by itself when a line is
 * reversed.
 */
#include "parcels.h"
#include <stdlib.h>

enum { MOST_PARCELS = 1000000, MOST_CODE = 60 };

static enum alm_status no_memory(struct alm_error *err)
{
    return alm_fail(err, ALM_INTERNAL, "give it a smaller file", "out of memory while drawing parcels");
}

static enum alm_status need_stock(const struct alm_host *host, struct alm_error *err)
{
    if (ALM_HOST_HAS(host, stock_make) && host->stock_draw && host->stock_make)
        return ALM_OK;
    return alm_fail(err, ALM_UNAVAILABLE, "bring almoner up to date, or leave the keys item out",
                    "this almoner keeps no stock");
}

/* ---- packing ---- */

/* What `count` parcels take, to the nearest thousandth of a unit. */
static enum alm_status contents_of(const struct alm_host *host, const struct parcels_settings *s,
                                   const struct parcels_size *size, int64_t count, struct alm_goods *goods,
                                   struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < size->contents.count; i++) {
        struct parcels_content content;
        char why[120];
        if (!parcels_content_parse(s, size->contents.items[i], &content, why, sizeof why))
            return alm_fail(err, ALM_BAD_CONFIG, NULL, "%s", why); /* check() has refused such settings */
        const struct parcels_item *item = content.item;
        goods[i].quantity = (content.grams * count * ALM_UNIT + item->unit_grams / 2) / item->unit_grams;
        if (goods[i].quantity == 0)
            goods[i].quantity = 1;
        status = host->find(host, ALM_NOUN_ITEM, item->stock && *item->stock ? item->stock : item->name, &goods[i].item,
                            err);
    }
    return status;
}

static enum alm_status read_packing(const struct alm_host *host, const struct parcels_settings *s,
                                    const struct alm_args *args, const struct parcels_size **size,
                                    struct alm_make *make, struct alm_error *err)
{
    const char *name = alm_arg_text(args, "size");
    const int64_t count = alm_arg_number(args, "count", 0);
    const alm_date today = host->today(host);
    enum alm_status status = parcels_check_size(s, name, err);
    if (status != ALM_OK)
        return status;
    *size = alm_group_find(&s->sizes, sizeof **size, name, strlen(name));
    *make = (struct alm_make){.date = (alm_date)alm_arg_number(args, "date", today),
                              .makes = {.quantity = count * ALM_UNIT},
                              .expires = ALM_NO_DATE,
                              .cost = alm_arg_number(args, "cost", 0)};
    if (count < 1 || count > MOST_PARCELS)
        return alm_fail(err, ALM_BAD_DATA, "write a number from 1 to 1000000", "--count: %lld is no number of parcels",
                        (long long)count);
    if (make->date > today)
        return alm_fail(err, ALM_BAD_DATA, "enter them when they are packed", "the day of packing is still to come");
    if (make->cost < 0)
        return alm_fail(err, ALM_BAD_DATA, "leave it out if there was none", "the cost is less than nothing");
    if (!(*size)->item || !*(*size)->item) {
        char hint[160];
        snprintf(hint, sizeof hint, "write item = CODE into its section [size %.60s]", name);
        return alm_fail(err, ALM_BAD_CONFIG, hint, "parcels of size %.60s are no item of the stock", name);
    }
    status = host->find(host, ALM_NOUN_ITEM, (*size)->item, &make->makes.item, err);
    if (status == ALM_OK)
        status = host->find(host, ALM_NOUN_DEPOT, alm_arg_text(args, "depot"), &make->depot, err);
    return status;
}

static enum alm_status show_lot(const struct alm_host *host, const struct parcels_size *size,
                                const struct alm_make *make, struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "lot", .title = "lot", .type = ALM_STRING},
        {.name = "item", .title = "item", .type = ALM_STRING},
        {.name = "parcels", .title = "parcels", .type = ALM_QUANTITY},
        {.name = "expires", .title = "expires", .type = ALM_DATE},
        {.name = "cost", .title = "cost", .type = ALM_MONEY},
    };
    const struct alm_value values[] = {alm_string(make->lot), alm_string(size->item), alm_number(make->makes.quantity),
                                       make->expires == ALM_NO_DATE ? alm_null() : alm_number(make->expires),
                                       alm_number_or_null(make->cost)};
    enum alm_status status = host->table_begin(host, "parcels", columns, COUNT_OF(columns), err);
    if (status == ALM_OK)
        status = host->row(host, values, err);
    return status == ALM_OK ? host->table_end(host, err) : status;
}

enum alm_status parcels_assemble(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    const struct parcels_settings *s = ((const struct parcels *)state)->settings;
    const struct parcels_size *size = NULL;
    struct alm_make make;
    struct alm_goods goods[PARCELS_MOST_ITEMS];
    char lot[MOST_CODE + 40];
    char folded[sizeof lot];
    char key[sizeof lot + 100];
    int32_t year;
    int32_t month;
    int32_t day;
    enum alm_status status = need_stock(host, err);
    if (status == ALM_OK)
        status = read_packing(host, s, args, &size, &make, err);
    if (status != ALM_OK)
        return status;
    host->solar_date(make.date, &year, &month, &day);
    snprintf(lot, sizeof lot, "%.60s-%04d%02d%02d", size->name, year, month, day);
    make.lot = alm_arg_text(args, "lot");
    if (!make.lot)
        make.lot = lot;
    if (strlen(make.lot) > MOST_CODE + 30 || !alm_code(make.lot, folded, sizeof folded)) /* blanks alone are no code */
        return alm_fail(err, ALM_BAD_DATA, "write for example S-7", "a lot's code has 1 to %d bytes", MOST_CODE + 30);
    /* Two programmes may have sizes of the same name, and two sizes lots of the same code. */
    snprintf(key, sizeof key, "%s %s of item %lld", host->programme_name(host), make.lot, (long long)make.makes.item);
    make.key = key;
    make.uses = goods;
    make.n_uses = size->contents.count;
    status = contents_of(host, s, size, make.makes.quantity / ALM_UNIT, goods, err);
    if (status == ALM_OK && (status = host->stock_make(host, &make, err)) == ALM_BAD_DATA && !*err->hint)
        snprintf(err->hint, sizeof err->hint, "if these are others, give their lot a code of its own: --lot CODE");
    return status == ALM_OK ? show_lot(host, size, &make, err) : status;
}

/* ---- giving ---- */

/* Somebody's time in a household. */
struct stay {
    alm_id household;
    int64_t since, until; /* ALM_NULL: always, still */
};

struct stays {
    struct stay *at;
    size_t count, capacity;
};

static int compare_ids(const void *left, const void *right)
{
    const alm_id *a = left;
    const alm_id *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* Codes of the settings become ids once: nothing changes a code. */
static enum alm_status resolve(const struct alm_host *host, struct parcels *self, struct alm_error *err)
{
    const struct parcels_settings *s = self->settings;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < s->sizes.count; i++)
        if (parcels_size_at(s, i)->item && *parcels_size_at(s, i)->item)
            status = host->find(host, ALM_NOUN_ITEM, parcels_size_at(s, i)->item, &self->size_items[i], err);
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
                                       "SELECT household, since, until FROM member WHERE household = ANY ($1) "
                                       "ORDER BY household, person, since NULLS FIRST",
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
        stays->at[stays->count++] = (struct stay){.household = host->column_int(host, st, 0),
                                                  .since = alm_column_int(host, st, 1),
                                                  .until = alm_column_int(host, st, 2)};
    }
    free(owners);
    return status;
}

/* How many lived in the line's household on its day. */
static size_t members_of(const struct stays *stays, const struct alm_line *line)
{
    size_t low = 0;
    size_t high = stays->count;
    size_t members = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (stays->at[middle].household < line->owner)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < stays->count && stays->at[low].household == line->owner; low++) {
        const struct stay *stay = &stays->at[low];
        members += (stay->since == ALM_NULL || stay->since <= line->date) &&
                   (stay->until == ALM_NULL || stay->until > line->date);
    }
    return members;
}

enum alm_status parcels_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                               struct alm_verdict *verdicts, struct alm_error *err)
{
    struct parcels *self = state;
    const struct parcels_settings *s = self->settings;
    struct stays stays = {0};
    size_t n_draws = 0;
    if (!self->draws || !n)
        return ALM_OK;
    enum alm_status status = need_stock(host, err);
    if (status != ALM_OK)
        return status;
    struct alm_draw *draws = calloc(n, sizeof *draws);
    struct alm_goods *goods = calloc(n, sizeof *goods);
    size_t *line_of = calloc(n, sizeof *line_of);
    if (!draws || !goods || !line_of)
        status = no_memory(err);
    if (status == ALM_OK && !self->resolved)
        status = resolve(host, self, err);
    if (status == ALM_OK)
        status = read_stays(host, lines, n, &stays, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        const alm_id item = self->size_items[parcels_size_of(s, members_of(&stays, &lines[i]))];
        if (!item) /* of this size */
            continue;
        goods[n_draws] = (struct alm_goods){item, lines[i].quantity};
        line_of[n_draws] = i;
        draws[n_draws] = (struct alm_draw){.line = lines[i].id,
                                           .date = lines[i].date,
                                           .depots = self->depots,
                                           .n_depots = s->depots.count,
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
        /* A size without a cost of its own, under a programme without one, is worth what it had cost. */
        if (line->value == 0 && draws[i].cost != ALM_NULL)
            line->value = draws[i].cost;
    }
    free(stays.at);
    free(line_of);
    free(goods);
    free(draws);
    return status;
}

enum alm_status parcels_unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                 struct alm_error *err)
{
    (void)host, (void)state, (void)lines, (void)n, (void)err;
    return ALM_OK;
}
