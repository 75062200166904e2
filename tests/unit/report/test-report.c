/* SPDX-License-Identifier: MIT */
/* Whole outputs of each format; what is hard: nulls, quotes, Persian, control characters, many rows, a full disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/report.h"
#include <locale.h>
#include <stdlib.h>

static const char *const outcomes[] = {"given", "held", NULL};

static const struct alm_column columns[] = {
    {.name = "area", .title = "Area", .type = ALM_STRING},
    {.name = "quantity", .title = "Quantity", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "meal"},
    {.name = "households", .title = "Households", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "date", .title = "Last", .type = ALM_DATE},
    {.name = "outcome", .title = "Outcome", .type = ALM_ENUM, .choices = outcomes, .flags = ALM_OPTIONAL},
    {.name = "id", .title = "Id", .type = ALM_ID, .flags = ALM_OPTIONAL},
};
enum { N = sizeof columns / sizeof columns[0] };

static const struct alm_value rows[][N] = {
    {{.text = "خرم‌آباد"},
     {.number = 1234500},
     {.number = 12345},
     {.number = 18601},
     {.number = 0},
     {.number = INT64_C(288230376151711744)}},
    {{.text = "a \"b\", c\td\x1b[1m"}, {.number = -2000}, {.is_null = true}, {.is_null = true}, {.number = 1}, {0}},
};

struct output {
    char *at;
    size_t len;
    FILE *file;
    struct report *report;
};

static void start(struct output *out, enum report_format format, const struct report_style *style)
{
    out->file = open_memstream(&out->at, &out->len);
    out->report = report_new(out->file, format, style);
}

static void finish(struct output *out, const char *expected)
{
    struct alm_error err = {0};
    assert_int_equal(report_free(out->report, &err), ALM_OK);
    fclose(out->file);
    if (expected)
        assert_string_equal(out->at, expected);
    free(out->at);
    *out = (struct output){0};
}

static void fill(struct output *out)
{
    struct alm_error err = {0};
    assert_int_equal(report_begin(out->report, "Aid given", columns, N, &err), ALM_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(report_row(out->report, rows[i], &err), ALM_OK);
    assert_int_equal(report_end(out->report, &err), ALM_OK);
    report_say(out->report, "2 areas");
}

static const struct report_style plain_style = {0};

static void test_table(void **state)
{
    (void)state;
    struct output out;
    start(&out, REPORT_TABLE, &plain_style);
    fill(&out);
    finish(&out, "Aid given\n"
                 "Area           Quantity (meal) Households Last       Outcome Id\n"
                 "خرم‌آباد                1,234.5     12,345 2020-12-05 given   288230376151711744\n"
                 "a \"b\", c d [1m              -2                       held    0\n"
                 "-------------- --------------- ---------- ---------- ------- ------------------\n"
                 "Total                  1,232.5     12,345\n"
                 "2 areas\n");
}

static void test_table_hides_optional_columns_and_speaks_persian(void **state)
{
    (void)state;
    struct output out;
    const struct report_style style = {.calendar = DATE_SOLAR, .persian_digits = true, .width = 54};
    start(&out, REPORT_TABLE, &style);
    fill(&out);
    finish(&out, "Aid given\n"
                 "Area           Quantity (meal) Households Last\n"
                 "خرم‌آباد                ۱,۲۳۴.۵     ۱۲,۳۴۵ ۱۳۹۹/۰۹/۱۵\n"
                 "a \"b\", c d [1m              -۲\n"
                 "-------------- --------------- ---------- ----------\n"
                 "Total                  ۱,۲۳۲.۵     ۱۲,۳۴۵\n"
                 "2 areas\n");
}

static void test_plain(void **state)
{
    (void)state;
    struct output out;
    start(&out, REPORT_PLAIN, &plain_style);
    fill(&out);
    finish(&out, "خرم‌آباد\t1234.5\t12345\t2020-12-05\tgiven\t288230376151711744\n"
                 "a \"b\", c d [1m\t-2\t\t\theld\t0\n");
}

static void test_csv(void **state)
{
    (void)state;
    struct output out;
    const struct report_style style = {.calendar = DATE_SOLAR, .persian_digits = true};
    start(&out, REPORT_CSV, &style);
    fill(&out);
    finish(&out, "area,quantity,households,date,outcome,id\n"
                 "خرم‌آباد,1234.5,12345,2020-12-05,given,288230376151711744\n"
                 "\"a \"\"b\"\", c\td\x1b[1m\",-2,,,held,0\n");
}

static void test_json(void **state)
{
    (void)state;
    struct output out;
    start(&out, REPORT_JSON, &plain_style);
    fill(&out);
    finish(&out,
           "[\n"
           " {\"area\": \"خرم‌آباد\", \"quantity\": 1234.5, \"households\": 12345, \"date\": \"2020-12-05\", "
           "\"outcome\": "
           "\"given\", \"id\": \"288230376151711744\"},\n"
           " {\"area\": \"a \\\"b\\\", c\\td\\u001B[1m\", \"quantity\": -2, \"households\": null, \"date\": null, "
           "\"outcome\": \"held\", \"id\": \"0\"}\n"
           "]\n");
}

static void test_ndjson(void **state)
{
    (void)state;
    struct output out;
    start(&out, REPORT_NDJSON, &plain_style);
    fill(&out);
    finish(&out,
           "{\"area\": \"خرم‌آباد\", \"quantity\": 1234.5, \"households\": 12345, \"date\": \"2020-12-05\", "
           "\"outcome\": "
           "\"given\", \"id\": \"288230376151711744\"}\n"
           "{\"area\": \"a \\\"b\\\", c\\td\\u001B[1m\", \"quantity\": -2, \"households\": null, \"date\": null, "
           "\"outcome\": \"held\", \"id\": \"0\"}\n");
}

/* The style sheet is left out of what is compared. */
static void finish_page(struct output *out, const char *expected)
{
    struct alm_error err = {0};
    assert_int_equal(report_free(out->report, &err), ALM_OK);
    fclose(out->file);
    char *from = strstr(out->at, "<style>"), *to = strstr(out->at, "</style>");
    assert_true(from && to);
    memmove(from + strlen("<style>"), to, strlen(to) + 1);
    assert_string_equal(out->at, expected);
    free(out->at);
}

