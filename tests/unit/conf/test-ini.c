/* SPDX-License-Identifier: MIT */
/* Every slip that inih misreads in silence must be a problem with its line, and what stands around it must be read. */
#include "../scratch.h"
#include "conf/parts.h"
#include <ini.h>
#include <sys/stat.h>

struct read {
    struct conf_ini ini;
    struct conf_problems problems;
};

static void parse_bytes(struct read *read, const char *bytes, size_t len)
{
    *read = (struct read){0};
    conf_ini_parse(&read->ini, "x.ini", bytes, len, &read->problems);
}

static void parse(struct read *read, const char *text)
{
    parse_bytes(read, text, strlen(text));
}

static void release(struct read *read)
{
    conf_ini_release(&read->ini);
    conf_problems_release(&read->problems);
}

static const char *value_of(struct read *read, const char *section, const char *key)
{
    const struct conf_entry *entry = conf_ini_find(&read->ini, section, key);
    return entry ? entry->value : NULL;
}

/* Exactly one problem, in that line, whose text holds the words. */
static void assert_one_problem(const struct read *read, int line, const char *words)
{
    for (size_t i = 0; i < read->problems.count; i++)
        if (read->problems.count != 1 || !strstr(read->problems.items[i].text, words))
            print_message("problem: %d: %s\n", read->problems.items[i].line, read->problems.items[i].text);
    assert_int_equal(read->problems.count, 1);
    assert_int_equal(read->problems.items[0].line, line);
    assert_string_equal(read->problems.items[0].file, "x.ini");
    assert_non_null(strstr(read->problems.items[0].text, words));
}

static void reads_what_is_sound(void **state)
{
    (void)state;
    struct read read;
    parse(&read, "\xEF\xBB\xBF; head\r\n\r\n[programme]\r\nenabled = yes\r\n   ; set-in comment\r\n# other comment\r\n"
                 "title=a = b\r\ntitle_fa \t=  بسته معیشتی  \r\nempty =\r\n[kit large]\r\ngrams = 5");
    assert_int_equal(read.problems.count, 0);
    assert_int_equal(read.ini.count, 5);
    assert_string_equal(value_of(&read, "programme", "enabled"), "yes");
    assert_string_equal(value_of(&read, "programme", "title"), "a = b");
    assert_string_equal(value_of(&read, "programme", "title_fa"), "بسته معیشتی");
    assert_string_equal(value_of(&read, "programme", "empty"), "");
    assert_string_equal(value_of(&read, "kit large", "grams"), "5");
    assert_null(value_of(&read, "kit large", "title"));
    assert_int_equal(conf_ini_find(&read.ini, "kit large", "grams")->line, 11);
    release(&read);
}

static void knows_empty_sections(void **state)
{
    (void)state;
    struct read read;
    parse(&read, "[a]\n[b]\n");
    assert_int_equal(read.problems.count, 0);
    assert_int_equal(read.ini.n_sections, 2);
    assert_int_equal(conf_ini_section(&read.ini, "b")->line, 2);
    release(&read);
    parse(&read, "");
    assert_int_equal(read.problems.count + read.ini.n_sections, 0);
    release(&read);
}

static int count_keys(void *user, const char *section, const char *name, const char *value)
{
    (void)section;
    (void)value;
    if (strcmp(name, "injected") == 0)
        ++*(int *)user;
    return 1;
}

/* inih itself is fooled by this file; if it ceases to be, the guard may be looked at again. */
static void refuses_a_long_line(void **state)
{
    (void)state;
    char text[600];
    int injected = 0;
    int len = snprintf(text, sizeof text, "[a]\n;%0198dinjected = 1\nb = 2\n", 0);
    ini_parse_string(text, count_keys, &injected);
    assert_int_equal(injected, 1);

    struct read read;
    parse_bytes(&read, text, (size_t)len);
    assert_one_problem(&read, 2, "at most 199");
    assert_null(value_of(&read, "a", "injected"));
    assert_string_equal(value_of(&read, "a", "b"), "2");
    release(&read);
}

