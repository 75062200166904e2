/* SPDX-License-Identifier: MIT */
/* Edits in place: the bytes of one value change and no others, or nothing changes at all. */
#include "../scratch.h"
#include "conf/conf.h"
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void assert_file(const char *path, const char *expected)
{
    char *bytes;
    size_t len;
    struct alm_error err;
    assert_int_equal(file_read(path, 1 << 20, &bytes, &len, &err), ALM_OK);
    assert_string_equal(bytes, expected);
    assert_int_equal(len, strlen(expected));
    free(bytes);
}

static void assert_edit(const char *before, const char *section, const char *key, const char *value, const char *after)
{
    struct alm_error err = {0};
    const char *path = scratch_text("edit.ini", before);
    if (conf_edit(path, section, key, value, &err) != ALM_OK)
        fail_msg("%s; %s", err.text, err.hint);
    assert_file(path, after);
}

static void replaces_a_value(void **state)
{
    (void)state;
    assert_edit("; top\n[a]\nx = 1\n\n# note = 1\n[programme]\n; enabled = maybe\nenabled\t =   no  \ntail = 1\n",
                "programme", "enabled", "yes",
                "; top\n[a]\nx = 1\n\n# note = 1\n[programme]\n; enabled = maybe\nenabled\t =   yes  \ntail = 1\n");
    assert_edit("[a]\r\nx=1\r\ny = 2\r\n", "a", "x", "30 days", "[a]\r\nx=30 days\r\ny = 2\r\n");
    assert_edit("\xEF\xBB\xBF[a]\nx = 1", "a", "x", "بله", "\xEF\xBB\xBF[a]\nx = بله");
    assert_edit("[a]\nx =\ny = 2\n", "a", "x", "1", "[a]\nx = 1\ny = 2\n");
    assert_edit("[a]\nx = \ny = 2\n", "a", "x", "1", "[a]\nx = 1\ny = 2\n");
    assert_edit("[a]\nx = a = b\n", "a", "x", "c = d", "[a]\nx = c = d\n");
    assert_edit("[a]\nx = 1\n", "a", "x", "", "[a]\nx = \n");
    /* The same key in another section stays. */
    assert_edit("[a]\nx = 1\n[b]\nx = 1\n", "b", "x", "2", "[a]\nx = 1\n[b]\nx = 2\n");
}

static void adds_a_key(void **state)
{
    (void)state;
    assert_edit("[a]\nx = 1\n\n; of b\n[b]\ny = 1\n", "a", "z", "2", "[a]\nx = 1\nz = 2\n\n; of b\n[b]\ny = 1\n");
    assert_edit("[a]\n; empty\n[b]\n", "a", "z", "2", "[a]\nz = 2\n; empty\n[b]\n");
    assert_edit("[a]\r\nx = 1", "a", "z", "2", "[a]\r\nx = 1\r\nz = 2\r\n");
    assert_edit("[a]\nx = 1\n", "b", "z", "2", "[a]\nx = 1\n\n[b]\nz = 2\n");
    assert_edit("[a]", "b", "z", "2", "[a]\n\n[b]\nz = 2\n");
    assert_edit("", "b", "z", "2", "[b]\nz = 2\n");
}

static void refuses_what_would_not_read_back(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        const char *section;
        const char *key;
        const char *value;
    } cases[] = {
        {"[a]\nx = 1\n", "a", "x", "2 ; note"}, {"[a]\nx = 1\n", "a", "x", "2\ny = 3"},
        {"[a]\nx = 1\n", "a", "x", "2\r"},      {"[a]\nx = 1\n", "a", "x", " 2"},
        {"[a]\nx = 1\n", "a", "x", "2 "},       {"[a]\nx = 1\n", "a", "x", "\xFF"},
        {"[a]\nx = 1\n", "a", "Y", "2"},        {"[a]\nx = 1\n", "a", "y = 1\nz", "2"},
        {"[a]\nx = 1\n", "a", "y = z", "2"},    {"[a]\nx = 1\n", "b]\n[c", "z", "2"},
        {"[a]\nx = 1\n", "b] [c", "z", "2"},    {"[a]\nx = 1\n", "b", "", "2"},
        {"[a]\nx = 1\nx = 2\n", "a", "x", "3"}, /* is faulty as it stands */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct alm_error err = {0};
        const char *path = scratch_text("refuse.ini", cases[i].before);
        assert_int_not_equal(conf_edit(path, cases[i].section, cases[i].key, cases[i].value, &err), ALM_OK);
        assert_int_not_equal(strlen(err.text), 0);
        assert_file(path, cases[i].before);
    }
    char value[220];
    struct alm_error err = {0};
    memset(value, 'v', sizeof value);
    value[sizeof value - 1] = '\0';
    const char *path = scratch_text("refuse.ini", "[a]\nx = 1\n");
    assert_int_equal(conf_edit(path, "a", "x", value, &err), ALM_BAD_CONFIG);
    assert_file(path, "[a]\nx = 1\n");
    assert_int_equal(conf_edit(scratch_path("absent.ini"), "a", "x", "1", &err), ALM_BAD_CONFIG);
}

static void keeps_mode_and_link(void **state)
{
    (void)state;
    struct alm_error err = {0};
    struct stat status;
    char path[256];
    char link[256];
    snprintf(path, sizeof path, "%s", scratch_text("real.ini", "[a]\nx = 1\n"));
    snprintf(link, sizeof link, "%s", scratch_path("link.ini"));
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("real.ini", link), 0);
    assert_int_equal(conf_edit(link, "a", "x", "2", &err), ALM_OK);
    assert_file(path, "[a]\nx = 2\n");
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    /* Setting what is there already does not write. */
    ino_t before = status.st_ino;
    assert_int_equal(conf_edit(path, "a", "x", "2", &err), ALM_OK);
    assert_int_equal(stat(path, &status), 0);
    assert_true(status.st_ino == before);
}

/* Eight administrators at once, each with a key of their own: none is lost. */
static void editors_wait_for_each_other(void **state)
{
    (void)state;
    enum { EDITORS = 8, KEYS = 4 };
    pid_t children[EDITORS];
    char path[300], key[16];
    snprintf(path, sizeof path, "%s", scratch_text("shared.ini", "[a]\nx = 1\n"));
    for (int e = 0; e < EDITORS; e++) {
        children[e] = fork();
        assert_true(children[e] >= 0);
        if (children[e])
            continue;
        enum alm_status status = ALM_OK;
        for (int k = 0; k < KEYS && status == ALM_OK; k++) {
            struct alm_error err = {0};
            snprintf(key, sizeof key, "key-%d-%d", e, k);
            status = conf_edit(path, "a", key, "1", &err);
        }
        _exit(status == ALM_OK ? 0 : 1);
    }
    for (int e = 0; e < EDITORS; e++) {
        int status = -1;
        assert_int_equal(waitpid(children[e], &status, 0), children[e]);
        assert_int_equal(status, 0);
    }
    struct conf_ini ini;
    struct conf_problems problems = {0};
    assert_true(conf_ini_read(&ini, path, &problems));
    assert_int_equal(problems.count, 0);
    assert_int_equal(ini.count, 1 + EDITORS * KEYS);
    conf_ini_release(&ini);
    conf_problems_release(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces_a_value),
        cmocka_unit_test(adds_a_key),
        cmocka_unit_test(refuses_what_would_not_read_back),
        cmocka_unit_test(keeps_mode_and_link),
        cmocka_unit_test(editors_wait_for_each_other),
    };
    return cmocka_run_group_tests_name("conf edit", tests, scratch_make, scratch_remove);
}
