/* SPDX-License-Identifier: MIT */
#include "fixture.h"

static enum alm_status run_text(struct fixture *f, enum register_list list, const char *text, struct alm_error *err)
{
    write_file(f, "list.csv", text);
    return run_list(f, list, "list.csv", err);
}

static void test_headers(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    /* Persian headers and values, another delimiter, a BOM, CRLF. */
    import_text(f, LIST_PERSON,
                "\xEF\xBB\xBFكد خانوار;نسبت;کدملی;نام;نام‌خانوادگی;تاریخ تولّد;جنسیت;موبایل;محله;پایه "
                "تحصیلی;معیارها\r\n"
                "۱۲;سرپرست;۰۴۹۹۳۷۰۸۹۹;علی;الف;۱۳۶۰/۰۵/۱۲;مرد;۰۹۱۶۱۲۳۴۵۶۷;KH-1;;بیمار خاص، یتیم\r\n",
                1, 0, 0, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE criteria = 'بیمار-خاص یتیم'"), 1);
    assert_int_equal(number(f, "SELECT birth_date FROM person"), date_from_solar(1360, 5, 12));
    /* A survey tool's headers; groups before the slash. */
    import_text(f, LIST_PERSON, "start\thead/household\thead/given_name\n2020-01-01\t13\tب\n", 1, 0, 0, 0);
    /* --map wins over a header of the name. */
    f->map = (const char *const[]){"given_name=who", NULL};
    import_text(f, LIST_PERSON, "household,given_name,who\n14,x,ث\n", 1, 0, 0, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE given_name = 'ث'"), 1);
    f->map = (const char *const[]){"given_name=nobody", NULL};
    FAILS(ALM_BAD_DATA, run_text(f, LIST_PERSON, "household,given_name\n1,a\n", &err));
    f->map = (const char *const[]){"nothing=given_name", NULL};
    FAILS(ALM_USAGE, run_text(f, LIST_PERSON, "household,given_name\n1,a\n", &err));
    f->map = NULL;
    FAILS(ALM_BAD_DATA, run_text(f, LIST_PERSON, "given_name,code\nx,1\n", &err));
    assert_non_null(strstr(err.text, "there is no column household; the file has: given_name, code"));
    assert_non_null(strstr(err.hint, "--map household="));
    FAILS(ALM_BAD_DATA, run_text(f, LIST_PERSON, "household,کد خانوار,given_name\n1,1,x\n", &err));
    assert_non_null(strstr(err.text, "two headers for the column household"));
    FAILS(ALM_BAD_DATA, run_text(f, LIST_PERSON, "household,address\n1,x\n", &err));
    FAILS(ALM_BAD_DATA, run_text(f, LIST_PERSON, "", &err));
    assert_non_null(strstr(err.text, "is empty"));
    import_text(f, LIST_PERSON, "household,given_name\n", 0, 0, 0, 0);
    import_text(f, LIST_PERSON, "household,given_name\n,\n  , \n", 0, 0, 0, 0);
    FAILS(ALM_NO_INPUT, run_list(f, LIST_PERSON, "missing.csv", &err));
}

static void test_broken_records(void **state)
{
    struct fixture *f = *state;
    import_text(f, LIST_PERSON,
                "household,given_name,family_name\n"
                "H1,a,b\n"
                "H1,a,b,\n"
                "H1,a,b,c\n"
                "H1,\xC7\xE1,b\n"
                "H1,\"two\nlines\",b\n"
                "H1,a\"b,c\n"
                "H1,c,d\n",
                3, 0, 1, 3);
    assert_rejects(f,
                   "line,column,reason,household,given_name,family_name\n"
                   "4,,\"has 4 fields, the header has 3\",H1,a,b,c\n"
                   "5,given_name,\"holds bytes that are not UTF-8 (0xC7); save the file as \"\"CSV UTF-8\"\"\",H1,"
                   "\xEF\xBF\xBD\xEF\xBF\xBD,b\n"
                   "8,,a quote inside a field: put the field in quotes and write its quotes twice,\"H1,a\"\"b,c\",,\n");
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE given_name = 'two lines'"), 1);
    /* What was rejected is, once mended, a file to import: its first three columns are none of ours. */
    struct alm_error err = {0};
    write_file(f, "mended.csv", "line,column,reason,household,given_name,family_name\n8,,why,H1,e,f\n");
    OK(run_list(f, LIST_PERSON, "mended.csv", &err));
    assert_int_equal(f->counts.added, 1);
}

/* ---- interruption ---- */

struct breaking {
    struct register_importer *importer;
    int good; /* chunks until it fails */
};

static enum alm_status break_rows(void *context, struct import_row *rows, size_t n, struct arena *arena,
                                  struct store_entry *entry, struct alm_error *err)
{
    struct breaking *breaking = context;
    enum alm_status status = register_importer_rows(breaking->importer, rows, n, arena, entry, err);
    if (status == ALM_OK && breaking->good-- == 0)
        return error_set(err, ALM_IO, NULL, "the disk is full");
    return status;
}

static enum alm_status run_breaking(struct fixture *f, int good, struct alm_error *err)
{
    char path[256], rejects[300];
    size_t n;
    const struct import_column *columns = register_list_columns(LIST_PERSON, &n);
    struct breaking breaking = {register_importer_new(LIST_PERSON, f->store, f->directory, NULL, f->today, false),
                                good};
    snprintf(path, sizeof path, "%s/list.csv", f->suite->folder);
    snprintf(rejects, sizeof rejects, "%s.rejects.csv", path);
    const struct import import = {.command = "person import",
                                  .file = path,
                                  .rejects = rejects,
                                  .columns = columns,
                                  .n_columns = n,
                                  .chunk = 2,
                                  .rows = break_rows,
                                  .context = &breaking};
    enum alm_status status =
        import_run(f->store, &import, &f->counts, f->rejects_path, sizeof f->rejects_path, &f->resumed_at, err);
    register_importer_free(breaking.importer);
    assert_false(store_in_transaction(f->store));
    return status;
}

static const char seven[] = "household,given_name,family_name,sex\n"
                            "H1,a,a,f\nH1,b,b,x\nH2,c,c,f\nH2,d,d,x\nH3,e,e,f\nH3,f,f,x\nH4,g,g,f\n";
static const char all_rejects[] = "line,column,reason,household,given_name,family_name,sex\n"
                                  "3,sex,not a sex: f or m,H1,b,b,x\n"
                                  "5,sex,not a sex: f or m,H2,d,d,x\n"
                                  "7,sex,not a sex: f or m,H3,f,f,x\n";

static void test_resume(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    write_file(f, "list.csv", seven);
    FAILS(ALM_IO, run_breaking(f, 1, &err));
    assert_int_equal(f->counts.read, 2);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person"), 1);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM import_run"), 1);
    assert_rejects(f, "line,column,reason,household,given_name,family_name,sex\n3,sex,not a sex: f or m,H1,b,b,x\n");
    /* What was written behind the committed part, by a process that died before its commit, is cut off. */
    FILE *file = fopen(f->rejects_path, "a");
    fputs("half a line of a chunk that never was", file);
    fclose(file);
    FAILS(ALM_IO, run_breaking(f, 1, &err));
    assert_int_equal(f->resumed_at, 4);
    OK(run_breaking(f, -1, &err));
    assert_int_equal(f->resumed_at, 6);
    assert_int_equal(f->counts.read, 7);
    assert_int_equal(f->counts.added, 4);
    assert_int_equal(f->counts.rejected, 3);
    assert_rejects(f, all_rejects);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM import_run"), 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person"), 4);
    OK(run_breaking(f, -1, &err));
    assert_int_equal(f->resumed_at, 0);
    assert_int_equal(f->counts.same, 4);
    assert_rejects(f, all_rejects);
}