static void test_html(void **state)
{
    (void)state;
    const struct alm_value total[N] = {{.text = "all <of> it"}, {.number = 5000},  {.number = 7},
                                       {.is_null = true},       {.is_null = true}, {.is_null = true}};
    struct alm_error err = {0};
    struct output out;
    start(&out, REPORT_HTML, &plain_style);
    fill(&out);
    finish_page(&out, "<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<meta charset=\"utf-8\">\n"
                      "<title>Aid given</title>\n<style></style>\n<body>\n"
                      "<table>\n<caption>Aid given</caption>\n<thead><tr><th>Area</th>"
                      "<th class=\"number\">Quantity (meal)</th><th class=\"number\">Households</th><th>Last</th>"
                      "<th>Outcome</th><th>Id</th></tr></thead>\n<tbody>\n"
                      "<tr><td>خرم‌آباد</td><td class=\"number\">1,234.5</td><td class=\"number\">12,345</td>"
                      "<td>2020-12-05</td><td>given</td><td>288230376151711744</td></tr>\n"
                      "<tr><td>a &quot;b&quot;, c d [1m</td><td class=\"number\">-2</td><td class=\"number\"></td>"
                      "<td></td><td>held</td><td>0</td></tr>\n</tbody>\n<tfoot>\n"
                      "<tr><td></td><td class=\"number\">1,232.5</td><td class=\"number\">12,345</td><td></td>"
                      "<td></td><td></td></tr>\n</tfoot>\n</table>\n");
    /* Two tables of a Persian campaign, the totals by the caller; ids stay as they are typed. */
    const struct report_style persian = {.calendar = DATE_SOLAR};
    start(&out, REPORT_HTML, &persian);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(report_begin(out.report, NULL, columns, N, &err), ALM_OK);
        if (i == 0) {
            assert_int_equal(report_row(out.report, rows[0], &err), ALM_OK);
            assert_int_equal(report_total(out.report, total, &err), ALM_OK);
        }
        assert_int_equal(report_end(out.report, &err), ALM_OK);
    }
    finish_page(
        &out,
        "<!DOCTYPE html>\n<html lang=\"fa\" dir=\"rtl\">\n<meta charset=\"utf-8\">\n"
        "<title>almoner</title>\n<style></style>\n<body>\n<table>\n<thead><tr><th>Area</th>"
        "<th class=\"number\">Quantity (meal)</th><th class=\"number\">Households</th><th>Last</th>"
        "<th>Outcome</th><th>Id</th></tr></thead>\n<tbody>\n"
        "<tr><td>خرم‌آباد</td><td class=\"number\">۱,۲۳۴.۵</td><td class=\"number\">۱۲,۳۴۵</td>"
        "<td>۱۳۹۹/۰۹/۱۵</td><td>given</td><td>288230376151711744</td></tr>\n</tbody>\n<tfoot>\n"
        "<tr><td>all &lt;of&gt; it</td><td class=\"number\">۵</td><td class=\"number\">۷</td><td></td>"
        "<td></td><td></td></tr>\n</tfoot>\n</table>\n<table>\n<thead><tr><th>Area</th>"
        "<th class=\"number\">Quantity (meal)</th><th class=\"number\">Households</th><th>Last</th>"
        "<th>Outcome</th><th>Id</th></tr></thead>\n<tbody>\n</tbody>\n</table>\n");
}

