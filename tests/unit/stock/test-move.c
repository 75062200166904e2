/* SPDX-License-Identifier: MIT */
/* Orders: what they write, what they refuse, that they count once; and that the audit sees what is wrong. */
#include "goods.h"

static struct stock_order of_lot(struct goods *g, enum stock_kind kind, int depot, int item, alm_quantity quantity,
                                 const char *lot)
{
    struct stock_order order = goods_order(g, kind, depot, item, quantity);
    order.lot = text_of(lot);
    order.reason = text_of(kind == STOCK_LOSS || kind == STOCK_COUNT ? "why" : NULL);
    return order;
}

static void a_lot_learns_its_price_and_its_first_day(void **state)
{
    struct goods *g = *state;
    goods_receive(g, W1, RICE, "a", 1000, ALM_NO_DATE, ALM_NULL);
    struct stock_order more = of_lot(g, STOCK_RECEIVE, W2, RICE, 500, "a");
    more.price = 70;
    more.date = TODAY - 20;
    goods_do(g, &more);
    assert_int_equal(goods_number(g, "SELECT price FROM stock_lot"), 70);
    assert_int_equal(goods_number(g, "SELECT received FROM stock_lot"), TODAY - 20);
    /* The cell of the other depot was read before. */
    const struct alm_goods rice[] = {{g->items[RICE], 1000}};
    struct alm_draw draw = {
        .line = goods_id(g), .date = TODAY - 15, .depots = g->depots, .n_depots = 1, .goods = rice, .n_goods = 1};
    DO(stock_draw(g->stock, &draw, 1, g->entry, &g->err));
    assert_false(draw.verdict.refused);
    assert_int_equal(draw.cost, 70);
    goods_assert_sound(g);
}

static void more_is_found_than_the_books_say(void **state)
{
    struct goods *g = *state;
    struct stock_answer answer;
    struct stock_order count = of_lot(g, STOCK_COUNT, W1, RICE, 1500, NULL);
    assert_int_equal(goods_try(g, &count, &answer), ALM_BAD_DATA);
    assert_string_equal(g->err.text, "no lot of rice ever lay in W1");
    assert_int_equal(goods_number(g, "SELECT COUNT(*) FROM stock_key"), 0);
    goods_receive(g, W1, RICE, "late", 600, TODAY + 20, ALM_NULL);
    goods_receive(g, W1, RICE, "early", 400, TODAY + 10, ALM_NULL);
    answer = goods_do(g, &count);
    assert_int_equal(answer.difference, 500);
    assert_int_equal(goods_balance(g, W1, RICE, "early"), 900);
    count = of_lot(g, STOCK_COUNT, W1, RICE, 700, "late");
    assert_int_equal(goods_do(g, &count).difference, 100);
    count = of_lot(g, STOCK_COUNT, W1, RICE, 0, NULL);
    answer = goods_do(g, &count);
    assert_int_equal(answer.difference, -1600);
    assert_int_equal(goods_on_hand(g, W1, RICE), 0);
    /* Nothing is left, and something is found again. */
    goods_next(g);
    count.quantity = 5;
    assert_int_equal(goods_do(g, &count).difference, 5);
    assert_int_equal(goods_balance(g, W1, RICE, "early"), 5);
    goods_assert_sound(g);
}

static void a_count_of_the_same_says_so_once(void **state)
{
    struct goods *g = *state;
    goods_receive(g, W1, RICE, "a", 600, ALM_NO_DATE, ALM_NULL);
    const struct stock_order count = of_lot(g, STOCK_COUNT, W1, RICE, 600, NULL);
    struct stock_answer first = goods_do(g, &count);
    assert_int_equal(first.difference, 0);
    assert_false(first.same);
    assert_int_equal(goods_number(g, "SELECT COUNT(*) FROM stock_movement"), 1);
}

/* Another run of the program: equal orders of one run are two. */
static void again(struct goods *g)
{
    stock_free(g->stock);
    g->stock = stock_new(g->store, g->fixture->directory);
    goods_next(g);
}

static void orders_without_a_key_count_once_for_each_run(void **state)
{
    struct goods *g = *state;
    const struct stock_order order = goods_order(g, STOCK_RECEIVE, W1, RICE, 1000);
    for (int run = 0; run < 2; run++) {
        again(g);
        assert_int_equal(goods_do(g, &order).same, run > 0);
        assert_int_equal(goods_do(g, &order).same, run > 0);
    }
    assert_int_equal(goods_on_hand(g, W1, RICE), 2000);
    /* A transaction that came to nothing did not count. */
    again(g);
    goods_do(g, &order);
    stock_again(g->stock);
    goods_next(g);
    goods_do(g, &order);
    goods_do(g, &order);
    assert_false(goods_do(g, &order).same);
    goods_assert_sound(g);
}

