/* SPDX-License-Identifier: MIT */
#include "../scratch.h"

#include "base/base.h"

#include <fcntl.h>
#include <sys/wait.h>

enum { MEBIBYTE = 1 << 20 };

/* All records as one text: "LINE: field|field" or "LINE: !fault @field", a line each. */
static const char *read_all(const char *path, struct strbuf *out)
{
    struct csv_reader *r;
    struct csv_record record;
    struct alm_error err;
    bool end;
    int64_t last = 0;
    strbuf_reset(out);
    strbuf_adds(out, "");
    assert_int_equal(csv_open(&r, path, &err), ALM_OK);
    for (;;) {
        assert_int_equal(csv_next(r, &record, &end, &err), ALM_OK);
        assert_true(csv_position(r) >= last);
        last = csv_position(r);
        if (end)
            break;
        strbuf_addf(out, "%lld: ", (long long)record.line);
        if (record.fault)
            strbuf_addf(out, "!%.40s ", record.fault);
        if (record.fault_field != SIZE_MAX)
            strbuf_addf(out, "@%zu ", record.fault_field);
        for (size_t i = 0; i < record.n; i++) {
            assert_int_equal(record.fields[i].at[record.fields[i].len], 0);
            if (i)
                strbuf_addc(out, '|');
            if (record.fields[i].len > 100)
                strbuf_addf(out, "(%zu bytes)", record.fields[i].len);
            else
                strbuf_add(out, record.fields[i].at, record.fields[i].len);
        }
        strbuf_addc(out, '\n');
    }
    csv_close(r);
    return out->at;
}

static void assert_records(const char *bytes, size_t len, const char *expected)
{
    struct strbuf out = {0};
    assert_string_equal(read_all(scratch_write("in.csv", bytes, len), &out), expected);
    strbuf_release(&out);
}

#define ASSERT_RECORDS(literal, expected) assert_records((literal), sizeof(literal) - 1, (expected))

static void plain_and_quoted(void **state)
{
    (void)state;
    ASSERT_RECORDS("", "");
    ASSERT_RECORDS("\n\n", "");
    ASSERT_RECORDS("a,b\n1,2\n", "1: a|b\n2: 1|2\n");
    ASSERT_RECORDS("a,b\n1,2", "1: a|b\n2: 1|2\n");
    ASSERT_RECORDS("a,b\n\"1\",\"2\"", "1: a|b\n2: 1|2\n");
    ASSERT_RECORDS("a,b\n,\n,,\n", "1: a|b\n2: |\n3: ||\n");
    ASSERT_RECORDS("a\n\"\"\nx\n", "1: a\n2: \n3: x\n");
    ASSERT_RECORDS("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "1: a|b\n2: x, y|say \"hi\"\n");
    ASSERT_RECORDS("a,b\n\"two\nlines\",2\n3,4\n", "1: a|b\n2: two\nlines|2\n4: 3|4\n");
    ASSERT_RECORDS("a,b\n  1 ,\t2\t\n \"q\" , \" r \" \n", "1: a|b\n2: 1|2\n3: q| r \n");
}

static void lines_end_and_are_counted(void **state)
{
    (void)state;
    ASSERT_RECORDS("a,b\r\n1,2\r\n", "1: a|b\n2: 1|2\n");
    ASSERT_RECORDS("a,b\r1,2\r3,4", "1: a|b\n2: 1|2\n3: 3|4\n");
    ASSERT_RECORDS("a,b\r\"1\",2\r\"3\",4\r", "1: a|b\n2: 1|2\n3: 3|4\n");
    ASSERT_RECORDS("a,b\r\n\r\n \t\r\n1,2\r\n\n3,4", "1: a|b\n4: 1|2\n6: 3|4\n");
    ASSERT_RECORDS("\n\na,b\n1,2\n", "3: a|b\n4: 1|2\n");
    ASSERT_RECORDS("a,b\r\n\"x\r\ny\r\n\r\nz\",2\r\n3,4\r\n", "1: a|b\n2: x\r\ny\r\n\r\nz|2\n6: 3|4\n");
    ASSERT_RECORDS("\xEF\xBB\xBF"
                   "a,b\n1,2\n",
                   "1: a|b\n2: 1|2\n");
    ASSERT_RECORDS("\xEF\xBB\xBF\"a\",b\n1,2\n", "1: a|b\n2: 1|2\n");
    ASSERT_RECORDS("\xEF\xBB\xBF", "");
}

