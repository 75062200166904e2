/* SPDX-License-Identifier: MIT */
/* What the register's tests share: a store with its schema, areas and bases, files, runs of imports. */
#ifndef TESTS_REGISTER_FIXTURE_H
#define TESTS_REGISTER_FIXTURE_H

#include "../store/suite.h"

#include "register/register.h"

#define TODAY date_from_iso(2020, 12, 5)

struct fixture {
    struct suite *suite;
    struct store *store;
    struct register_directory *directory;
    struct import_counts counts;
    char rejects_path[512];
    int64_t resumed_at;
    alm_date today;
    bool move, dry_run;
    size_t chunk;
    const char *const *map;
    /* The gate's calls. */
    size_t gate_calls;
    alm_id gate_last[16];
    size_t gate_n;
};

static inline enum alm_status fixture_gate(void *context, const alm_id *households, size_t n, struct alm_error *err)
{
    struct fixture *f = context;
    (void)err;
    f->gate_calls++;
    f->gate_n = n < 16 ? n : 16;
    memcpy(f->gate_last, households, f->gate_n * sizeof *households);
    return ALM_OK;
}

static inline void write_file(const struct fixture *f, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", f->suite->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline char *read_rejects(const struct fixture *f)
{
    struct alm_error err = {0};
    char *text = NULL;
    size_t len;
    OK(file_read(f->rejects_path, 1 << 20, &text, &len, &err));
    return text;
}

static inline enum alm_status run_list(struct fixture *f, enum register_list list, const char *name,
                                       struct alm_error *err)
{
    char path[256], rejects[300];
    size_t n;
    const struct import_column *columns = register_list_columns(list, &n);
    const struct register_gate gate = {.members_changed = fixture_gate, .context = f};
    struct register_importer *importer = register_importer_new(list, f->store, f->directory, &gate, f->today, f->move);
    snprintf(path, sizeof path, "%s/%s", f->suite->folder, name);
    snprintf(rejects, sizeof rejects, "%s.rejects.csv", path);
    const struct import import = {.command = list == LIST_PERSON ? "person import" : "list import",
                                  .file = path,
                                  .map = f->map,
                                  .rejects = rejects,
                                  .columns = columns,
                                  .n_columns = n,
                                  .chunk = f->chunk,
                                  .dry_run = f->dry_run,
                                  .rows = register_importer_rows,
                                  .context = importer};
    enum alm_status status =
        import_run(f->store, &import, &f->counts, f->rejects_path, sizeof f->rejects_path, &f->resumed_at, err);
    register_importer_free(importer);
    assert_false(store_in_transaction(f->store));
    assert_int_equal(f->counts.read, f->counts.added + f->counts.changed + f->counts.same + f->counts.refused +
                                         f->counts.held + f->counts.rejected);
    return status;
}

/* Import a text; the counts have to be these. */
static inline void import_text(struct fixture *f, enum register_list list, const char *text, int64_t added,
                               int64_t changed, int64_t same, int64_t rejected)
{
    struct alm_error err = {0};
    write_file(f, "list.csv", text);
    OK(run_list(f, list, "list.csv", &err));
    if (f->counts.rejected != rejected && *f->rejects_path) {
        char *rejects = read_rejects(f);
        print_message("%s", rejects);
        free(rejects);
    }
    assert_int_equal(f->counts.added, added);
    assert_int_equal(f->counts.changed, changed);
    assert_int_equal(f->counts.same, same);
    assert_int_equal(f->counts.rejected, rejected);
}

static inline void assert_rejects(const struct fixture *f, const char *expected)
{
    char *text = read_rejects(f);
    assert_string_equal(text, expected);
    free(text);
}

static inline int64_t number(const struct fixture *f, const char *sql)
{
    return suite_number(f->store, sql);
}

static inline int fixture_start(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct alm_error err = {0};
    void *suite;
    assert_non_null(f);
    suite_start(&suite);
    f->suite = suite;
    f->store = f->suite->store;
    OK(store_migrate(f->store, "register", register_migrations, register_n_migrations, NULL, &err));
    f->directory = register_directory_new(f->store);
    f->today = TODAY;
    import_text(f, LIST_AREA,
                "code,parent,kind,name,name_latin\n"
                "IR15,,province,لرستان,Lorestan\n"
                "KH,IR15,county,خرم‌آباد,Khorramabad\n"
                "KH-1,KH,neighbourhood,گلدشت,Goldasht\n"
                "KH-2,KH,neighbourhood,کوی فلسطین,\n"
                "BO,IR15,شهرستان,بروجرد,Borujerd\n",
                5, 0, 0, 0);
    import_text(f, LIST_BASE, "code,name,area\nB1,پایگاه یک,KH-1\nB2,پایگاه دو,KH-2\n", 2, 0, 0, 0);
    *state = f;
    return 0;
}

static inline int fixture_stop(void **state)
{
    struct fixture *f = *state;
    void *suite = f->suite;
    register_directory_free(f->directory);
    suite_stop(&suite);
    free(f);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_start, fixture_stop)

#endif
