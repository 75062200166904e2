/* SPDX-License-Identifier: MIT */
/* Drawing for lines, giving back, making. */
#include "goods.h"

static struct alm_draw draw_of(struct goods *g, const struct alm_goods *goods, size_t n, size_t n_depots)
{
    return (struct alm_draw){
        .line = goods_id(g), .date = TODAY, .depots = g->depots, .n_depots = n_depots, .goods = goods, .n_goods = n};
}

static void draws(struct goods *g, struct alm_draw *draws, size_t n)
{
    if (stock_draw(g->stock, draws, n, g->entry, &g->err) != ALM_OK)
        fail_msg("%s", g->err.text);
}

static void lots_that_expire_first_go_first(void **state)
{
    struct goods *g = *state;
    const struct alm_goods rice[] = {{g->items[RICE], 4000}};
    goods_receive(g, W1, RICE, "never", 10000, ALM_NO_DATE, 100);
    goods_receive(g, W1, RICE, "late", 10000, TODAY + 90, 200);
    goods_receive(g, W1, RICE, "soon", 3000, TODAY, 300);
    goods_receive(g, W1, RICE, "soon-too", 3000, TODAY, 400);
    goods_next(g);
    struct alm_draw two[] = {draw_of(g, rice, 1, 1), draw_of(g, rice, 1, 1)};
    draws(g, two, 2);
    assert_false(two[0].verdict.refused);
    assert_int_equal(two[0].cost, 3 * 300 + 400);
    assert_int_equal(two[1].cost, 2 * 400 + 2 * 200);
    assert_int_equal(goods_balance(g, W1, RICE, "soon"), 0);
    assert_int_equal(goods_balance(g, W1, RICE, "soon-too"), 0);
    assert_int_equal(goods_balance(g, W1, RICE, "late"), 8000);
    assert_int_equal(goods_balance(g, W1, RICE, "never"), 10000);
    assert_int_equal(goods_on_hand(g, W1, RICE), 18000);
    goods_assert_sound(g);
}

static void expired_and_later_lots_are_passed_over(void **state)
{
    struct goods *g = *state;
    const struct alm_goods rice[] = {{g->items[RICE], 1000}};
    alm_quantity there;
    goods_receive(g, W1, RICE, "expired", 5000, TODAY - 1, 1);
    struct stock_order later = goods_order(g, STOCK_RECEIVE, W1, RICE, 5000);
    later.lot = text_of("later");
    later.date = TODAY + 1;
    goods_do(g, &later);
    struct alm_draw one = draw_of(g, rice, 1, 1);
    draws(g, &one, 1);
    assert_true(one.verdict.refused);
    assert_string_equal(one.verdict.reason,
                        "rice is short: 1 kg needed, none in W1 (10 kg more is expired or came later)");
    DO(stock_on_hand(g->stock, g->items[RICE], g->depots[W1], TODAY, &there, &g->err));
    assert_int_equal(there, 5000);
    DO(stock_on_hand(g->stock, g->items[RICE], 0, TODAY - 1, &there, &g->err));
    assert_int_equal(there, 10000);
}

static void short_draws_take_nothing_and_others_go_on(void **state)
{
    struct goods *g = *state;
    const struct alm_goods much[] = {{g->items[OIL], 1000}, {g->items[RICE], 6000}}, few[] = {{g->items[RICE], 2000}};
    goods_receive(g, W1, RICE, "a", 5000, ALM_NO_DATE, ALM_NULL);
    goods_receive(g, W1, OIL, "b", 5000, ALM_NO_DATE, 10);
    goods_receive(g, W2, RICE, "c", 1500000, ALM_NO_DATE, 10);
    goods_next(g);
    struct alm_draw three[] = {draw_of(g, few, 1, 1), draw_of(g, much, 2, 1), draw_of(g, few, 1, 1)};
    draws(g, three, 3);
    assert_false(three[0].verdict.refused);
    assert_int_equal(three[0].cost, ALM_NULL);
    assert_true(three[1].verdict.refused);
    assert_string_equal(three[1].verdict.reason, "rice is short: 6 kg needed, 3 kg in W1; W2 has 1,500 kg");
    assert_false(three[2].verdict.refused);
    assert_int_equal(goods_balance(g, W1, RICE, "a"), 1000);
    assert_int_equal(goods_balance(g, W1, OIL, "b"), 5000);
    assert_int_equal(goods_number(g, "SELECT COUNT(*) FROM stock_movement WHERE kind = 7"), 2);
    goods_assert_sound(g);
}