static void the_header_tells_the_delimiter(void **state)
{
    (void)state;
    ASSERT_RECORDS("a;b\n1,5;2\n", "1: a|b\n2: 1,5|2\n");
    ASSERT_RECORDS("a\tb\n1\t2\n\t\n \t x\n", "1: a|b\n2: 1|2\n3: |\n4: |x\n");
    ASSERT_RECORDS("a|b\n1|2\n", "1: a|b\n2: 1|2\n");
    ASSERT_RECORDS("\"a,b,c,d\";e\n1;2\n", "1: a,b,c,d|e\n2: 1|2\n");
    ASSERT_RECORDS("\n\"a\nx,y,z\";e\n1;2\n", "2: a\nx,y,z|e\n4: 1|2\n");
    ASSERT_RECORDS("alone\n1;2\n", "1: alone\n2: 1;2\n");
    struct csv_reader *r;
    assert_int_equal(csv_open(&r, scratch_text("d.csv", "x;y\n"), NULL), ALM_OK);
    assert_int_equal(csv_delimiter(r), ';');
    assert_int_equal(csv_size(r), 4);
    csv_close(r);
}

static void a_wrong_quote_costs_its_line_alone(void **state)
{
    (void)state;
    ASSERT_RECORDS("a,b\n1,x\"y\n3,4\n", "1: a|b\n2: !a quote inside a field: put the field in 1,x\"y\n3: 3|4\n");
    ASSERT_RECORDS("a,b\n\"1\"x,2\n3,4\n", "1: a|b\n2: !a quote inside a field: put the field in \"1\"x,2\n3: 3|4\n");
    /* Never closed. */
    ASSERT_RECORDS("a,b\n\"1,2\n3,4\n5,6\n", "1: a|b\n2: !a quote is opened and never closed \"1,2\n3: 3|4\n4: 5|6\n");
    ASSERT_RECORDS("a,b\n\"1,2", "1: a|b\n2: !a quote is opened and never closed \"1,2\n");
    ASSERT_RECORDS("a,b\r\"1,2\r3,4", "1: a|b\n2: !a quote is opened and never closed \"1,2\n3: 3|4\n");
    /* Closed by a later row's opening quote: that row and those between are read. */
    ASSERT_RECORDS("a,b\n\"1,2\n3,4\n\"5\",6\n7,8\n",
                   "1: a|b\n2: !a quote is opened and not closed \"1,2\n3: 3|4\n4: 5|6\n5: 7|8\n");
    ASSERT_RECORDS("a,b\n1,\"\n3,\"4\"\n5,6\n", "1: a|b\n2: !a quote is opened and not closed 1,\"\n3: 3|4\n4: 5|6\n");
    /* In the header, and twice. */
    ASSERT_RECORDS("a,\"b\n1,2\n3,\"4\n5,6\n", "1: !a quote is opened and not closed a,\"b\n2: 1|2\n"
                                               "3: !a quote is opened and never closed 3,\"4\n4: 5|6\n");
}

static void bytes_that_are_no_text_are_told(void **state)
{
    (void)state;
    ASSERT_RECORDS("a,b\n1,x\0y\n3,4\n", "1: a|b\n2: !holds a NUL byte @1 1|x\0y\n3: 3|4\n");
    ASSERT_RECORDS("a,b,c\n1,\xC7\xE3,3\n3,4,5\n",
                   "1: a|b|c\n2: !holds bytes that are not UTF-8 (0xC7); s @1 1|\xC7\xE3|3\n"
                   "3: 3|4|5\n");
    ASSERT_RECORDS("a,b\n\"1\",\"\xC3\"\n3,4\n",
                   "1: a|b\n2: !holds bytes that are not UTF-8 (0xC3); s @1 1|\xC3\n3: 3|4\n");
    /* A wrong quote and a wrong byte: what is handed out is text. */
    ASSERT_RECORDS("a,b\n1\xFF,x\"y\n", "1: a|b\n2: !a quote inside a field: put the field in 1\n");
    struct csv_reader *r;
    struct alm_error err;
    assert_int_equal(csv_open(&r,
                              scratch_write("u.csv",
                                            "\xFF\xFE"
                                            "a\0,\0",
                                            6),
                              &err),
                     ALM_BAD_DATA);
    assert_non_null(strstr(err.text, "UTF-16"));
    assert_int_equal(csv_open(&r, scratch_write("x.csv", "PK\3\4zip", 7), &err), ALM_BAD_DATA);
    assert_non_null(strstr(err.text, "spreadsheet"));
    assert_int_equal(csv_open(&r, scratch, &err), ALM_NO_INPUT);
    assert_int_equal(csv_open(&r, scratch_path("none.csv"), &err), ALM_NO_INPUT);
}

static void add_many(struct strbuf *buf, char c, size_t n)
{
    char *at = xmalloc(n + 1);
    memset(at, c, n);
    strbuf_add(buf, at, n);
    free(at);
}