static void a_part_of_a_transaction_that_is_undone_is_forgotten(void **state)
{
    struct goods *g = *state;
    const struct stock_order issue = of_lot(g, STOCK_ISSUE, W1, RICE, 600, NULL);
    goods_receive(g, W1, RICE, "a", 1000, ALM_NO_DATE, ALM_NULL);
    DO(store_savepoint(g->store, &g->err));
    goods_do(g, &issue);
    DO(store_release(g->store, false, &g->err));
    stock_forget(g->stock);
    goods_do(g, &issue);
    assert_int_equal(goods_on_hand(g, W1, RICE), 400);
    goods_assert_sound(g);
}

static void lots_are_named_by_the_day(void **state)
{
    struct goods *g = *state;
    struct stock_order order = goods_order(g, STOCK_RECEIVE, W1, RICE, 1000);
    for (int i = 0; i < 3; i++)
        goods_do(g, &order);
    assert_int_equal(goods_number(g, "SELECT COUNT(*) FROM stock_lot WHERE code IN ('2020-12-05', '2020-12-05-2', "
                                     "'2020-12-05-3')"),
                     3);
    /* One of that name may be there already. */
    order.date = TODAY + 1;
    goods_receive(g, W1, RICE, "2020-12-06", 1, ALM_NO_DATE, ALM_NULL);
    goods_do(g, &order);
    assert_int_equal(goods_number(g, "SELECT COUNT(*) FROM stock_lot WHERE code = '2020-12-06-2'"), 1);
}

/* ---- against a simple model ---- */

enum { LOTS = 6, STEPS = 600 };
struct model {
    alm_quantity lots[DEPOTS][LOTS];
    alm_quantity given[LOTS]; /* to beneficiaries, less what came back */
};

static uint64_t draw(uint64_t *random, uint64_t n)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (*random >> 33) % n;
}

static const char *const codes[LOTS] = {"l0", "l1", "l2", "l3", "l4", "l5"};
/* By number: lots that expire first come first; the first two are past, the last came later than all orders. */
static const int expiry[LOTS] = {-5, -1, 0, 3, 9, 9}, came[LOTS] = {-9, -9, -9, -9, -9, 1};

static bool good(int lot)
{
    return expiry[lot] >= 0 && came[lot] <= 0;
}

/* Take it, of one lot or of those that expire first; false if there is not enough. */
static bool model_take(struct model *m, int depot, int lot, alm_quantity quantity, bool any, alm_quantity taken[LOTS])
{
    memset(taken, 0, LOTS * sizeof *taken);
    for (int i = 0; i < LOTS && quantity > 0; i++) {
        if ((lot >= 0 && i != lot) || (!any && !good(i)))
            continue;
        taken[i] = m->lots[depot][i] < quantity ? m->lots[depot][i] : quantity;
        quantity -= taken[i];
    }
    for (int i = 0; i < LOTS && quantity == 0; i++)
        m->lots[depot][i] -= taken[i];
    return quantity == 0;
}

static bool model_step(struct model *m, const struct stock_order *order, int depot, int to, int lot)
{
    alm_quantity taken[LOTS], sum = 0;
    switch (order->kind) {
    case STOCK_RECEIVE:
        m->lots[depot][lot] += order->quantity;
        return true;
    case STOCK_RETURN:
        if (m->given[lot] < order->quantity)
            return false;
        m->given[lot] -= order->quantity;
        m->lots[depot][lot] += order->quantity;
        return true;
    case STOCK_MOVE:
        if (!model_take(m, depot, lot, order->quantity, lot >= 0, taken))
            return false;
        for (int i = 0; i < LOTS; i++)
            m->lots[to][i] += taken[i];
        return true;
    case STOCK_ISSUE:
        if (!model_take(m, depot, lot, order->quantity, false, taken))
            return false;
        for (int i = 0; i < LOTS; i++)
            m->given[i] += taken[i];
        return true;
    case STOCK_LOSS:
        return model_take(m, depot, lot, order->quantity, true, taken);
    default:
        for (int i = 0; i < LOTS; i++)
            sum += lot < 0 || i == lot ? m->lots[depot][i] : 0;
        if (order->quantity <= sum)
            return model_take(m, depot, lot, sum - order->quantity, true, taken);
        m->lots[depot][lot] += order->quantity - sum;
        return true;
    }
}

static void compare(struct goods *g, const struct model *m)
{
    for (int depot = 0; depot < DEPOTS; depot++)
        for (int lot = 0; lot < LOTS; lot++)
            assert_int_equal(goods_balance(g, depot, RICE, codes[lot]), m->lots[depot][lot]);
}

