/* SPDX-License-Identifier: MIT */
/* Tests of example, on the real core: `almoner plugin test example.so example-tests.so`. */
#include <almoner/test.h>

#if TEMPLATE_PLACE
#else
static const struct alm_test_person family[] = {{"head", "1360/01/01", "f", NULL, NULL},
                                                {"child", "1390/05/05", "m", "3", NULL}};

#endif
#if TEMPLATE_HOUSEHOLD
static const char whom[] = "H1";

static void begin(const struct alm_bench *bench)
{
    bench->household(bench, "H1", "A1", family, 2);
}

static void test_amount(const struct alm_bench *bench)
{
    begin(bench);
    ALM_EXPECT_INT(bench, bench->ask(bench, whom, NULL, NULL).quantity, 2 * ALM_UNIT);
}

static void test_nobody(const struct alm_bench *bench)
{
    begin(bench);
    ALM_EXPECT_TEXT(bench, bench->ask(bench, whom, "1350/01/01", NULL).reason,
                    "nobody belongs to the household on that day");
}
#elif TEMPLATE_PERSON
static const char whom[] = "H1/2"; /* the second member of H1 */

static void begin(const struct alm_bench *bench)
{
    bench->household(bench, "H1", "A1", family, 2);
}

static void test_amount(const struct alm_bench *bench)
{
    begin(bench);
    ALM_EXPECT_INT(bench, bench->ask(bench, whom, NULL, NULL).quantity, ALM_UNIT);
}

static void test_age(const struct alm_bench *bench)
{
    begin(bench);
    bench->settings(bench, "[example]\nleast_age = 18\n");
    ALM_EXPECT_TEXT(bench, bench->ask(bench, whom, NULL, NULL).reason, "younger than 18 years");
    ALM_EXPECT(bench, bench->ask(bench, "H1/1", NULL, NULL).yes);
}
#elif TEMPLATE_PLACE
static const char whom[] = "P1";

static void begin(const struct alm_bench *bench)
{
    bench->place(bench, "P1", "A1", "clinic");
}

static void test_amount(const struct alm_bench *bench)
{
    begin(bench);
    ALM_EXPECT_INT(bench, bench->ask(bench, whom, NULL, NULL).quantity, ALM_UNIT);
}
#endif

static void test_most_a_year(const struct alm_bench *bench)
{
    begin(bench);
    bench->settings(bench, "[example]\nmost_a_year = 3\npackages = 2\n");
    ALM_EXPECT(bench, bench->give(bench, whom, "1398/10/01", "2", NULL).yes);
    ALM_EXPECT_INT(bench, bench->ask(bench, whom, "1399/09/14", NULL).quantity, ALM_UNIT);
    ALM_EXPECT(bench, bench->give(bench, whom, "1399/09/14", NULL, NULL).yes);
    ALM_EXPECT_TEXT(bench, bench->ask(bench, whom, "1399/09/15", NULL).reason, "has had all packages of a year");
}

static void test_targets(const struct alm_bench *bench)
{
    begin(bench);
    ALM_EXPECT_INT(bench, bench->run(bench, "example target A1 10").status, 0);
    ALM_EXPECT(bench, bench->give(bench, whom, NULL, "1", NULL).yes);
    ALM_EXPECT_TEXT(bench, bench->run(bench, "report example targets --output csv").out,
                    "area,name,target,given\nA1,A1,10,1\n");
}

#if TEMPLATE_HOUSEHOLD
ALM_TESTS({"a package for each member", test_amount}, {"nothing while nobody is born", test_nobody},
          {"only so many in a year", test_most_a_year}, {"targets and what was given", test_targets})
#elif TEMPLATE_PERSON
ALM_TESTS({"a package for a person", test_amount}, {"only from an age on", test_age},
          {"only so many in a year", test_most_a_year}, {"targets and what was given", test_targets})
#elif TEMPLATE_PLACE
ALM_TESTS({"a package for a place", test_amount}, {"only so many in a year", test_most_a_year},
          {"targets and what was given", test_targets})
#endif
