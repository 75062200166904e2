/* SPDX-License-Identifier: MIT */
/*
 * move: orders by hand.  All that can be wrong is looked at before anything is written: an order that is refused leaves
 * nothing behind but locks.
 */
#include "stock/internal.h"

#include <stdlib.h>

/* An order while it is carried out. */
struct moving {
    struct stock *stock;
    const struct stock_order *order;
    const struct stock_name *item, *depot;
    struct alm_text key;
    char made_key[SEEN_KEY_SIZE];
    char content[STOCK_CONTENT_SIZE];
    uint32_t from, to; /* cells: order->depot's, order->to's */
    bool known;        /* the lot is there already */
    struct stock_part lot;
    alm_money learned;       /* the lot's price, which was not known before; ALM_NULL */
    bool earlier;            /* it came before the day that is known */
    struct stock_parts back; /* RETURN: of which lots */
    struct stock_post post;
};

/* ---- what is wrong by itself ---- */

static enum alm_status check_text(const char *what, struct alm_text text, struct alm_error *err)
{
    if (text.len && !text_trim(text).len)
        return error_set(err, ALM_BAD_DATA, _("write it, or leave it out"), _("the %s is blank"), what);
    if (text.len <= STOCK_TEXT_MOST)
        return ALM_OK;
    return error_set(err, ALM_BAD_DATA, NULL, _("the %s is longer than %d bytes"), what, STOCK_TEXT_MOST);
}

static enum alm_status check_texts(const struct stock_order *order, struct alm_error *err)
{
    enum alm_status status = check_text(_("key"), order->key, err);
    if (status == ALM_OK && order->key.len && (*order->key.at == '#' || *order->key.at == '='))
        status = error_set(err, ALM_BAD_DATA, NULL, _("a key cannot begin with %c"), *order->key.at);
    if (status == ALM_OK)
        status = check_text(_("lot"), order->lot, err);
    if (status == ALM_OK)
        status = check_text(_("source"), order->source, err);
    if (status == ALM_OK)
        status = check_text(_("reason"), order->reason, err);
    if (status == ALM_OK && (order->kind == STOCK_LOSS || order->kind == STOCK_COUNT) && !order->reason.len)
        status =
            error_set(err, ALM_BAD_DATA, _("say what happened"), _("a %s needs a reason"), _(stock_kinds[order->kind]));
    return status;
}

static enum alm_status check_numbers(const struct stock_order *order, struct alm_error *err)
{
    char most[32], plain[32];
    number_format_thousandths(STOCK_MOST, plain, sizeof plain);
    number_group(plain, most, sizeof most);
    if (order->kind == STOCK_COUNT ? order->quantity < 0 : order->quantity <= 0)
        return error_set(err, ALM_BAD_DATA, NULL,
                         order->kind == STOCK_COUNT ? _("a quantity cannot be less than 0")
                                                    : _("a quantity has to be more than 0"));
    if (order->quantity > STOCK_MOST)
        return error_set(err, ALM_BAD_DATA, NULL, _("a quantity cannot be more than %s"), most);
    if (order->today && order->date > order->today)
        return error_set(err, ALM_BAD_DATA, _("give the day on which it happened"), _("that day lies in the future"));
    if (order->kind != STOCK_RECEIVE)
        return ALM_OK;
    if (order->price != ALM_NULL && (order->price < 0 || order->price > STOCK_MOST))
        return error_set(err, ALM_BAD_DATA, NULL, _("the price is below 0 or beyond measure"));
    if (order->expires != ALM_NO_DATE && order->expires < order->date)
        return error_set(err, ALM_BAD_DATA, _("what is expired is not received"),
                         _("it expires before the day on which it is received"));
    return ALM_OK;
}

