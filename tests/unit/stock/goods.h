/* SPDX-License-Identifier: MIT */
/* What the stock's tests share: items, depots, and orders in a line. */
#ifndef TESTS_STOCK_GOODS_H
#define TESTS_STOCK_GOODS_H

#include "../register/fixture.h"

#include "stock/internal.h"

enum { RICE, OIL, SOAP, PARCEL, ITEMS };
enum { W1, W2, K1, DEPOTS };

struct goods {
    struct fixture *fixture;
    struct store *store;
    struct stock *stock;
    alm_id items[ITEMS], depots[DEPOTS];
    alm_id entry;
    struct alm_error err;
};

/* It has to pass. */
#define DO(call)                                                                                                       \
    do {                                                                                                               \
        if ((call) != ALM_OK)                                                                                          \
            fail_msg("%s (%s)", g->err.text, g->err.hint);                                                             \
    } while (0)

static inline alm_id goods_id(struct goods *g)
{
    alm_id id;
    DO(store_id(g->store, &id, &g->err));
    return id;
}

static inline int64_t goods_number(struct goods *g, const char *sql)
{
    return suite_number(g->store, sql);
}

/* What lies in a depot of a lot; by the balance that is kept. */
static inline int64_t goods_balance(struct goods *g, int depot, int item, const char *lot)
{
    int64_t n;
    DO(store_number(g->store, &n, 0, &g->err,
                    "SELECT b.quantity FROM stock_balance b JOIN stock_lot l ON l.id = b.lot "
                    "WHERE b.depot = $1 AND b.item = $2 AND l.code = $3",
                    "iit", g->depots[depot], g->items[item], lot));
    return n;
}

static inline int64_t goods_on_hand(struct goods *g, int depot, int item)
{
    int64_t n;
    DO(store_number(g->store, &n, 0, &g->err, "SELECT quantity FROM stock_on_hand WHERE depot = $1 AND item = $2", "ii",
                    g->depots[depot], g->items[item]));
    return n;
}

/* The next transaction, as far as the stock can tell. */
static inline void goods_next(struct goods *g)
{
    g->entry = goods_id(g);
}

static inline struct stock_order goods_order(struct goods *g, enum stock_kind kind, int depot, int item,
                                             alm_quantity quantity)
{
    return (struct stock_order){.kind = kind,
                                .item = g->items[item],
                                .depot = g->depots[depot],
                                .quantity = quantity,
                                .date = TODAY,
                                .expires = ALM_NO_DATE,
                                .price = ALM_NULL};
}

static inline enum alm_status goods_try(struct goods *g, const struct stock_order *order, struct stock_answer *answer)
{
    g->err = (struct alm_error){0};
    return stock_order(g->stock, order, g->entry, answer, &g->err);
}

static inline struct stock_answer goods_do(struct goods *g, const struct stock_order *order)
{
    struct stock_answer answer;
    if (goods_try(g, order, &answer) != ALM_OK)
        fail_msg("%s (%s)", g->err.text, g->err.hint);
    return answer;
}

static inline void goods_receive(struct goods *g, int depot, int item, const char *lot, alm_quantity quantity,
                                 alm_date expires, alm_money price)
{
    struct stock_order order = goods_order(g, STOCK_RECEIVE, depot, item, quantity);
    order.lot = text_of(lot);
    order.expires = expires;
    order.price = price;
    order.date = TODAY - 10;
    assert_false(goods_do(g, &order).same);
}

static inline void goods_fault(void *context, const char *text)
{
    (void)context;
    print_message("%s\n", text);
}

static inline void goods_assert_sound(struct goods *g)
{
    int64_t movements, faults;
    DO(stock_verify(g->stock, goods_fault, NULL, &movements, &faults, &g->err));
    assert_int_equal(faults, 0);
    assert_int_equal(movements, goods_number(g, "SELECT COUNT(*) FROM stock_movement"));
}

static inline int goods_start(void **state)
{
    static const char *const items[] = {"rice", "oil", "soap", "parcel"}, *const units[] = {"kg", "litre", "piece", ""};
    static const char *const depots[] = {"W1", "W2", "K1"};
    struct goods *g = calloc(1, sizeof *g);
    void *fixture;
    assert_non_null(g);
    fixture_start(&fixture);
    g->fixture = fixture;
    g->store = g->fixture->store;
    DO(store_migrate(g->store, "stock", stock_migrations, stock_n_migrations, NULL, &g->err));
    DO(store_begin(g->store, true, &g->err));
    for (int i = 0; i < ITEMS; i++) {
        g->items[i] = goods_id(g);
        DO(store_run(g->store, NULL, &g->err, "INSERT INTO stock_item (id, code, name, unit) VALUES ($1, $2, $2, $3)",
                     "itt", g->items[i], items[i], units[i]));
    }
    for (int i = 0; i < DEPOTS; i++) {
        g->depots[i] = goods_id(g);
        DO(store_run(g->store, NULL, &g->err,
                     "INSERT INTO stock_depot (id, code, name, kind) VALUES ($1, $2, $2, 'warehouse')", "it",
                     g->depots[i], depots[i]));
    }
    g->stock = stock_new(g->store, g->fixture->directory);
    goods_next(g);
    *state = g;
    return 0;
}

static inline int goods_stop(void **state)
{
    struct goods *g = *state;
    void *fixture = g->fixture;
    stock_free(g->stock);
    store_rollback(g->store);
    fixture_stop(&fixture);
    free(g);
    return 0;
}

#define GOODS_TEST(function) cmocka_unit_test_setup_teardown(function, goods_start, goods_stop)

#endif
