/* SPDX-License-Identifier: MIT */
/* Bulk writes on any driver, and the sort below them. */
#include "suite.h"

#include "store/sort.h"

static const struct store_bulk_spec line_columns[] = {
    {"owner", ALM_BULK_KEY, false},
    {"id", ALM_BULK_KEY, false},
    {"amount", ALM_BULK_SET, false},
    {"name", ALM_BULK_SET, true},
};
static const struct store_bulk_spec sum_columns[] = {
    {"area", ALM_BULK_KEY, true},
    {"programme", ALM_BULK_KEY, false},
    {"quantity", ALM_BULK_ADD, false},
    {"last", ALM_BULK_SET, false},
};
static const struct store_bulk_spec code_columns[] = {
    {"code", ALM_BULK_KEY, true},
    {"id", ALM_BULK_SET, false},
};

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 16;
}

static void test_append(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_bulk *bulk = store_bulk_new(suite->store, "t_line", ALM_BULK_APPEND, line_columns, 4);
    uint64_t seed = 1;
    int64_t sum = 0;
    size_t bytes = 0;
    /* two flushes, so that what is kept between them is seen too */
    for (int64_t pass = 0; pass < 2; pass++) {
        OK(store_begin(suite->store, true, &err));
        for (int64_t i = 0; i < 5000; i++) {
            char name[2000];
            size_t len = next_random(&seed) % (i % 100 ? 12 : sizeof name);
            memset(name, 'a' + (int)(i % 26), len);
            store_bulk_row(bulk);
            store_bulk_int(bulk, 0, (int64_t)(next_random(&seed) % 100) - 50);
            store_bulk_int(bulk, 1, i + pass * 10000);
            if (i % 3)
                store_bulk_int(bulk, 2, i);
            if (i % 5)
                store_bulk_text(bulk, 3, (struct alm_text){name, len});
            sum += i % 3 ? i : 0;
            bytes += i % 5 ? len : 0;
        }
        assert_int_equal(store_bulk_count(bulk), 5000);
        OK(store_bulk_flush(bulk, 2, NULL, &err));
        assert_int_equal(store_bulk_count(bulk), 0);
        OK(store_commit(suite->store, &err));
    }
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line"), 10000);
    assert_int_equal(suite_number(suite->store, "SELECT SUM(amount) FROM t_line"), sum);
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line WHERE amount IS NULL"), 2 * 1667);
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line WHERE name IS NULL"), 2 * 1000);
    assert_int_equal(suite_number(suite->store, "SELECT SUM(LENGTH(name)) FROM t_line"), bytes);
    store_bulk_free(bulk);
}