static void what_is_too_long_is_skipped(void **state)
{
    (void)state;
    struct strbuf in = {0};
    strbuf_adds(&in, "a,b\n1,");
    add_many(&in, 'x', 10 * MEBIBYTE);
    strbuf_adds(&in, "\r\n3,4\n5,");
    add_many(&in, 'y', MEBIBYTE - 3); /* with "5," and the line feed: exactly the limit */
    strbuf_adds(&in, "\n7,");
    add_many(&in, 'y', MEBIBYTE - 2); /* one byte more */
    strbuf_adds(&in, "\n9,10\n");
    assert_records(in.at, in.len,
                   "1: a|b\n2: !longer than 1 MiB \n3: 3|4\n4: 5|(1048573 bytes)\n"
                   "5: !longer than 1 MiB \n6: 9|10\n");

    /* At the end of the file, quoted, and one whose CRLF falls on blocks' ends. */
    for (size_t shift = 0; shift < 4; shift++) {
        strbuf_reset(&in);
        strbuf_adds(&in, "a\n\"");
        add_many(&in, 'x', 2 * MEBIBYTE - 4 + shift);
        strbuf_adds(&in, "\r\n\"z\"\r\n");
        assert_records(in.at, in.len, "1: a\n2: !longer than 1 MiB \n3: z\n");
    }
    strbuf_reset(&in);
    strbuf_adds(&in, "a\n");
    add_many(&in, 'x', 3 * MEBIBYTE);
    assert_records(in.at, in.len, "1: a\n2: !longer than 1 MiB \n");

    /* A quote that is not closed within the limit: only its line is given up. */
    strbuf_reset(&in);
    strbuf_adds(&in, "a,b\n\"1,2\n");
    for (int i = 0; i < 300000; i++)
        strbuf_addf(&in, "%d,x\n", i);
    struct strbuf out = {0};
    const char *got = read_all(scratch_write("in.csv", in.at, in.len), &out);
    assert_memory_equal(got, "1: a|b\n2: !a quote is opened and not closed within  \"1,2\n3: 0|x\n4: 1|x\n", 68);
    assert_string_equal(got + out.len - strlen("300002: 299999|x\n"), "300002: 299999|x\n");

    /* More fields than a record may have. */
    strbuf_reset(&in);
    strbuf_adds(&in, "a\n");
    add_many(&in, ',', CSV_MAX_FIELDS - 1);
    strbuf_adds(&in, "\n");
    add_many(&in, ',', CSV_MAX_FIELDS);
    strbuf_adds(&in, "\n\"\"");
    add_many(&in, ',', CSV_MAX_FIELDS);
    strbuf_adds(&in, "\nb\n");
    got = read_all(scratch_write("in.csv", in.at, in.len), &out);
    assert_null(strstr(got, "2: !"));
    assert_non_null(strstr(got, "\n3: !has 257 fields; 256 are the most"));
    assert_non_null(strstr(got, "\n4: !has 257 fields; 256 are the most"));
    assert_non_null(strstr(got, "\n5: b\n"));
    strbuf_release(&out);
    strbuf_release(&in);
}

/* Records of every length around the block's size, so that each kind of byte falls on its edge once. */
static void blocks_end_anywhere(void **state)
{
    (void)state;
    struct strbuf in = {0};
    struct strbuf expected = {0};
    strbuf_adds(&in, "a,b\r\n");
    strbuf_adds(&expected, "1: a|b\n");
    int64_t line = 2;
    for (int i = 0; i < 40000; i++) {
        strbuf_addf(&expected, "%lld: ", (long long)line);
        switch (i % 5) {
        case 0:
            strbuf_addf(&in, "%d,\"x\r\ny\"\r\n", i);
            strbuf_addf(&expected, "%d|x\r\ny\n", i);
            line++;
            break;
        case 1:
            strbuf_addf(&in, "\"%d\"\"\",z\r\n\r\n", i);
            strbuf_addf(&expected, "%d\"|z\n", i);
            line++;
            break;
        case 2:
            strbuf_addf(&in, "%d,خرم‌آباد\n", i);
            strbuf_addf(&expected, "%d|خرم‌آباد\n", i);
            break;
        case 3:
            strbuf_addf(&in, "%d,x\r", i);
            strbuf_addf(&expected, "%d|x\n", i);
            break;
        default:
            strbuf_addf(&in, "%d\"\r\n", i);
            strbuf_addf(&expected, "!a quote inside a field: put the field in %d\"\n", i);
            break;
        }
        line++;
    }
    assert_records(in.at, in.len, expected.at);
    strbuf_release(&in);
    strbuf_release(&expected);
}