static void takes_the_longest_line(void **state)
{
    (void)state;
    char text[600];
    struct read read;
    snprintf(text, sizeof text, "[a]\nb = %0195d\r\nc = 1\n", 7); /* 199 bytes and CRLF */
    parse(&read, text);
    assert_int_equal(read.problems.count, 0);
    assert_int_equal(strlen(value_of(&read, "a", "b")), 195);
    assert_string_equal(value_of(&read, "a", "c"), "1");
    release(&read);
    snprintf(text, sizeof text, "[a]\nb = %0196d\nc = 1\n", 7);
    parse(&read, text);
    assert_one_problem(&read, 2, "200 bytes long");
    assert_null(value_of(&read, "a", "b"));
    release(&read);
}

static void refuses_one_slip_each(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
        const char *words;
    } slips[] = {
        {"[a]\nw = 1\n  y = 2\nb = 2\n", 3, "indented"},
        {"[a]\n\ty = 2\nb = 2\n", 2, "indented"},
        {"[a]\nx = 1 ; note\nb = 2\n", 2, "; in a value"},
        {"[a]\nx = 1;2\nb = 2\n", 2, "; in a value"},
        {"[a]\nx =;\nb = 2\n", 2, "; in a value"},
        {"[a] tail\nb = 2\n", 1, "text after the ] of [a]"},
        {"[a] ; note\nb = 2\n", 1, "text after the ] of [a]"},
        {"[a]\nlonely\nb = 2\n", 2, "no ="},
        {"[a]\nx: 1\nb = 2\n", 2, "no ="},
        {"[a]\nx:y = 1\nb = 2\n", 2, "'x:y' is not a key"},
        {"[a]\n= 1\nb = 2\n", 2, "no key before"},
        {"[a]\nX = 1\nb = 2\n", 2, "'X' is not a key"},
        {"[a]\nx y = 1\nb = 2\n", 2, "'x y' is not a key"},
        {"x = 1\n[a]\nb = 2\n", 1, "before any section"},
        {"[a]\nb = 2\nb = 3\n", 3, "[a] b is there already"},
        {"[a]\nb = 2\n[c]\n[a]\nd = 3\n", 4, "[a] is there already"},
        {"[a]\nx = \xFFy\nb = 2\n", 2, "byte 5 of the line is not UTF-8"},
        {"[a]\nx = 1\ry = 2\nb = 2\n", 2, "carriage return"},
        {"[a]\nx = \x1b[2J\nb = 2\n", 2, "control character (0x1b)"},
        {"[a]\nb = 2\n[broken\nb = 9\nc = 9\n", 3, "no ]"},
        {"[a]\nb = 2\n [indented]\nb = 9\n", 3, "indented"},
        {"[a]\nb = 2\n[]\nb = 9\n", 3, "without a name"},
        {"[a]\nb = 2\n[ c]\nb = 9\n", 3, "blanks beside"},
        {"[a]\nb = 2\n[kit  large]\nb = 9\n", 3, "more than one blank"},
        {"[a]\nb = 2\n[kit\tlarge]\nb = 9\n", 3, "more than one blank"},
        {"[a]\nb = 2\n[c[d]\nb = 9\n", 3, "cannot stand in a section"},
        {"[a]\nb = 2\n[c;d]\nb = 9\n", 3, "cannot stand in a section"},
        /* inih cuts section names at 49 bytes: two that differ later would be one */
        {"[a]\nb = 2\n[kit 0123456789012345678901234567890123456789012345]\nb = 9\n", 3, "too long"},
    };
    for (size_t i = 0; i < COUNT_OF(slips); i++) {
        struct read read;
        parse(&read, slips[i].text);
        assert_one_problem(&read, slips[i].line, slips[i].words);
        assert_string_equal(read.problems.items[0].hint[0] ? "hint" : slips[i].text, "hint");
        assert_string_equal(value_of(&read, "a", "b"), "2");
        assert_null(value_of(&read, "a", "x"));
        assert_null(value_of(&read, "a", "y"));
        release(&read);
    }
}

