/* SPDX-License-Identifier: MIT */
/*
 * draw: goods for lines of the ledger, and goods that come of making.  The hot path: what the draws of a chunk may need
 * is locked and read at once, given out in memory in the order of the draws, and written in bulk.
 */
#include "stock/internal.h"

#include <stdlib.h>

static enum alm_status check_goods(const struct alm_goods *goods, size_t n, struct alm_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (goods[i].quantity < 0 || goods[i].quantity > STOCK_MOST)
            return error_set(err, ALM_INTERNAL, NULL, _("a quantity of goods to draw is below 0 or beyond measure"));
    return ALM_OK;
}

static enum alm_status read_all(struct stock *stock, const struct alm_draw *draws, size_t n, struct alm_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct alm_draw *draw = &draws[i];
        enum alm_status status = check_goods(draw->goods, draw->n_goods, err);
        if (status != ALM_OK)
            return status;
        for (size_t g = 0; g < draw->n_goods; g++)
            for (size_t d = 0; d < draw->n_depots; d++)
                stock_want(stock, draw->depots[d], draw->goods[g].item);
    }
    return stock_read(stock, err);
}

/* Take goods out of the depots, which are tried in their order. False if they are short: *missing says which. */
static bool take(struct stock *stock, const struct alm_goods *goods, size_t n, const alm_id *depots, size_t n_depots,
                 alm_date date, size_t *missing)
{
    struct stock_pieces *pieces = &stock->pieces;
    const size_t before = pieces->n;
    for (size_t g = 0; g < n; g++) {
        alm_quantity left = goods[g].quantity;
        for (size_t d = 0; d < n_depots && left > 0; d++)
            left -= stock_take(stock, stock_want(stock, depots[d], goods[g].item), 0, left, date, STOCK_GOOD, pieces);
        if (left > 0) {
            stock_untake(stock, pieces, before);
            *missing = g;
            return false;
        }
    }
    return true;
}

/* All that is asked for of an item that may be named several times. */
static alm_quantity needed_of(const struct alm_goods *goods, size_t n, alm_id item)
{
    alm_quantity sum = 0;
    for (size_t i = 0; i < n; i++)
        if (goods[i].item == item)
            sum += goods[i].quantity;
    return sum;
}

static enum alm_status tell_short(struct stock *stock, struct alm_draw *draw, size_t missing, struct alm_error *err)
{
    const alm_id item = draw->goods[missing].item;
    const struct stock_need need = {.item = item,
                                    .quantity = needed_of(draw->goods, draw->n_goods, item),
                                    .depots = draw->depots,
                                    .n_depots = draw->n_depots,
                                    .date = draw->date};
    struct stock_short what;
    enum alm_status status = stock_tell_short(stock, &need, &what, err);
    if (status != ALM_OK)
        return status;
    alm_refuse(&draw->verdict, "%s%s%s", what.text, *what.elsewhere ? "; " : "", what.elsewhere);
    /* A cut may fall into a letter. */
    draw->verdict.reason[text_valid_length(text_of(draw->verdict.reason))] = '\0';
    return ALM_OK;
}

enum alm_status stock_draw(struct stock *stock, struct alm_draw *draws, size_t n, alm_id entry, struct alm_error *err)
{
    stock_begin(stock, entry);
    enum alm_status status = read_all(stock, draws, n, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        struct alm_draw *draw = &draws[i];
        const struct stock_post post = {.id = draw->line, .kind = STOCK_DRAW, .date = draw->date};
        size_t missing;
        stock->pieces.n = 0;
        if (!take(stock, draw->goods, draw->n_goods, draw->depots, draw->n_depots, draw->date, &missing)) {
            status = tell_short(stock, draw, missing, err);
            continue;
        }
        draw->cost = stock_cost(stock, &stock->pieces, 0);
        stock->again = draw->line <= stock->last_line;
        stock_post_taken(stock, &post, &stock->pieces, 0, STOCK_GIVEN);
        stock->again = false;
        if (draw->line > stock->last_line)
            stock->last_line = draw->line;
    }
    if (status == ALM_OK)
        status = stock_write(stock, err);
    if (status != ALM_OK)
        stock_forget(stock);
    return status;
}