static void depots_are_tried_in_their_order(void **state)
{
    struct goods *g = *state;
    const struct alm_goods rice[] = {{g->items[RICE], 4000}, {g->items[RICE], 1000}};
    goods_receive(g, W1, RICE, "a", 3000, ALM_NO_DATE, 100);
    goods_receive(g, W2, RICE, "a", 3000, ALM_NO_DATE, 100);
    struct alm_draw one = draw_of(g, rice, 2, 2);
    draws(g, &one, 1);
    assert_false(one.verdict.refused);
    assert_int_equal(one.cost, 500);
    assert_int_equal(goods_on_hand(g, W1, RICE), 0);
    assert_int_equal(goods_on_hand(g, W2, RICE), 1000);
    /* One lot out of two depots, and back. */
    const alm_id reversal = goods_id(g);
    goods_next(g);
    DO(stock_undraw(g->stock, one.line, reversal, TODAY, g->entry, &g->err));
    assert_int_equal(goods_on_hand(g, W1, RICE), 3000);
    assert_int_equal(goods_on_hand(g, W2, RICE), 3000);
    DO(stock_undraw(g->stock, goods_id(g), goods_id(g), TODAY, g->entry, &g->err)); /* nothing was drawn for it */
    goods_assert_sound(g);
}

/* What a beneficiary brought back is in the depot already when the delivery is taken back. */
static void nothing_comes_back_twice(void **state)
{
    struct goods *g = *state;
    const struct alm_goods rice = {g->items[RICE], 3000};
    goods_receive(g, W1, RICE, "a", 10000, ALM_NO_DATE, 100);
    struct alm_draw both[] = {draw_of(g, &rice, 1, 2), draw_of(g, &rice, 1, 2)};
    draws(g, both, 2);
    assert_int_equal(goods_on_hand(g, W1, RICE), 4000);
    goods_next(g);
    struct stock_order back = goods_order(g, STOCK_RETURN, W1, RICE, 2000);
    goods_do(g, &back);
    assert_int_equal(goods_on_hand(g, W1, RICE), 6000);
    /* Of the other delivery enough is out: who brought the first goods back is not said. */
    goods_next(g);
    DO(stock_undraw(g->stock, both[0].line, goods_id(g), TODAY, g->entry, &g->err));
    assert_int_equal(goods_on_hand(g, W1, RICE), 9000);
    goods_next(g);
    DO(stock_undraw(g->stock, both[1].line, goods_id(g), TODAY, g->entry, &g->err));
    assert_int_equal(goods_on_hand(g, W1, RICE), 10000);
    goods_assert_sound(g);
}

static void one_by_one_is_as_all_at_once(void **state)
{
    struct goods *g = *state;
    enum { N = 400 };
    struct alm_goods goods[N][2];
    struct alm_draw all[N], single[N];
    bool hold = true;
    for (int i = 0; i < 12; i++)
        goods_receive(g, i % 2, i % 3, (const char *[]){"a", "b", "c", "d", "e", "f"}[i / 2], 40000 + 500 * i,
                      i % 5 ? TODAY + 7 * (i % 4) - 7 : ALM_NO_DATE, 10 + i);
    for (int i = 0; i < N; i++) {
        goods[i][0] = (struct alm_goods){g->items[i % 3], 100 + 37 * (i % 11)};
        goods[i][1] = (struct alm_goods){g->items[(i + 1) % 3], 50 * (i % 7)};
        all[i] = draw_of(g, goods[i], 2, 1 + (size_t)i % 2);
        all[i].date = TODAY - i % 3;
        single[i] = all[i];
    }
    for (int turn = 0; turn < 2; turn++, hold = !hold) {
        DO(store_savepoint(g->store, &g->err));
        draws(g, all, N);
        const int64_t sum = goods_number(g, "SELECT CAST(SUM(quantity * (lot % 1009)) AS BIGINT) FROM stock_movement");
        goods_assert_sound(g);
        DO(store_release(g->store, false, &g->err));
        stock_forget(g->stock);
        if (hold)
            stock_hold(g->stock);
        for (int i = 0; i < N; i++) {
            single[i].verdict = (struct alm_verdict){0};
            draws(g, &single[i], 1);
            assert_int_equal(single[i].verdict.refused, all[i].verdict.refused);
            assert_string_equal(single[i].verdict.reason, all[i].verdict.reason);
            if (!all[i].verdict.refused)
                assert_int_equal(single[i].cost, all[i].cost);
        }
        DO(stock_flush(g->stock, &g->err));
        assert_int_equal(sum,
                         goods_number(g, "SELECT CAST(SUM(quantity * (lot % 1009)) AS BIGINT) FROM stock_movement"));
        goods_assert_sound(g);
        if (turn)
            break;
        /* Once more, from the beginning. */
        for (int i = 0; i < N; i++) {
            DO(stock_undraw(g->stock, all[i].line, goods_id(g), TODAY, g->entry, &g->err));
            all[i].line = single[i].line = goods_id(g);
            all[i].verdict = (struct alm_verdict){0};
        }
        goods_assert_sound(g);
        assert_int_equal(goods_number(g, "SELECT CAST(SUM(CASE WHEN kind = 7 THEN quantity WHEN kind = 8 THEN "
                                         "-quantity ELSE 0 END) AS BIGINT) FROM stock_movement"),
                         0);
    }
}