static void test_no_rows(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "Aid given\n(none)\n", "", "area,quantity,households,date,outcome,id\n", "[]\n", "", NULL};
    struct alm_error err = {0};
    for (int format = REPORT_TABLE; format <= REPORT_HTML; format++) {
        struct output out;
        start(&out, (enum report_format)format, &plain_style);
        assert_int_equal(report_begin(out.report, "Aid given", columns, N, &err), ALM_OK);
        assert_int_equal(report_end(out.report, &err), ALM_OK);
        finish(&out, expected[format]);
    }
}

static void test_bad_text_comes_out_valid(void **state)
{
    (void)state;
    static const struct alm_column name[] = {{.name = "name", .type = ALM_STRING}};
    const struct alm_value bad[] = {{.text = "a\xff"
                                             "b\n\xc2\x9b"}};
    static const char *const expected[] = {"name\na\xef\xbf\xbd"
                                           "b\n",
                                           "a\xef\xbf\xbd"
                                           "b   \n",
                                           "name\n\"a\xef\xbf\xbd"
                                           "b\n\xc2\x9b\"\n",
                                           "[\n {\"name\": \"a\xef\xbf\xbd"
                                           "b\\n\xc2\x9b\"}\n]\n",
                                           "{\"name\": \"a\xef\xbf\xbd"
                                           "b\\n\xc2\x9b\"}\n",
                                           NULL};
    struct alm_error err = {0};
    for (int format = REPORT_TABLE; format <= REPORT_HTML; format++) {
        struct output out;
        start(&out, (enum report_format)format, &plain_style);
        assert_int_equal(report_begin(out.report, NULL, name, 1, &err), ALM_OK);
        assert_int_equal(report_row(out.report, bad, &err), ALM_OK);
        assert_int_equal(report_end(out.report, &err), ALM_OK);
        finish(&out, expected[format]);
    }
}

static void test_totals_of_the_caller(void **state)
{
    (void)state;
    static const struct alm_column persons[] = {
        {.name = "month", .title = "Month", .type = ALM_MONTH},
        {.name = "persons", .title = "Persons", .type = ALM_INT},
    };
    const struct alm_value row[] = {{.number = 1399 * 12 + 8}, {.number = 700}};
    const struct alm_value total[] = {{.is_null = true}, {.number = 1000}};
    struct alm_error err = {0};
    struct output out;
    start(&out, REPORT_TABLE, &plain_style);
    assert_int_equal(report_begin(out.report, NULL, persons, 2, &err), ALM_OK);
    assert_int_equal(report_row(out.report, row, &err), ALM_OK);
    assert_int_equal(report_row(out.report, row, &err), ALM_OK);
    assert_int_equal(report_total(out.report, total, &err), ALM_OK);
    assert_int_equal(report_end(out.report, &err), ALM_OK);
    finish(&out, "Month   Persons\n"
                 "1399/09     700\n"
                 "1399/09     700\n"
                 "------- -------\n"
                 "Total     1,000\n");
}