/* ---- back ---- */

struct drawn {
    alm_id depot;
    uint32_t cell;
    struct stock_part part;
    bool returned; /* some of the lot came back by hand */
};

static enum alm_status read_drawn(struct stock *stock, alm_id line, struct drawn **drawn, size_t *n,
                                  struct alm_error *err)
{
    static const char sql[] = "SELECT m.source, m.item, m.lot, m.quantity, l.expires, l.received, l.price, l.returned "
                              "FROM stock_movement m JOIN stock_lot l ON l.id = m.lot "
                              "WHERE m.id = $1 AND m.kind = $2 ORDER BY m.lot, m.source";
    struct store_stmt *stmt;
    size_t capacity = 0;
    bool row;
    enum alm_status status = store_query(stock->store, &stmt, err, sql, "ii", line, (int64_t)STOCK_DRAW);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const int64_t expires = store_int(stmt, 4);
        ARRAY_ROOM(*drawn, *n, capacity);
        struct drawn *at = &(*drawn)[(*n)++];
        *at = (struct drawn){.depot = store_int(stmt, 0),
                             .cell = stock_want(stock, store_int(stmt, 0), store_int(stmt, 1)),
                             .part = {.lot = store_int(stmt, 2),
                                      .quantity = store_int(stmt, 3),
                                      .expires = expires == ALM_NULL ? STOCK_NEVER : (alm_date)expires,
                                      .received = (alm_date)store_int(stmt, 5),
                                      .price = store_int(stmt, 6)},
                             .returned = store_int(stmt, 7) != ALM_NULL};
    }
    return status;
}

/* What came back by hand already does not come a second time: no more comes back of a lot than is out. */
static enum alm_status keep_to_what_is_out(struct stock *stock, struct drawn *drawn, size_t n, alm_date date,
                                           struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    alm_quantity out = 0;
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        struct stock_part *part = &drawn[i].part;
        if (!drawn[i].returned)
            continue;
        /* Parts of one lot, out of several depots, stand together. */
        if (i == 0 || drawn[i - 1].part.lot != part->lot)
            status = stock_out(stock, part->lot, date, &out, err);
        if (part->quantity > out)
            part->quantity = out;
        out -= part->quantity;
    }
    return status;
}