static void test_another_file_with_the_same_beginning(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    struct strbuf text = {0};
    strbuf_adds(&text, "household,given_name,family_name,address\n");
    for (int i = 0; i < 2000; i++)
        strbuf_addf(&text, "H%d,a%d,b,a long address that fills the first part of the file quickly\n", i, i);
    size_t end = text.len;
    strbuf_adds(&text, "H5000,x,y,\nH5001,x,y,\n");
    write_file(f, "list.csv", text.at);
    FAILS(ALM_IO, run_breaking(f, 1000, &err)); /* all but the last chunk */
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person"), 2000);
    /* Not the prefix alone: what lies before the position, too. */
    text.at[end - 20] = 'Q';
    write_file(f, "list.csv", text.at);
    OK(run_breaking(f, -1, &err));
    assert_int_equal(f->resumed_at, 0);
    assert_int_equal(f->counts.read, 2002);
    assert_int_equal(f->counts.added, 2);
    assert_int_equal(f->counts.same, 1999);
    assert_int_equal(f->counts.changed, 1);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM import_run"), 0);
    strbuf_release(&text);
}

static void test_dry_run(void **state)
{
    struct fixture *f = *state;
    f->dry_run = true;
    f->chunk = 2;
    import_text(f, LIST_PERSON, "household,given_name\nH1,a\nH1,b\nH1,a\nH1,c\n", 3, 0, 1, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person"), 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM import_run"), 0);
}

static void test_rejects_spare_other_files(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    write_file(f, "list.csv.rejects.csv", "my own notes\n");
    FAILS(ALM_CANT_CREATE, run_text(f, LIST_PERSON, "household,given_name,sex\nH1,a,x\nH1,b,f\n", &err));
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person"), 0);
    import_text(f, LIST_PERSON, "household,given_name,sex\nH1,a,f\n", 1, 0, 0, 0);
    assert_string_equal(f->rejects_path, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_headers), TEST(test_broken_records),
        TEST(test_resume),  TEST(test_another_file_with_the_same_beginning),
        TEST(test_dry_run), TEST(test_rejects_spare_other_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