static enum alm_status check(struct moving *moving, struct alm_error *err)
{
    struct stock *stock = moving->stock;
    const struct stock_order *order = moving->order;
    if (order->kind < STOCK_RECEIVE || order->kind > STOCK_COUNT)
        return error_set(err, ALM_INTERNAL, NULL, _("a movement of kind %d cannot be ordered"), (int)order->kind);
    moving->item = stock_item_name(stock, order->item);
    moving->depot = stock_depot_name(stock, order->depot);
    if (!moving->item || !moving->depot || (order->kind == STOCK_MOVE && !stock_depot_name(stock, order->to)))
        return error_set(err, ALM_BAD_DATA, NULL, _("there is no such item or depot"));
    if (order->kind == STOCK_MOVE && order->to == order->depot)
        return error_set(err, ALM_BAD_DATA, NULL, _("it lies in %s already"), moving->depot->code);
    enum alm_status status = check_texts(order, err);
    return status == ALM_OK ? check_numbers(order, err) : status;
}

/* ---- its key ---- */

static void make_key(struct moving *moving)
{
    const struct stock_order *order = moving->order;
    const int64_t numbers[] = {order->kind,     order->item, order->depot,   order->to,
                               order->quantity, order->date, order->expires, order->price};
    unsigned char content[DIGEST_SIZE];
    struct digest digest;
    digest_init(&digest, NULL, 0);
    digest_add_numbers(&digest, numbers, COUNT_OF(numbers));
    digest_add_text(&digest, order->lot);
    digest_add_text(&digest, order->source);
    digest_add_text(&digest, order->reason);
    digest_final(&digest, content);
    digest_hex(content, (STOCK_CONTENT_SIZE - 1) / 2, moving->content);
    moving->key = order->key;
    if (!order->key.len)
        moving->key =
            (struct alm_text){moving->made_key, seen_key(moving->stock->seen, order->date, content, moving->made_key)};
}

/* ---- its lot ---- */

struct stock_part stock_part_of(struct store_stmt *stmt)
{
    const int64_t expires = store_int(stmt, 1);
    return (struct stock_part){.lot = store_int(stmt, 0),
                               .expires = expires == ALM_NULL ? STOCK_NEVER : (alm_date)expires,
                               .received = (alm_date)store_int(stmt, 2),
                               .price = store_int(stmt, 3)};
}

static enum alm_status find_lot(struct moving *moving, struct alm_error *err)
{
    static const char sql[] = "SELECT id, expires, received, price FROM stock_lot WHERE item = $1 AND code = $2";
    const struct stock_order *order = moving->order;
    struct store_stmt *stmt;
    bool row = false;
    if (!order->lot.len)
        return ALM_OK;
    enum alm_status status = store_query(moving->stock->store, &stmt, err, sql, "is", order->item, order->lot);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status == ALM_OK && row) {
        moving->known = true;
        moving->lot = stock_part_of(stmt);
        store_done(stmt);
    }
    if (status == ALM_OK && !row && order->kind != STOCK_RECEIVE)
        status = error_set(err, ALM_BAD_DATA, _("`almoner stock list --lots` shows them"),
                           _("there is no lot %.*s of %s"), (int)order->lot.len, order->lot.at, moving->item->code);
    return status;
}

/*
 * Of what came without its lot, or was found: the one that expires first of those that ever lay there, so that it is
 * used first.  `good`: and that has not expired.
 */
static enum alm_status choose_lot(struct moving *moving, bool good, struct alm_error *err)
{
    static const char sql[] = "SELECT l.id, l.expires, l.received, l.price "
                              "FROM stock_balance b JOIN stock_lot l ON l.id = b.lot "
                              "WHERE b.depot = $1 AND b.item = $2 AND (l.expires IS NULL OR l.expires >= $3) "
                              "ORDER BY CASE WHEN l.expires IS NULL THEN 1 ELSE 0 END, l.expires, l.id LIMIT 1";
    const struct stock_order *order = moving->order;
    struct store_stmt *stmt;
    bool row = false;
    enum alm_status status = stock_sync(moving->stock, err);
    if (status == ALM_OK)
        status = store_query(moving->stock->store, &stmt, err, sql, "iii", order->depot, order->item,
                             good ? (int64_t)order->date : ALM_NULL + 1);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status == ALM_OK && row) {
        moving->known = true;
        moving->lot = stock_part_of(stmt);
        store_done(stmt);
    }
    if (status == ALM_OK && !row)
        status = error_set(err, ALM_BAD_DATA, _("name the lot, or receive it"),
                           good ? _("no lot of %s that is good ever lay in %s") : _("no lot of %s ever lay in %s"),
                           moving->item->code, moving->depot->code);
    return status;
}