static void merges_a_section_that_is_there_twice(void **state)
{
    (void)state;
    struct read read;
    parse(&read, "[a]\nb = 2\n[c]\nd = 1\n[a]\ne = 3\nb = 4\n");
    assert_int_equal(read.problems.count, 2);
    assert_int_equal(read.problems.items[0].line, 5);
    assert_string_equal(read.problems.items[0].hint, "move its keys to line 1");
    assert_int_equal(read.problems.items[1].line, 7);
    assert_string_equal(value_of(&read, "a", "e"), "3");
    assert_string_equal(value_of(&read, "a", "b"), "2");
    assert_null(value_of(&read, "c", "e"));
    release(&read);
}

static void refuses_a_nul(void **state)
{
    (void)state;
    static const char text[] = "[a]\nx = 1\0 and more\nb = 2\n";
    struct read read;
    parse_bytes(&read, text, sizeof text - 1);
    assert_one_problem(&read, 2, "NUL");
    assert_null(value_of(&read, "a", "x"));
    assert_string_equal(value_of(&read, "a", "b"), "2");
    release(&read);
}

static void keys_below_a_spoilt_header_go_nowhere(void **state)
{
    (void)state;
    static const char text[] = "[a]\nb = 2\n[\xFF]\nc = 3\n[d]\ne = 4\n";
    struct read read;
    parse(&read, text);
    assert_one_problem(&read, 3, "not UTF-8");
    assert_null(value_of(&read, "a", "c"));
    assert_string_equal(value_of(&read, "d", "e"), "4");
    release(&read);
}

static void collects_all(void **state)
{
    (void)state;
    struct read read;
    struct alm_error err = {0};
    parse(&read, "x = 1\n[a]\ny\n z = 1\nb = 2\nb = 3\n");
    assert_int_equal(read.problems.count, 4);
    assert_int_equal(read.problems.items[3].line, 6);
    assert_int_equal(conf_problems_error(&read.problems, &err), ALM_BAD_CONFIG);
    assert_string_equal(err.text, "x.ini:1: x stands before any section");
    assert_string_equal(err.hint, "put a header such as [programme] above it; and 3 more");
    release(&read);
    assert_int_equal(conf_problems_error(&read.problems, &err), ALM_OK);
}

static void reads_files(void **state)
{
    (void)state;
    struct conf_ini ini;
    struct conf_problems problems = {0};
    assert_true(conf_ini_read(&ini, scratch_text("good.ini", "[a]\nb = 1\n"), &problems));
    assert_int_equal(problems.count, 0);
    assert_string_equal(conf_ini_find(&ini, "a", "b")->value, "1");
    conf_ini_release(&ini);

    assert_false(conf_ini_read(&ini, scratch, &problems));
    conf_ini_release(&ini);
    assert_false(conf_ini_read(&ini, scratch_path("absent.ini"), &problems));
    conf_ini_release(&ini);
    size_t size = CONF_FILE_MAX + 1;
    char *big = malloc(size);
    assert_non_null(big);
    memset(big, '\n', size);
    assert_false(conf_ini_read(&ini, scratch_write("big.ini", big, size), &problems));
    free(big);
    conf_ini_release(&ini);
    assert_int_equal(problems.count, 3);
    assert_string_equal(problems.items[0].text, "is a folder");
    assert_string_equal(problems.items[1].text, "cannot be read: No such file or directory");
    conf_problems_release(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_sound),   cmocka_unit_test(knows_empty_sections),
        cmocka_unit_test(refuses_a_long_line),   cmocka_unit_test(takes_the_longest_line),
        cmocka_unit_test(refuses_one_slip_each), cmocka_unit_test(merges_a_section_that_is_there_twice),
        cmocka_unit_test(refuses_a_nul),         cmocka_unit_test(keys_below_a_spoilt_header_go_nowhere),
        cmocka_unit_test(collects_all),          cmocka_unit_test(reads_files),
    };
    return cmocka_run_group_tests_name("conf ini", tests, scratch_make, scratch_remove);
}
