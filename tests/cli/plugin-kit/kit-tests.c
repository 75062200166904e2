/* SPDX-License-Identifier: MIT */
/* Tests of kit.c, some of which have to fail: what the bench does then is what is tested. */
#include <almoner/test.h>
#include <stdlib.h>

static const struct alm_test_person two[] = {{"head", "1360/01/01", "f", NULL, NULL},
                                             {"child", "1390/05/05", "m", "3", "ill"}};

static void test_good(const struct alm_bench *bench)
{
    bench->household(bench, "H1", "A1", two, 2);
    struct alm_test_answer answer = bench->give(bench, "H1", "1399/09/01", "1.5", NULL);
    ALM_EXPECT(bench, answer.yes);
    ALM_EXPECT_INT(bench, answer.quantity, 1500);
    ALM_EXPECT_TEXT(bench, bench->run(bench, "report kit drawn --output csv").out, "drawn\n1.5\n");
    bench->reverse(bench, answer.line);
    ALM_EXPECT_TEXT(bench, bench->run(bench, "report kit drawn --output csv").out, "drawn\n");
}

static void test_settings_and_window(const struct alm_bench *bench)
{
    bench->household(bench, "H1", NULL, two, 2);
    bench->settings(bench, "[programme]\nwindow = 30 days\n[kit]\namount = 3\n");
    ALM_EXPECT_INT(bench, bench->give(bench, "H1", NULL, NULL, NULL).quantity, 3000);
    struct alm_test_answer answer = bench->ask(bench, "H1", NULL, NULL);
    ALM_EXPECT(bench, !answer.yes);
    ALM_EXPECT_INT(bench, answer.next, 18601 + 30);
    bench->now(bench, "2021-01-04T09:00");
    ALM_EXPECT(bench, bench->ask(bench, "H1", NULL, NULL).yes);
}

/* The one before registered H1 too: no test sees what another did. */
static void test_refused_by_settle(const struct alm_bench *bench)
{
    bench->household(bench, "H1", NULL, two, 2);
    bench->settings(bench, "[kit]\namount = 9\n");
    struct alm_test_answer answer = bench->give(bench, "H1", NULL, NULL, NULL);
    ALM_EXPECT(bench, !answer.yes && answer.line != 0);
    ALM_EXPECT_TEXT(bench, answer.reason, "too much");
}

static void test_fails(const struct alm_bench *bench)
{
    ALM_EXPECT(bench, 1 == 2);
    ALM_EXPECT_INT(bench, 5, 6);
    ALM_EXPECT_TEXT(bench, "a", NULL);
}

static void test_wrong(const struct alm_bench *bench)
{
    bench->ask(bench, "H9", NULL, NULL);
    abort(); /* not come to */
}

static void test_wrong_settings(const struct alm_bench *bench)
{
    bench->settings(bench, "[kit]\namuont = 9\n");
}

static void test_crashes(const struct alm_bench *bench)
{
    (void)bench;
    abort();
}

ALM_TESTS({"given, settled and taken back", test_good}, {"settings, window and clock", test_settings_and_window},
          {"settle refuses", test_refused_by_settle}, {"checks that do not hold", test_fails},
          {"a household that is not there", test_wrong}, {"a key that is not there", test_wrong_settings},
          {"a crash", test_crashes})