/* More of a lot that is there: what is said of it has to agree. */
static enum alm_status compare_lot(struct moving *moving, struct alm_error *err)
{
    const struct stock_order *order = moving->order;
    struct stock_part *lot = &moving->lot;
    const char *what = order->expires != ALM_NO_DATE && order->expires != lot->expires ? _("another date of expiry")
                       : order->price != ALM_NULL && lot->price != ALM_NULL && order->price != lot->price
                           ? _("another price")
                           : NULL;
    if (what)
        return error_set(err, ALM_BAD_DATA, _("give what came now another lot"), _("lot %.*s of %s is there with %s"),
                         (int)order->lot.len, order->lot.at, moving->item->code, what);
    moving->learned = lot->price == ALM_NULL ? order->price : ALM_NULL;
    moving->earlier = order->date < lot->received;
    return ALM_OK;
}

/* What lists show of a lot and of all of them is the truth: no sum of a lot's is cut off. */
static enum alm_status check_value(const struct moving *moving, struct alm_error *err)
{
    const struct stock_order *order = moving->order;
    const alm_money price = order->price != ALM_NULL || !moving->known ? order->price : moving->lot.price;
    const alm_quantity there =
        moving->known ? stock_there(moving->stock, moving->from, moving->lot.lot, order->date, STOCK_ANY) : 0;
    if (price == ALM_NULL || stock_value(there + order->quantity, price) <= NUMBER_MOST_MONEY)
        return ALM_OK;
    return error_set(err, ALM_BAD_DATA, _("look at the quantity and at the price of one unit again"),
                     _("what the lot is worth would be beyond measure"));
}

static enum alm_status insert_lot(struct moving *moving, struct alm_text code, int64_t *made, struct alm_error *err)
{
    const struct stock_order *order = moving->order;
    return store_run(moving->stock->store, made, err,
                     "INSERT INTO stock_lot (id, item, code, expires, source, price, received) "
                     "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (item, code) DO NOTHING",
                     "iisisii", moving->lot.lot, order->item, code,
                     order->expires == ALM_NO_DATE ? ALM_NULL : (int64_t)order->expires,
                     order->source.len ? order->source : (struct alm_text){NULL, 0}, order->price,
                     (int64_t)order->date);
}

/* A lot without a code of its own is called after the day. */
static enum alm_status make_lot(struct moving *moving, struct alm_error *err)
{
    const struct stock_order *order = moving->order;
    struct stock *stock = moving->stock;
    char day[16], code[48];
    int64_t made = 0, n = 0;
    moving->lot = (struct stock_part){.expires = order->expires == ALM_NO_DATE ? STOCK_NEVER : order->expires,
                                      .received = order->date,
                                      .price = order->price};
    enum alm_status status = store_id(stock->store, &moving->lot.lot, err);
    if (status == ALM_OK && order->lot.len) {
        status = insert_lot(moving, order->lot, &made, err);
        if (status == ALM_OK && !made)
            status = error_set(err, ALM_AGAIN, _("run it again"), _("the lot %.*s was made by somebody else just now"),
                               (int)order->lot.len, order->lot.at);
        return status;
    }
    if (status == ALM_OK)
        status =
            store_number(stock->store, &n, 0, err, "SELECT COUNT(*) FROM stock_lot WHERE item = $1 AND received = $2",
                         "ii", order->item, (int64_t)order->date);
    date_format(order->date, DATE_ISO, day, sizeof day);
    for (; status == ALM_OK && !made; n++) {
        if (n)
            snprintf(code, sizeof code, "%s-%lld", day, (long long)n + 1);
        else
            snprintf(code, sizeof code, "%s", day);
        status = insert_lot(moving, text_of(code), &made, err);
    }
    return status;
}