static void orders_agree_with_a_model(void **state)
{
    struct goods *g = *state;
    struct model m = {0};
    uint64_t random = 11;
    for (int lot = 0; lot < LOTS; lot++) {
        struct stock_order order = of_lot(g, STOCK_RECEIVE, W1, RICE, 5000, codes[lot]);
        order.date = TODAY + came[lot];
        order.expires = expiry[lot] < 0 ? ALM_NO_DATE : TODAY + expiry[lot];
        goods_do(g, &order);
        DO(store_run(g->store, NULL, &g->err, "UPDATE stock_lot SET expires = $2 WHERE code = $1", "ti", codes[lot],
                     (int64_t)TODAY + expiry[lot]));
        m.lots[W1][lot] = 5000;
    }
    goods_next(g); /* what was read has the old dates */
    for (int step = 0; step < STEPS; step++) {
        const enum stock_kind kind = (enum stock_kind)(STOCK_RECEIVE + draw(&random, 6));
        const int depot = (int)draw(&random, DEPOTS), to = (depot + 1 + (int)draw(&random, DEPOTS - 1)) % DEPOTS;
        int lot = (int)draw(&random, LOTS);
        struct stock_order order = of_lot(g, kind, depot, RICE, 1 + (alm_quantity)draw(&random, 2500), codes[lot]);
        struct stock_answer answer;
        char key[16];
        snprintf(key, sizeof key, "k%d", step);
        order.key = text_of(key);
        if (kind == STOCK_RECEIVE && came[lot] > 0)
            order.date = TODAY + came[lot]; /* else it had come earlier from now on */
        order.to = kind == STOCK_MOVE ? g->depots[to] : 0;
        if (kind != STOCK_RECEIVE && kind != STOCK_RETURN && kind != STOCK_COUNT && draw(&random, 2)) {
            order.lot = text_of(NULL);
            lot = -1;
        }
        if (draw(&random, 7) == 0)
            goods_next(g);
        const bool done = model_step(&m, &order, depot, to, lot);
        assert_int_equal(goods_try(g, &order, &answer), done ? ALM_OK : ALM_REFUSED);
        if (step % 50 == 0)
            compare(g, &m);
    }
    compare(g, &m);
    goods_assert_sound(g);
    assert_int_equal(goods_number(g, "SELECT COUNT(*) FROM stock_balance WHERE quantity < 0"), 0);
    /* And all that went anywhere sums up to nothing for every lot: each movement has two sides. */
    assert_int_equal(goods_number(g,
                                  "SELECT CAST(SUM(CASE WHEN target > 5 THEN quantity ELSE 0 END) - "
                                  "SUM(CASE WHEN source > 5 THEN quantity ELSE 0 END) AS BIGINT) FROM stock_movement"),
                     goods_number(g, "SELECT CAST(SUM(quantity) AS BIGINT) FROM stock_on_hand"));
}

/* ---- the audit ---- */

static void the_audit_sees_each_difference(void **state)
{
    static const char *const wrongs[] = {
        "UPDATE stock_balance SET quantity = quantity + 1",
        "UPDATE stock_balance SET quantity = -1",
        "DELETE FROM stock_balance",
        "UPDATE stock_on_hand SET quantity = 0",
        "DELETE FROM stock_on_hand",
        "UPDATE stock_movement SET quantity = quantity - 1",
        "UPDATE stock_movement SET source = target",
        "UPDATE stock_movement SET source = 9",
        "UPDATE stock_movement SET lot = lot + 1",
        "UPDATE stock_movement SET item = item + 1",
        "DELETE FROM stock_movement",
        "UPDATE stock_lot SET item = item + 1",
    };
    struct goods *g = *state;
    goods_receive(g, W1, RICE, "a", 1000, ALM_NO_DATE, ALM_NULL);
    for (size_t i = 0; i < COUNT_OF(wrongs); i++) {
        int64_t movements, faults;
        DO(store_savepoint(g->store, &g->err));
        DO(store_run(g->store, NULL, &g->err, wrongs[i], ""));
        DO(stock_verify(g->stock, goods_fault, NULL, &movements, &faults, &g->err));
        if (!faults)
            fail_msg("not seen: %s", wrongs[i]);
        DO(store_release(g->store, false, &g->err));
        goods_assert_sound(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GOODS_TEST(a_lot_learns_its_price_and_its_first_day),
        GOODS_TEST(more_is_found_than_the_books_say),
        GOODS_TEST(a_count_of_the_same_says_so_once),
        GOODS_TEST(orders_without_a_key_count_once_for_each_run),
        GOODS_TEST(a_part_of_a_transaction_that_is_undone_is_forgotten),
        GOODS_TEST(lots_are_named_by_the_day),
        GOODS_TEST(orders_agree_with_a_model),
        GOODS_TEST(the_audit_sees_each_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