/* The first that is done under a savepoint. */
static void test_append_is_undone(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_bulk *bulk = store_bulk_new(suite->store, "t_line", ALM_BULK_APPEND, line_columns, 4);
    OK(store_begin(suite->store, true, &err));
    for (int64_t kept = 0; kept < 2; kept++) {
        OK(store_savepoint(suite->store, &err));
        store_bulk_ints(bulk, (const int64_t[]){kept, 1}, 2);
        OK(store_bulk_flush(bulk, 2, NULL, &err));
        OK(store_release(suite->store, kept, &err));
    }
    OK(store_commit(suite->store, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line"), 1);
    assert_int_equal(suite_number(suite->store, "SELECT MAX(owner) FROM t_line"), 1);
    store_bulk_free(bulk);
}

static void test_append_refuses_a_key_twice(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_bulk *bulk = store_bulk_new(suite->store, "t_line", ALM_BULK_APPEND, line_columns, 4);
    OK(store_begin(suite->store, true, &err));
    for (int i = 0; i < 2; i++) {
        store_bulk_row(bulk);
        store_bulk_int(bulk, 0, 1);
        store_bulk_int(bulk, 1, 1);
    }
    FAILS(ALM_BAD_DATA, store_bulk_flush(bulk, 2, NULL, &err));
    assert_non_null(strstr(err.text, "t_line"));
    assert_int_equal(store_bulk_count(bulk), 0);
    store_rollback(suite->store);
    store_bulk_row(bulk);
    store_bulk_int(bulk, 0, 1);
    store_bulk_int(bulk, 1, 1);
    FAILS(ALM_INTERNAL, store_bulk_flush(bulk, 2, NULL, &err)); /* no transaction */
    store_bulk_free(bulk);
}

static void add_sum(struct store_bulk *bulk, const char *area, int64_t programme, int64_t quantity, int64_t last)
{
    store_bulk_row(bulk);
    store_bulk_text(bulk, 0, text_of(area));
    store_bulk_int(bulk, 1, programme);
    store_bulk_int(bulk, 2, quantity);
    store_bulk_int(bulk, 3, last);
}

static void test_merge(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_bulk *bulk = store_bulk_new(suite->store, "t_sum", ALM_BULK_MERGE, sum_columns, 4);
    for (size_t sort_by = 0; sort_by <= 2; sort_by++) {
        OK(store_begin(suite->store, true, &err));
        add_sum(bulk, "b", 1, 10, 5);
        add_sum(bulk, "a", 1, 1, 6);
        add_sum(bulk, "b", 1, 100, 7);
        add_sum(bulk, "a", 2, 1000, 8);
        add_sum(bulk, "b", 1, -3, 9);
        OK(store_bulk_flush(bulk, sort_by, NULL, &err));
        OK(store_commit(suite->store, &err));
        int64_t times = (int64_t)sort_by + 1;
        assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_sum"), 3);
        assert_int_equal(suite_number(suite->store, "SELECT quantity FROM t_sum WHERE area = 'b'"), 107 * times);
        assert_int_equal(suite_number(suite->store, "SELECT last FROM t_sum WHERE area = 'b'"), 9);
        assert_int_equal(suite_number(suite->store, "SELECT SUM(quantity) FROM t_sum WHERE area = 'a'"), 1001 * times);
    }
    OK(store_begin(suite->store, true, &err));
    add_sum(bulk, "b", 1, INT64_MAX, 5);
    add_sum(bulk, "b", 1, INT64_MAX, 5);
    FAILS(ALM_BAD_DATA, store_bulk_flush(bulk, 2, NULL, &err));
    store_bulk_free(bulk);
}

static void test_claim(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_bulk *bulk = store_bulk_new(suite->store, "t_code", ALM_BULK_CLAIM, code_columns, 2);
    static const char *const codes[] = {
        "m", "z", "a", "m", "", "taken", "a", "long enough to pass eight bytes", "long enough to pass eight bytez",
        "m"};
    static const bool expected[] = {false, false, false, true, false, true, true, false, false, true};
    for (size_t sort_by = 0; sort_by <= 1; sort_by++) {
        bool conflict[COUNT_OF(codes)];
        memset(conflict, 1, sizeof conflict);
        OK(store_begin(suite->store, true, &err));
        OK(store_run(suite->store, NULL, &err, "INSERT INTO t_code (code, id) VALUES ('taken', 1)", ""));
        for (size_t i = 0; i < COUNT_OF(codes); i++) {
            store_bulk_row(bulk);
            store_bulk_text(bulk, 0, text_of(codes[i]));
            store_bulk_int(bulk, 1, (int64_t)i + 100);
        }
        OK(store_bulk_flush(bulk, sort_by, conflict, &err));
        for (size_t i = 0; i < COUNT_OF(codes); i++)
            assert_int_equal(conflict[i], expected[i]);
        assert_int_equal(suite_number(suite->store, "SELECT id FROM t_code WHERE code = 'm'"), 100);
        assert_int_equal(suite_number(suite->store, "SELECT id FROM t_code WHERE code = 'taken'"), 1);
        store_rollback(suite->store);
    }
    store_bulk_free(bulk);
}

struct row {
    int64_t a, b;
    struct alm_text t;
    uint32_t at;
};

static int compare_rows(const void *left, const void *right)
{
    const struct row *x = left, *y = right;
    if (x->t.at || y->t.at) {
        if (!x->t.at || !y->t.at)
            return x->t.at ? 1 : -1;
        int order = strcmp(x->t.at, y->t.at);
        if (order)
            return order;
    }
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    if (x->b != y->b)
        return x->b < y->b ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

static void test_sort_against_qsort(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 3, 64, 65, 1000, 20000};
    static const char *const words[] = {"", "a", "aa", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaab", "\xd8\xa8", "z", NULL};
    uint64_t seed = 42;
    for (size_t s = 0; s < COUNT_OF(sizes) * 4; s++) {
        size_t n = sizes[s / 4];
        bool text = s % 4 == 3;
        struct row *rows = xcalloc(n, sizeof *rows);
        int64_t *a = xcalloc(n, sizeof *a), *b = xcalloc(n, sizeof *b);
        struct alm_text *t = xcalloc(n, sizeof *t);
        uint32_t *order = xcalloc(n, sizeof *order);
        for (size_t i = 0; i < n; i++) {
            uint64_t random = next_random(&seed);
            a[i] = s % 4 == 0   ? (int64_t)(random % 10) - 5
                   : s % 4 == 1 ? (int64_t)(random * UINT64_C(0x9e3779b97f4a7c15))
                                : (random % 4 ? (int64_t)(random % 100000) << 22 : ALM_NULL);
            b[i] = random % 3 ? (int64_t)(random >> 8 & 0xfffff) : INT64_MAX;
            t[i] = text_of(text ? words[random % COUNT_OF(words)] : NULL);
            rows[i] = (struct row){a[i], b[i], t[i], (uint32_t)i};
        }
        qsort(rows, n, sizeof *rows, compare_rows);
        const struct sort_key keys[] = {{NULL, t}, {a, NULL}, {b, NULL}};
        sort_order(text ? keys : keys + 1, text ? 3 : 2, n, order);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(order[i], rows[i].at);
        free(rows);
        free(a);
        free(b);
        free(t);
        free(order);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUITE_TEST(test_append),
        SUITE_TEST(test_append_is_undone),
        SUITE_TEST(test_append_refuses_a_key_twice),
        SUITE_TEST(test_merge),
        SUITE_TEST(test_claim),
        cmocka_unit_test(test_sort_against_qsort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
