/* SPDX-License-Identifier: MIT */
/*
 * almoner/test.h: tests of a plug-in, run by `almoner plugin test NAME.so TESTS.so`.
 *
 * Tests are a shared object of their own.  Each test gets a bench: the real core with the plug-in as its only
 * programme, a new store, a fixed clock, the county "A" with the neighbourhoods "A1" and "A2", and the body "B".
 * Nothing is mocked: what a test sees is what a user would.  Each test runs in a process of its own, so none sees what
 * another one did.
 *
 *     static void test_two_members(const struct alm_bench *bench)
 *     {
 *         static const struct alm_test_person family[] = {{"head", "1360/01/01", "f", NULL, NULL}, ...};
 *         bench->household(bench, "H1", "A1", family, 2);
 *         ALM_EXPECT_INT(bench, bench->ask(bench, "H1", NULL, NULL).quantity, 2 * ALM_UNIT);
 *     }
 *     ALM_TESTS({"a package for each member", test_two_members})
 *
 * What a test asks of the bench and is wrong in itself (a household that is not there, a date that does not exist)
 * fails the test with the core's message and ends it.  Text that the bench hands out stays until the test ends.
 */
#ifndef ALMONER_TEST_H
#define ALMONER_TEST_H

#include <almoner/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One member of a household, each as the register's lists have it; NULL is not known. */
struct alm_test_person {
    const char *relation;     /* head, spouse, child, parent, other */
    const char *birth_date;   /* in either calendar */
    const char *sex;          /* f, m */
    const char *school_grade; /* 0 to 12 */
    const char *criteria;     /* "orphan disabled" */
};

/* What became of a question or of an offer. */
struct alm_test_answer {
    bool yes;              /* they may have it; or it was recorded */
    bool held;             /* give(): waits for a decision */
    alm_id line;           /* give(): of the delivery, or of the refusal */
    alm_quantity quantity; /* that they may have, or that was recorded; 0: no */
    alm_date next;         /* ask(): from when on they may; ALM_NO_DATE if never or not known */
    const char *reason;    /* why not; "" if yes */
};

/* What a command of almoner came to. */
struct alm_test_output {
    int status;           /* its exit status */
    const char *out;      /* its output */
    const char *messages; /* what it said to people */
};

/*
 * `whom`: a household's code, a place's, or "H1/2" for the second member of the household H1, by what kind the
 * plug-in's recipient is.  `date`: in either calendar; NULL is the bench's today.  `with`: the programme's own columns,
 * "slot=lunch batch=B1"; NULL is none.
 */
struct alm_bench {
    uint32_t size;
    uint16_t abi_major;
    uint16_t abi_minor;
    void *context; /* the bench's own */

    /* The programme's INI from now on, whole.  To begin with it is the sample: all keys as they are by default. */
    void (*settings)(const struct alm_bench *, const char *ini);
    /* The clock: a date, or 2020-12-05T09:00 in universal time.  To begin with it is 2020-12-05T09:00, 1399/09/15. */
    void (*now)(const struct alm_bench *, const char *time);

    /* A household in an area (NULL: in none), of persons who have always belonged to it. */
    void (*household)(const struct alm_bench *, const char *code, const char *area, const struct alm_test_person *,
                      size_t n);
    /* A place; kind: street, mosque, clinic ... */
    void (*place)(const struct alm_bench *, const char *code, const char *area, const char *kind);

    /* May they have it?  Writes nothing. */
    struct alm_test_answer (*ask)(const struct alm_bench *, const char *whom, const char *date, const char *with);
    /* Give it: records a delivery by the body B if all rules allow it.  `quantity` as one writes it, "1.5"; NULL: all
     * that they are entitled to.  Earlier dates make history. */
    struct alm_test_answer (*give)(const struct alm_bench *, const char *whom, const char *date, const char *quantity,
                                   const char *with);
    /* Take back a delivery. */
    void (*reverse)(const struct alm_bench *, alm_id line);

    /* Any command, as one would type it after the word almoner: "blankets list --output csv".  Words are parted by
     * blanks;
     * '...' keeps blanks in a word.  A status that is not 0 is the test's to judge. */
    struct alm_test_output (*run)(const struct alm_bench *, const char *words);

    /* Where ALM_EXPECT and its like tell; a test goes on after a check that failed. */
    void (*expect)(const struct alm_bench *, bool holds, const char *file, int line, const char *text);
};

/* A test and what it shows, a sentence. */
struct alm_test {
    const char *name;
    void (*run)(const struct alm_bench *);
};

struct alm_tests {
    uint32_t size;
    uint16_t abi_major;
    uint16_t abi_minor;
    const struct alm_test *tests;
    size_t n;
};

/* ---- checks ---- */

#define ALM_EXPECT(bench, condition) (bench)->expect((bench), (condition), __FILE__, __LINE__, #condition)
#define ALM_EXPECT_INT(bench, got, want) alm_expect_int((bench), (got), (want), __FILE__, __LINE__, #got)
#define ALM_EXPECT_TEXT(bench, got, want) alm_expect_text((bench), (got), (want), __FILE__, __LINE__, #got)

static inline void alm_expect_int(const struct alm_bench *bench, int64_t got, int64_t want, const char *file, int line,
                                  const char *what)
{
    char text[300];
    snprintf(text, sizeof text, "%s is %lld and should be %lld", what, (long long)got, (long long)want);
    bench->expect(bench, got == want, file, line, text);
}

static inline void alm_expect_text(const struct alm_bench *bench, const char *got, const char *want, const char *file,
                                   int line, const char *what)
{
    char text[1000];
    snprintf(text, sizeof text, "%s is '%s' and should be '%s'", what, got ? got : "(null)", want ? want : "(null)");
    bench->expect(bench, got && want ? strcmp(got, want) == 0 : got == want, file, line, text);
}

/* The one exported symbol: stand it at the end, with a row {"what it shows", function} for each test. */
ALM_EXPORT const struct alm_tests *alm_tests_entry(void);
#define ALM_TESTS(...)                                                                                                 \
    const struct alm_tests *alm_tests_entry(void)                                                                      \
    {                                                                                                                  \
        static const struct alm_test rows[] = {__VA_ARGS__};                                                           \
        static const struct alm_tests tests = {sizeof(struct alm_tests), ALM_ABI_MAJOR, ALM_ABI_MINOR, rows,           \
                                               sizeof rows / sizeof rows[0]};                                          \
        return &tests;                                                                                                 \
    }

#ifdef __cplusplus
}
#endif

#endif