/* What the lot that is there did not say yet. */
static enum alm_status mend_lot(struct moving *moving, struct alm_error *err)
{
    struct stock *stock = moving->stock;
    if (moving->learned == ALM_NULL && !moving->earlier)
        return ALM_OK;
    enum alm_status status = stock_sync(stock, err);
    if (status == ALM_OK && moving->learned != ALM_NULL)
        status = store_run(stock->store, NULL, err, "UPDATE stock_lot SET price = $2 WHERE id = $1", "ii",
                           moving->lot.lot, moving->learned);
    if (status == ALM_OK && moving->earlier)
        status = store_run(stock->store, NULL, err, "UPDATE stock_lot SET received = $2 WHERE id = $1", "ii",
                           moving->lot.lot, (int64_t)moving->order->date);
    stock_cells_reset(stock); /* it may lie in other cells too */
    return status;
}

/* ---- what is moved ---- */

/* Take it; ALM_REFUSED if it is short. */
static enum alm_status take(struct moving *moving, alm_quantity quantity, enum stock_which which, struct alm_error *err)
{
    struct stock *stock = moving->stock;
    const struct stock_order *order = moving->order;
    const struct stock_need need = {.item = order->item,
                                    .quantity = quantity,
                                    .depots = &order->depot,
                                    .n_depots = 1,
                                    .lot = moving->lot.lot,
                                    .date = order->date,
                                    .which = which};
    struct stock_short what;
    if (stock_take(stock, moving->from, moving->lot.lot, quantity, order->date, which, &stock->pieces) == quantity)
        return ALM_OK;
    stock_untake(stock, &stock->pieces, 0);
    enum alm_status status = stock_tell_short(stock, &need, &what, err);
    return status == ALM_OK ? error_set(err, ALM_REFUSED, what.elsewhere, "%s", what.text) : status;
}

/* No more comes back than went out. */
static enum alm_status give_back(struct moving *moving, struct alm_error *err)
{
    const struct stock_order *order = moving->order;
    alm_quantity missing = 0;
    char asked[96], out[96];
    enum alm_status status = moving->known ? ALM_OK : choose_lot(moving, true, err);
    if (status == ALM_OK)
        status = stock_back(moving->stock, order, order->lot.len ? moving->lot.lot : 0, &missing, &moving->back, err);
    if (status != ALM_OK || !missing)
        return status;
    stock_quantity_text(moving->item, order->quantity, asked, sizeof asked);
    stock_quantity_text(moving->item, order->quantity - missing, out, sizeof out);
    return error_set(err, ALM_REFUSED, _("what is new is received, and what is found is counted"),
                     missing == order->quantity
                         ? _("%s of %s cannot come back: beneficiaries have none of it on that day")
                         : _("%s of %s cannot come back: beneficiaries have %s of it on that day"),
                     asked, moving->item->code, out);
}

/* All that is judged, and nothing written yet; *change is what comes (or goes, below 0) by a count. */
static enum alm_status judge(struct moving *moving, alm_quantity *change, struct alm_error *err)
{
    const struct stock_order *order = moving->order;
    enum alm_status status;
    switch (order->kind) {
    case STOCK_RECEIVE:
        status = moving->known ? compare_lot(moving, err) : ALM_OK;
        return status == ALM_OK ? check_value(moving, err) : status;
    case STOCK_MOVE: /* what is expired is moved by its lot, to where it is destroyed */
        return take(moving, order->quantity, order->lot.len ? STOCK_ANY : STOCK_GOOD, err);
    case STOCK_ISSUE:
        return take(moving, order->quantity, STOCK_GOOD, err);
    case STOCK_LOSS:
        return take(moving, order->quantity, STOCK_ANY, err);
    case STOCK_RETURN:
        return give_back(moving, err);
    default:
        *change = order->quantity - stock_there(moving->stock, moving->from, moving->lot.lot, order->date, STOCK_ANY);
        if (*change < 0)
            return take(moving, -*change, STOCK_ANY, err);
        return *change > 0 && !moving->known ? choose_lot(moving, false, err) : ALM_OK;
    }
}