/* The position after each record is where the file can be cut, and the digest is that of the bytes before it. */
static void position_and_digest_allow_to_resume(void **state)
{
    (void)state;
    struct strbuf in = {0};
    strbuf_adds(&in, "\xEF\xBB\xBF"
                     "a,b\r\n");
    for (int i = 0; i < 5000; i++)
        strbuf_addf(&in,
                    i % 7 == 3   ? "\"%d\r\n\",\"x\"\r\n"
                    : i % 7 == 4 ? "\n%d,\"bad\n"
                                 : "%d,plain text of a row\n",
                    i);
    const char *path = scratch_write("resume.csv", in.at, in.len);
    struct csv_reader *r;
    struct csv_record record;
    bool end;
    unsigned char got[DIGEST_SIZE];
    unsigned char want[DIGEST_SIZE];
    assert_int_equal(csv_open(&r, path, NULL), ALM_OK);
    int64_t n = 0;
    for (;; n++) {
        assert_int_equal(csv_next(r, &record, &end, NULL), ALM_OK);
        size_t at = (size_t)csv_position(r);
        assert_true(at <= in.len);
        assert_true(end || in.at[at - 1] == '\n');
        if (n % 37 == 0 || end) {
            struct digest digest;
            digest_init(&digest, NULL, 0);
            digest_add(&digest, in.at, at);
            digest_final(&digest, want);
            csv_digest(r, got);
            assert_memory_equal(got, want, DIGEST_SIZE);
        }
        if (end)
            break;
    }
    assert_int_equal(csv_position(r), in.len);
    assert_int_equal(csv_size(r), in.len);
    csv_close(r);
    strbuf_release(&in);
}

/* A pipe hands out a record as soon as its line is there, and the end stays the end. */
static void standard_input_is_a_stream(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int saved = dup(STDIN_FILENO);
    assert_true(saved >= 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    struct csv_reader *r;
    struct csv_record record;
    bool end;
    assert_int_equal(write(ends[1], "a;b\n1;", 6), 6);
    assert_int_equal(csv_open(&r, "-", NULL), ALM_OK);
    assert_int_equal(csv_size(r), 0);
    assert_int_equal(csv_next(r, &record, &end, NULL), ALM_OK);
    assert_int_equal(record.n, 2);
    assert_int_equal(write(ends[1], "2\n3", 3), 3);
    assert_int_equal(csv_next(r, &record, &end, NULL), ALM_OK);
    assert_true(text_equal(record.fields[1], "2"));
    close(ends[1]);
    assert_int_equal(csv_next(r, &record, &end, NULL), ALM_OK);
    assert_true(text_equal(record.fields[0], "3"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(csv_next(r, &record, &end, NULL), ALM_OK);
        assert_true(end);
    }
    csv_close(r);
    /* csv_close() leaves standard input open. */
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
    close(ends[0]);
}

static void fields_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    static const char *const fields[] = {"plain",      "",           "a,b",     "a;b",   "say \"hi\"",
                                         "two\nlines", "cr\rlf\r\n", " blank ", "\ttab", "علی، رضا"};
    struct strbuf out = {0};
    csv_add_field(&out, text_of("a;b"), ',');
    assert_string_equal(out.at, "a;b");
    csv_add_field(&out, text_of("a;b"), ';');
    assert_string_equal(out.at, "a;b\"a;b\"");
    csv_add_field(&out, text_of(NULL), ';');
    strbuf_reset(&out);
    strbuf_adds(&out, "h1,h2,h3\n");
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        csv_add_field(&out, text_of(fields[i]), ',');
        strbuf_addc(&out, i + 1 < COUNT_OF(fields) ? ',' : '\n');
    }
    struct csv_reader *r;
    struct csv_record record;
    bool end;
    assert_int_equal(csv_open(&r, scratch_write("q.csv", out.at, out.len), NULL), ALM_OK);
    assert_int_equal(csv_next(r, &record, &end, NULL), ALM_OK);
    assert_int_equal(csv_next(r, &record, &end, NULL), ALM_OK);
    assert_int_equal(record.n, COUNT_OF(fields));
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        assert_true(text_equal(record.fields[i], fields[i]));
    csv_close(r);
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_and_quoted),
        cmocka_unit_test(lines_end_and_are_counted),
        cmocka_unit_test(the_header_tells_the_delimiter),
        cmocka_unit_test(a_wrong_quote_costs_its_line_alone),
        cmocka_unit_test(bytes_that_are_no_text_are_told),
        cmocka_unit_test(what_is_too_long_is_skipped),
        cmocka_unit_test(blocks_end_anywhere),
        cmocka_unit_test(position_and_digest_allow_to_resume),
        cmocka_unit_test(standard_input_is_a_stream),
        cmocka_unit_test(fields_are_quoted_where_they_must_be),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