enum alm_status stock_undraw(struct stock *stock, alm_id line, alm_id reversal, alm_date date, alm_id entry,
                             struct alm_error *err)
{
    const struct stock_post post = {.id = reversal, .kind = STOCK_UNDRAW, .date = date};
    struct drawn *drawn = NULL;
    size_t n = 0;
    stock_begin(stock, entry);
    /* What was drawn in this transaction may still be held. */
    enum alm_status status = stock_sync(stock, err);
    if (status == ALM_OK)
        status = read_drawn(stock, line, &drawn, &n, err);
    if (status == ALM_OK && n)
        status = stock_read(stock, err);
    if (status == ALM_OK)
        status = keep_to_what_is_out(stock, drawn, n, date, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        if (drawn[i].part.quantity)
            stock_post_put(stock, &post, STOCK_GIVEN, drawn[i].cell, &drawn[i].part);
    if (status == ALM_OK && n)
        status = stock_write(stock, err);
    free(drawn);
    if (status != ALM_OK)
        stock_forget(stock);
    return status;
}

enum alm_status stock_on_hand(struct stock *stock, alm_id item, alm_id depot, alm_date date, alm_quantity *quantity,
                              struct alm_error *err)
{
    enum alm_status status = stock->held ? stock_sync(stock, err) : ALM_OK;
    if (status != ALM_OK)
        return status;
    if (depot)
        return store_number(stock->store, quantity, 0, err,
                            "SELECT CAST(SUM(b.quantity) AS BIGINT) FROM stock_balance b "
                            "JOIN stock_lot l ON l.id = b.lot "
                            "WHERE b.depot = $1 AND b.item = $2 AND (l.expires IS NULL OR l.expires >= $3)",
                            "iii", depot, item, (int64_t)date);
    return store_number(stock->store, quantity, 0, err,
                        "SELECT CAST(SUM(b.quantity) AS BIGINT) FROM stock_depot d "
                        "JOIN stock_balance b ON b.depot = d.id JOIN stock_lot l ON l.id = b.lot "
                        "WHERE b.item = $1 AND (l.expires IS NULL OR l.expires >= $2)",
                        "ii", item, (int64_t)date);
}

enum alm_status stock_last_day(struct stock *stock, alm_id item, struct alm_text lot, alm_date date,
                               struct alm_error *err)
{
    int64_t changes = 0;
    enum alm_status status = stock_sync(stock, err);
    if (status == ALM_OK)
        status =
            store_run(stock->store, &changes, err, "UPDATE stock_lot SET expires = $1 WHERE item = $2 AND code = $3",
                      "iis", date == ALM_NO_DATE ? ALM_NULL : (int64_t)date, item, lot);
    const struct stock_name *name = status == ALM_OK && !changes ? stock_item_name(stock, item) : NULL;
    if (status == ALM_OK && !changes)
        status = error_set(err, ALM_BAD_DATA, _("`almoner stock list --lots` shows them"),
                           _("there is no lot %.*s of %s"), (int)lot.len, lot.at, name ? name->code : "?");
    stock_forget(stock);
    return status;
}

/* ---- making ---- */

static alm_date earliest(const struct stock *stock, const struct stock_pieces *pieces)
{
    alm_date expires = STOCK_NEVER;
    for (size_t i = 0; i < pieces->n; i++) {
        const struct stock_part *part = &stock->cells[pieces->at[i].cell].lots[pieces->at[i].part];
        if (part->expires < expires)
            expires = part->expires;
    }
    return expires == STOCK_NEVER ? ALM_NO_DATE : expires;
}

/* What one unit cost: the whole by the quantity, rounded half up. */
static alm_money unit_price(alm_money cost, alm_quantity quantity)
{
    __extension__ typedef __int128 wide;
    if (cost == ALM_NULL)
        return ALM_NULL;
    const wide price = ((wide)cost * ALM_UNIT + quantity / 2) / quantity;
    return price > STOCK_MOST ? STOCK_MOST : (alm_money)price;
}

static enum alm_status make_lot(struct stock *stock, const struct alm_make *make, alm_id lot, struct alm_error *err)
{
    int64_t made = 0;
    const char *code = make->lot ? make->lot : make->key;
    enum alm_status status = store_run(
        stock->store, &made, err,
        "INSERT INTO stock_lot (id, item, code, expires, price, received) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (item, code) DO NOTHING",
        "iitiii", lot, make->makes.item, code, make->expires == ALM_NO_DATE ? ALM_NULL : (int64_t)make->expires,
        unit_price(make->cost, make->makes.quantity), (int64_t)make->date);
    const struct stock_name *item = status == ALM_OK && !made ? stock_item_name(stock, make->makes.item) : NULL;
    if (status == ALM_OK && !made)
        status = error_set(err, ALM_BAD_DATA, _("give it another code"), _("there is a lot %s of %s already"), code,
                           item ? item->code : "?");
    return status;
}

static enum alm_status check_make(struct stock *stock, const struct alm_make *make, struct alm_error *err)
{
    const char *code = make->lot ? make->lot : make->key;
    if (!make->key || !*make->key || strlen(make->key) > STOCK_TEXT_MOST || strlen(code) > STOCK_TEXT_MOST)
        return error_set(err, ALM_BAD_DATA, NULL, _("the key or the lot of a making is empty or longer than %d bytes"),
                         STOCK_TEXT_MOST);
    if (!stock_depot_name(stock, make->depot))
        return error_set(err, ALM_BAD_DATA, _("almoner stock depot list shows them"), _("there is no such depot"));
    if (make->makes.item && !stock_item_name(stock, make->makes.item))
        return error_set(err, ALM_BAD_DATA, _("almoner stock item list shows them"), _("there is no such item"));
    if (make->makes.item && (make->makes.quantity <= 0 || make->makes.quantity > STOCK_MOST))
        return error_set(err, ALM_BAD_DATA, NULL, _("what is made has to be more than 0"));
    if (make->cost != ALM_NULL && (make->cost < 0 || make->cost > STOCK_MOST * ALM_UNIT))
        return error_set(err, ALM_BAD_DATA, NULL, _("the cost of a making is below 0 or beyond measure"));
    return check_goods(make->uses, make->n_uses, err);
}

static enum alm_status read_used(struct stock *stock, const struct alm_make *make, struct alm_error *err)
{
    for (size_t i = 0; i < make->n_uses; i++)
        stock_want(stock, make->depot, make->uses[i].item);
    if (make->makes.item)
        stock_want(stock, make->depot, make->makes.item);
    return stock_read(stock, err);
}

/* Take what is used; ALM_REFUSED if it is short. */
static enum alm_status use(struct stock *stock, const struct alm_make *make, struct alm_error *err)
{
    size_t missing;
    stock->pieces.n = 0;
    if (take(stock, make->uses, make->n_uses, &make->depot, 1, make->date, &missing))
        return ALM_OK;
    const alm_id item = make->uses[missing].item;
    const struct stock_need need = {.item = item,
                                    .quantity = needed_of(make->uses, make->n_uses, item),
                                    .depots = &make->depot,
                                    .n_depots = 1,
                                    .date = make->date};
    struct stock_short what;
    enum alm_status status = stock_tell_short(stock, &need, &what, err);
    return status == ALM_OK ? error_set(err, ALM_REFUSED, what.elsewhere, "%s", what.text) : status;
}

static void add_cost(alm_money *cost, alm_money more)
{
    if (*cost == ALM_NULL || more == ALM_NULL || __builtin_add_overflow(*cost, more, cost))
        *cost = ALM_NULL;
}

enum alm_status stock_make(struct stock *stock, struct alm_make *make, alm_id entry, struct alm_error *err)
{
    struct stock_post post = {.kind = STOCK_USE, .date = make->date};
    char key[STOCK_TEXT_MOST + 48], content[STOCK_CONTENT_SIZE] = "";
    alm_id known = 0, lot = 0;
    stock_begin(stock, entry);
    enum alm_status status = check_make(stock, make, err);
    make->made = 0;
    if (status != ALM_OK)
        return status;
    snprintf(key, sizeof key, "=%lld %s", (long long)make->depot, make->key);
    status = read_used(stock, make, err); /* locks: of two that make the same, the second sees the first one's key */
    if (status == ALM_OK)
        status = stock_key_find(stock, text_of(key), content, &known, err);
    if (status == ALM_OK && known)
        status = error_set(err, ALM_BAD_DATA, NULL, _("%s was made in %s already"), make->key,
                           stock_depot_name(stock, make->depot)->code);
    if (status == ALM_OK)
        status = use(stock, make, err);
    if (status == ALM_OK)
        status = store_id(stock->store, &post.id, err);
    if (status == ALM_OK && make->makes.item)
        status = store_id(stock->store, &lot, err);
    if (status == ALM_OK)
        status = stock_key_claim(stock, text_of(key), content, post.id, err);
    if (status != ALM_OK)
        goto out;
    add_cost(&make->cost, stock_cost(stock, &stock->pieces, 0));
    if (make->expires == ALM_NO_DATE)
        make->expires = earliest(stock, &stock->pieces);
    stock_post_taken(stock, &post, &stock->pieces, 0, STOCK_MAKING);
    if (make->makes.item && (status = make_lot(stock, make, lot, err)) == ALM_OK) {
        const struct stock_part part = {.lot = lot,
                                        .quantity = make->makes.quantity,
                                        .expires = make->expires == ALM_NO_DATE ? STOCK_NEVER : make->expires,
                                        .received = make->date,
                                        .price = unit_price(make->cost, make->makes.quantity)};
        post.kind = STOCK_MADE;
        stock_post_put(stock, &post, STOCK_MAKING, stock_want(stock, make->depot, make->makes.item), &part);
        make->made = lot;
    }
    if (status == ALM_OK)
        status = stock_write(stock, err);
out:
    if (status != ALM_OK)
        stock_forget(stock);
    return status;
}