static void post_moved(struct moving *moving)
{
    struct stock *stock = moving->stock;
    stock_post_taken(stock, &moving->post, &stock->pieces, 0, moving->order->to);
    for (size_t i = 0; i < stock->pieces.n; i++) {
        const struct stock_piece *piece = &stock->pieces.at[i];
        struct stock_part part = stock->cells[piece->cell].lots[piece->part];
        part.quantity = piece->quantity;
        stock_put(stock, moving->to, &part);
    }
}

static void post_came(struct moving *moving, alm_id source, alm_quantity quantity)
{
    struct stock_part part = moving->lot;
    part.quantity = quantity;
    stock_post_put(moving->stock, &moving->post, source, moving->from, &part);
}

static void post(struct moving *moving, alm_quantity change)
{
    struct stock *stock = moving->stock;
    const struct stock_order *order = moving->order;
    switch (order->kind) {
    case STOCK_RECEIVE:
        post_came(moving, STOCK_DONORS, order->quantity);
        break;
    case STOCK_RETURN:
        for (size_t i = 0; i < moving->back.n; i++)
            stock_post_put(stock, &moving->post, STOCK_GIVEN, moving->from, &moving->back.at[i]);
        break;
    case STOCK_MOVE:
        post_moved(moving);
        break;
    case STOCK_ISSUE:
        stock_post_taken(stock, &moving->post, &stock->pieces, 0, STOCK_GIVEN);
        break;
    case STOCK_LOSS:
        stock_post_taken(stock, &moving->post, &stock->pieces, 0, STOCK_LOST);
        break;
    default:
        if (change > 0)
            post_came(moving, STOCK_DIFFERENCE, change);
        else
            stock_post_taken(stock, &moving->post, &stock->pieces, 0, STOCK_DIFFERENCE);
    }
}

static enum alm_status carry_out(struct moving *moving, struct stock_answer *answer, struct alm_error *err)
{
    struct stock *stock = moving->stock;
    const struct stock_order *order = moving->order;
    moving->from = stock_want(stock, order->depot, order->item);
    if (order->kind == STOCK_MOVE)
        moving->to = stock_want(stock, order->to, order->item);
    enum alm_status status = stock_read(stock, err);
    if (status == ALM_OK)
        status = stock_key_find(stock, moving->key, moving->content, &answer->movement, err);
    if (status != ALM_OK || (answer->same = answer->movement != 0))
        return status;
    stock->pieces.n = 0;
    status = find_lot(moving, err);
    if (status == ALM_OK)
        status = judge(moving, &answer->difference, err);
    if (status == ALM_OK)
        status = store_id(stock->store, &moving->post.id, err);
    if (status == ALM_OK)
        status = stock_key_claim(stock, moving->key, moving->content, moving->post.id, err);
    if (status == ALM_OK && order->kind == STOCK_RECEIVE && !moving->known)
        status = make_lot(moving, err);
    if (status != ALM_OK)
        return status;
    answer->movement = moving->post.id;
    post(moving, answer->difference);
    status = stock_write(stock, err);
    if (status == ALM_OK)
        status = stock_mark_returned(stock, &moving->back, err);
    return status == ALM_OK ? mend_lot(moving, err) : status;
}

enum alm_status stock_order(struct stock *stock, const struct stock_order *order, alm_id entry,
                            struct stock_answer *answer, struct alm_error *err)
{
    struct moving moving = {
        .stock = stock, .order = order, .learned = ALM_NULL, .post = {.kind = order->kind, .date = order->date}};
    *answer = (struct stock_answer){0};
    stock_begin(stock, entry);
    if (order->reason.len)
        moving.post.reason = order->reason;
    enum alm_status status = check(&moving, err);
    if (status != ALM_OK)
        return status;
    make_key(&moving);
    status = carry_out(&moving, answer, err);
    free(moving.back.at);
    if (status != ALM_OK && status != ALM_REFUSED && status != ALM_BAD_DATA)
        stock_forget(stock);
    return status;
}