/* Widths are those of the first thousand rows; every row is there, in order, and in its column. */
static void test_many_rows_stream(void **state)
{
    (void)state;
    static const struct alm_column two[] = {{.name = "n", .title = "N", .type = ALM_INT, .flags = ALM_TOTAL},
                                            {.name = "t", .title = "T", .type = ALM_STRING}};
    struct alm_error err = {0};
    struct output out;
    start(&out, REPORT_TABLE, &plain_style);
    assert_int_equal(report_begin(out.report, NULL, two, 2, &err), ALM_OK);
    for (int64_t i = 1; i <= 100000; i++) {
        const struct alm_value row[] = {alm_number(i % 100), alm_string("x")};
        assert_int_equal(report_row(out.report, row, &err), ALM_OK);
    }
    assert_int_equal(report_end(out.report, &err), ALM_OK);
    fflush(out.file);
    assert_int_equal(report_free(out.report, &err), ALM_OK);
    fclose(out.file);
    size_t lines = 0;
    char *rest = out.at;
    for (char *line; (line = strsep(&rest, "\n")) && rest; lines++) {
        char expected[64];
        if (lines >= 1 && lines <= 99000) { /* the last block may be as wide as the totals */
            snprintf(expected, sizeof expected, "%6d x", (int)(lines % 100));
            assert_string_equal(line, expected);
        }
    }
    assert_int_equal(lines, 1 + 100000 + 2);
    free(out.at);
}

static void test_order_of_calls(void **state)
{
    (void)state;
    struct alm_error err = {0};
    struct output out;
    start(&out, REPORT_CSV, &plain_style);
    assert_int_equal(report_row(out.report, rows[0], &err), ALM_INTERNAL);
    assert_int_equal(report_end(out.report, &err), ALM_INTERNAL);
    assert_int_equal(report_begin(out.report, NULL, columns, N, &err), ALM_OK);
    assert_int_equal(report_begin(out.report, NULL, columns, N, &err), ALM_INTERNAL);
    finish(&out, NULL);
}

static void test_full_disk(void **state)
{
    (void)state;
    for (int format = REPORT_TABLE; format <= REPORT_HTML; format++) {
        struct alm_error err = {0};
        FILE *full = fopen("/dev/full", "w");
        assert_non_null(full);
        struct report *report = report_new(full, (enum report_format)format, &plain_style);
        assert_int_equal(report_begin(report, NULL, columns, N, &err), ALM_OK);
        enum alm_status status = ALM_OK;
        for (int i = 0; i < 20000 && status == ALM_OK; i++)
            status = report_row(report, rows[0], &err);
        report_end(report, &err);
        assert_int_equal(report_free(report, &err), ALM_IO);
        fclose(full);
    }
}

static void test_values(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        int64_t number;
        const char *plain, *people;
    } cases[] = {
        {ALM_BOOL, 1, "yes", "yes"},
        {ALM_INT, -1234567, "-1234567", "-1,234,567"},
        {ALM_DECIMAL, 1500, "1.5", "1.5"},
        {ALM_MONEY, 1234567, "12345.67", "12,345.67"},
        {ALM_DURATION, 30 * 86400, "2592000", "30 days"},
        {ALM_TIME, 1607171400, "2020-12-05T16:00:00+03:30", "1399/09/15 16:00"},
        {ALM_DATE, ALM_NO_DATE, "", ""},
        {ALM_INT, INT64_MAX, "9223372036854775807", "9,223,372,036,854,775,807"},
    };
    const struct report_style style = {.calendar = DATE_SOLAR, .currency_decimals = 2};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct alm_column column = {.name = "x", .type = cases[i].type};
        const struct alm_value value = alm_number(cases[i].number);
        char buf[128];
        report_format_plain(&column, &value, 2, buf, sizeof buf);
        assert_string_equal(buf, cases[i].plain);
        report_format_value(&style, &column, &value, buf, sizeof buf);
        assert_string_equal(buf, cases[i].people);
    }
}

int main(void)
{
    zone_set("Asia/Tehran");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_table_hides_optional_columns_and_speaks_persian),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_ndjson),
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_bad_text_comes_out_valid),
        cmocka_unit_test(test_totals_of_the_caller),
        cmocka_unit_test(test_many_rows_stream),
        cmocka_unit_test(test_order_of_calls),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
