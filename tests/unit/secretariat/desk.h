/* SPDX-License-Identifier: MIT */
/* What the secretariat's tests share: the register's fixture with a stage of each season, bodies, groups, programmes.
 */
#ifndef TESTS_SECRETARIAT_DESK_H
#define TESTS_SECRETARIAT_DESK_H

#include "../register/fixture.h"

#include "secretariat/secretariat.h"

enum { DESK_PROGRAMMES = 2 };

struct desk {
    struct fixture *fixture;
    struct store *store;
    struct secretariat secretariat;
    struct alm_error err;
};

/* It has to pass. */
#define DO(call)                                                                                                       \
    do {                                                                                                               \
        if ((call) != ALM_OK)                                                                                          \
            fail_msg("%s (%s)", d->err.text, d->err.hint);                                                             \
    } while (0)

static inline void desk_date(void *context, alm_date date, char *buf, size_t size)
{
    (void)context;
    date_format(date, DATE_ISO, buf, size);
}

static inline alm_id desk_area(struct desk *d, const char *code)
{
    const struct register_area *areas;
    DO(register_areas(d->fixture->directory, &areas, NULL, &d->err));
    const int32_t area = register_area_by_code(d->fixture->directory, text_of(code), &d->err);
    assert_true(area >= 0);
    return areas[area].id;
}

static inline alm_id desk_entry(struct desk *d, enum register_noun noun, const char *code)
{
    const struct register_entry *entry = register_by_code(d->fixture->directory, noun, text_of(code), &d->err);
    if (!entry)
        fail_msg("%s", d->err.text);
    return entry->id;
}

static inline int desk_start(void **state)
{
    static const char *const programmes[DESK_PROGRAMMES] = {"meals", "parcels"};
    struct desk *d = calloc(1, sizeof *d);
    void *fixture;
    assert_non_null(d);
    fixture_start(&fixture);
    d->fixture = fixture;
    d->store = d->fixture->store;
    import_text(d->fixture, LIST_BODY, "code,name\nhamdeli,بنیاد همدلی\nyari,کمیته یاری\n", 2, 0, 0, 0);
    import_text(d->fixture, LIST_GROUP, "code,name,body,area\nG1,نسیم,hamdeli,KH\nG2,سپید,yari,BO\n", 2, 0, 0, 0);
    import_text(d->fixture, LIST_STAGE,
                "code,name,starts,ends\nS1,پاییز,1399/07/01,1399/09/30\nS2,زمستان,1399/10/01,1399/12/29\n", 2, 0, 0, 0);
    DO(store_migrate(d->store, "secretariat", secretariat_migrations, secretariat_n_migrations, NULL, &d->err));
    DO(store_begin(d->store, true, &d->err));
    for (int i = 0; i < DESK_PROGRAMMES; i++) {
        alm_id id;
        DO(store_id(d->store, &id, &d->err));
        DO(store_run(d->store, NULL, &d->err,
                     "INSERT INTO programme (id, name, plugin, title, unit, unit_plural, recipient) "
                     "VALUES ($1, $2, $2, $2, 'unit', 'units', 1)",
                     "it", id, programmes[i]));
    }
    register_directory_stale(d->fixture->directory);
    store_set_who(d->store, "clerk");
    d->secretariat = (struct secretariat){
        .store = d->store, .directory = d->fixture->directory, .today = TODAY, .format_date = desk_date};
    *state = d;
    return 0;
}

static inline int desk_stop(void **state)
{
    struct desk *d = *state;
    void *fixture = d->fixture;
    store_rollback(d->store);
    fixture_stop(&fixture);
    free(d);
    return 0;
}

#define DESK_TEST(function) cmocka_unit_test_setup_teardown(function, desk_start, desk_stop)

#endif