static void a_line_may_draw_twice(void **state)
{
    struct goods *g = *state;
    const struct alm_goods rice[] = {{g->items[RICE], 1000}};
    goods_receive(g, W1, RICE, "a", 5000, ALM_NO_DATE, 100);
    goods_next(g);
    struct alm_draw one = draw_of(g, rice, 1, 1);
    draws(g, &one, 1);
    draws(g, &one, 1);
    struct alm_draw twice[] = {one, one};
    draws(g, twice, 2);
    assert_int_equal(goods_number(g, "SELECT quantity FROM stock_movement WHERE kind = 7"), 4000);
    DO(stock_undraw(g->stock, one.line, goods_id(g), TODAY, g->entry, &g->err));
    assert_int_equal(goods_on_hand(g, W1, RICE), 5000);
    goods_assert_sound(g);
}

/* ---- making ---- */

static struct alm_make parcels(struct goods *g, const char *key, alm_quantity quantity, const struct alm_goods uses[2])
{
    return (struct alm_make){.key = key,
                             .depot = g->depots[W1],
                             .date = TODAY,
                             .uses = uses,
                             .n_uses = 2,
                             .makes = {g->items[PARCEL], quantity},
                             .expires = ALM_NO_DATE};
}

static void made_of_what_expires_first(void **state)
{
    struct goods *g = *state;
    const struct alm_goods uses[] = {{g->items[RICE], 20000}, {g->items[OIL], 6000}};
    goods_receive(g, W1, RICE, "a", 15000, TODAY + 50, 100);
    goods_receive(g, W1, RICE, "b", 15000, TODAY + 40, 110);
    goods_receive(g, W1, OIL, "c", 6000, TODAY + 60, 300);
    goods_next(g);
    struct alm_make make = parcels(g, "B-12", 3000, uses);
    make.cost = 50;
    DO(stock_make(g->stock, &make, g->entry, &g->err));
    assert_int_equal(make.expires, TODAY + 40);
    assert_int_equal(make.cost, 50 + 15 * 110 + 5 * 100 + 6 * 300);
    assert_int_not_equal(make.made, 0);
    assert_int_equal(goods_balance(g, W1, PARCEL, "B-12"), 3000);
    assert_int_equal(goods_number(g, "SELECT price FROM stock_lot WHERE code = 'B-12'"), (make.cost + 1) / 3);
    goods_assert_sound(g);

    struct alm_make again = parcels(g, "B-12", 1000, uses);
    assert_int_equal(stock_make(g->stock, &again, g->entry, &g->err), ALM_BAD_DATA);
    assert_string_equal(g->err.text, "B-12 was made in W1 already");
    struct alm_make more = parcels(g, "B-13", 1000, uses);
    assert_int_equal(stock_make(g->stock, &more, g->entry, &g->err), ALM_REFUSED);
    assert_string_equal(g->err.text, "rice is short: 20 kg needed, 10 kg in W1");
    const struct alm_goods little[] = {{g->items[RICE], 1000}, {g->items[RICE], 1000}};
    struct alm_make same_lot = parcels(g, "B-14", 1000, little);
    same_lot.lot = "B-12";
    assert_int_equal(stock_make(g->stock, &same_lot, g->entry, &g->err), ALM_BAD_DATA);
    assert_string_equal(g->err.text, "there is a lot B-12 of parcel already");
}

static void a_making_may_leave_nothing_in_stock(void **state)
{
    struct goods *g = *state;
    const struct alm_goods uses[] = {{g->items[RICE], 1000}, {g->items[OIL], 500}};
    goods_receive(g, W1, RICE, "a", 1000, TODAY + 50, ALM_NULL);
    goods_receive(g, W1, OIL, "b", 1000, ALM_NO_DATE, 1);
    struct alm_make make = parcels(g, "lunch", 0, uses);
    make.makes = (struct alm_goods){0, 0};
    DO(stock_make(g->stock, &make, g->entry, &g->err));
    assert_int_equal(make.made, 0);
    assert_int_equal(make.cost, ALM_NULL);
    assert_int_equal(make.expires, TODAY + 50);
    assert_int_equal(goods_on_hand(g, W1, RICE), 0);
    goods_assert_sound(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GOODS_TEST(lots_that_expire_first_go_first),
        GOODS_TEST(expired_and_later_lots_are_passed_over),
        GOODS_TEST(short_draws_take_nothing_and_others_go_on),
        GOODS_TEST(depots_are_tried_in_their_order),
        GOODS_TEST(nothing_comes_back_twice),
        GOODS_TEST(one_by_one_is_as_all_at_once),
        GOODS_TEST(a_line_may_draw_twice),
        GOODS_TEST(made_of_what_expires_first),
        GOODS_TEST(a_making_may_leave_nothing_in_stock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
