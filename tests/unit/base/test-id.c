/* SPDX-License-Identifier: MIT */
#include "../scratch.h"

#include "base/base.h"

#include <sys/wait.h>

enum { PROCESSES = 4, EACH = 10000, BULK = 131072 };
#define MS_2020 INT64_C(1577836800000)

static int64_t fixed_clock(void *context)
{
    return *(int64_t *)context;
}

static int compare(const void *a, const void *b)
{
    const alm_id *x = a;
    const alm_id *y = b;
    return (*x > *y) - (*x < *y);
}

static void make_ids(const char *file, int out)
{
    struct id_source source;
    static alm_id ids[EACH];
    struct alm_error err;
    if (id_open(&source, file, 5, &err))
        _exit(1);
    for (int i = 0; i < EACH; i++)
        if (id_next(&source, &ids[i], &err) || (i && ids[i] <= ids[i - 1]))
            _exit(2);
    id_close(&source);
    if (write(out, ids, sizeof ids) != (ssize_t)sizeof ids)
        _exit(3);
    _exit(0);
}

static void processes_never_meet(void **state)
{
    (void)state;
    const char *file = scratch_path("node");
    static alm_id all[PROCESSES * EACH];
    int fds[PROCESSES];
    pid_t children[PROCESSES];
    for (int p = 0; p < PROCESSES; p++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        children[p] = fork();
        assert_true(children[p] >= 0);
        if (children[p] == 0)
            make_ids(file, ends[1]);
        close(ends[1]);
        fds[p] = ends[0];
    }
    for (int p = 0; p < PROCESSES; p++) {
        char *at = (char *)(all + p * EACH);
        size_t left = EACH * sizeof(alm_id);
        while (left) {
            ssize_t got = read(fds[p], at, left);
            assert_true(got > 0);
            at += got;
            left -= (size_t)got;
        }
        int status;
        assert_int_equal(waitpid(children[p], &status, 0), children[p]);
        assert_int_equal(status, 0);
        close(fds[p]);
    }
    qsort(all, COUNT_OF(all), sizeof all[0], compare);
    for (size_t i = 1; i < COUNT_OF(all); i++)
        assert_true(all[i] > all[i - 1]);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        assert_int_equal(all[i] >> 12 & 1023, 5);
}

static void ids_are_built_as_documented(void **state)
{
    (void)state;
    struct id_source source;
    int64_t now = MS_2020 + 1000;
    alm_id id;
    assert_int_equal(id_open(&source, scratch_path("built"), 1023, NULL), ALM_OK);
    source.clock_ms = fixed_clock;
    source.context = &now;
    assert_int_equal(id_next(&source, &id, NULL), ALM_OK);
    assert_int_equal(id, INT64_C(1000) << 22 | 1023 << 12);
    assert_int_equal(id_next(&source, &id, NULL), ALM_OK);
    assert_int_equal(id, INT64_C(1000) << 22 | 1023 << 12 | 1);
    id_close(&source);
}

/* The clock stands still, then goes back: ids go on. */
static void ids_rise_whatever_the_clock_does(void **state)
{
    (void)state;
    struct id_source source;
    int64_t now = MS_2020 + 5000;
    static alm_id ids[BULK];
    alm_id last = 0;
    for (int run = 0; run < 4; run++) {
        assert_int_equal(id_open(&source, scratch_path("rise"), 0, NULL), ALM_OK);
        source.clock_ms = fixed_clock;
        source.context = &now;
        alm_id one;
        assert_int_equal(id_next(&source, &one, NULL), ALM_OK);
        assert_true(one > last);
        last = one;
        assert_int_equal(id_fill(&source, ids, BULK, NULL), ALM_OK);
        for (size_t i = 0; i < BULK; i++) {
            assert_true(ids[i] > last);
            last = ids[i];
        }
        id_close(&source);
        now -= 1000;
    }
}

static void a_bulk_takes_one_reservation(void **state)
{
    (void)state;
    struct id_source source;
    int64_t now = MS_2020 + 9000;
    static alm_id ids[BULK];
    assert_int_equal(id_open(&source, scratch_path("bulk"), 0, NULL), ALM_OK);
    source.clock_ms = fixed_clock;
    source.context = &now;
    assert_int_equal(id_fill(&source, ids, BULK, NULL), ALM_OK);
    assert_int_equal(ids[BULK - 1] >> 22, 9000 + BULK / 4096 - 1);
    assert_int_equal(source.next, source.end);
    unsigned char bytes[8];
    assert_int_equal(pread(source.fd, bytes, 8, 0), 8);
    assert_int_equal(bytes[0] | bytes[1] << 8, 9000 + BULK / 4096);
    id_close(&source);
}

static void a_damaged_file_is_refused(void **state)
{
    (void)state;
    struct id_source source;
    struct alm_error err;
    alm_id id;
    static const struct {
        const char *bytes;
        size_t len;
    } damaged[] = {{"abc", 3}, {"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8}, {"\xFF\xFF\xFF\xFF\xFF\xFF\0\0", 8}};
    for (size_t i = 0; i < COUNT_OF(damaged); i++) {
        const char *file = scratch_write("damaged", damaged[i].bytes, damaged[i].len);
        assert_int_equal(id_open(&source, file, 0, &err), ALM_OK);
        assert_int_equal(id_next(&source, &id, &err), ALM_BAD_DATA);
        id_close(&source);
    }
    assert_int_equal(id_open(&source, scratch_path("no/such/file"), 0, &err), ALM_CANT_CREATE);
    id_close(&source);
    assert_int_equal(id_open(&source, scratch_path("x"), 1024, &err), ALM_BAD_CONFIG);
    id_close(&source);
    int64_t now = 0;
    assert_int_equal(id_open(&source, scratch_path("early"), 0, &err), ALM_OK);
    source.clock_ms = fixed_clock;
    source.context = &now;
    assert_int_equal(id_next(&source, &id, &err), ALM_UNAVAILABLE);
    id_close(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_never_meet),
        cmocka_unit_test(ids_are_built_as_documented),
        cmocka_unit_test(ids_rise_whatever_the_clock_does),
        cmocka_unit_test(a_bulk_takes_one_reservation),
        cmocka_unit_test(a_damaged_file_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
