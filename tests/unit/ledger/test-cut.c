/* SPDX-License-Identifier: MIT */
/* Reports against a second reckoning, from the lines, that knows neither roll-ups nor counters. */
#include "world.h"

struct expected {
    struct ledger_cell is;
    char sort[256];
};

struct reckoning {
    struct world *w;
    struct ledger_cut cut;
    struct expected *cells;
    size_t n, capacity;
    struct expected total;
    size_t seen; /* cells that the report gave */
    bool total_seen;
};

static const char *code(struct world *w, enum register_noun noun, alm_id id)
{
    const struct register_entry *entry = id ? register_by_id(w->fixture->directory, noun, id) : NULL;
    return entry ? entry->code : "";
}

/* The area under which another is shown; 0: not known; -1: outside. The tree is IR15 > (KH > (KH-1, KH-2), BO). */
static alm_id shown(struct world *w, alm_id area, alm_id within)
{
    const alm_id *a = w->areas;
    if (!within || within == a[0])
        return !area ? (within ? -1 : 0) : area == a[2] || area == a[3] ? a[1] : area;
    if (within == a[1])
        return area == a[1] || area == a[2] || area == a[3] ? area : -1;
    return area == within ? area : -1;
}

static struct expected *expected_cell(struct reckoning *r, const struct alm_line *line)
{
    struct world *w = r->w;
    struct expected e = {.is.day = ALM_NO_DATE};
    const alm_id area = shown(w, line->area, r->cut.area);
    if (area < 0)
        return NULL;
    if (r->cut.by & CUT_PROGRAMME)
        e.is.programme = line->programme;
    if (r->cut.by & CUT_AREA)
        e.is.area = area;
    if (r->cut.by & CUT_BODY)
        e.is.body = line->body;
    if (r->cut.by & CUT_GROUP)
        e.is.group = line->group;
    if (r->cut.by & CUT_STAGE)
        e.is.stage = line->stage;
    if (r->cut.by & CUT_MONTH)
        e.is.month = date_month(line->date);
    if (r->cut.by & CUT_DAY)
        e.is.day = line->date;
    const int32_t number = e.is.area ? register_area_by_id(w->fixture->directory, e.is.area) : -1;
    const struct register_area *areas;
    size_t n;
    register_areas(w->fixture->directory, &areas, &n, NULL);
    /* stages' codes sort as their starts do */
    snprintf(e.sort, sizeof e.sort, "%-10s|%-10s|%-10s|%-10s|%-10s|%08d|%08d",
             code(w, REGISTER_PROGRAMME, e.is.programme), number >= 0 ? areas[number].code : "",
             code(w, REGISTER_BODY, e.is.body), code(w, REGISTER_GROUP, e.is.group),
             code(w, REGISTER_STAGE, e.is.stage), e.is.month, e.is.day == ALM_NO_DATE ? 0 : e.is.day);
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->cells[i].sort, e.sort) == 0)
            return &r->cells[i];
    ARRAY_ROOM(r->cells, r->n, r->capacity);
    r->cells[r->n] = e;
    return &r->cells[r->n++];
}

/* Who was reached: into a table of the test's own, so that SQL counts what is unique. */
static void note(struct reckoning *r, const struct expected *cell, char kind, alm_id who)
{
    struct alm_error err = {0};
    OK(store_run(r->w->store, NULL, &err,
                 "INSERT INTO t_reached (cell, kind, who) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", "iii",
                 cell ? (int64_t)(cell - r->cells) : (int64_t)-1, (int64_t)kind, who));
}

static enum alm_status reckon_line(void *context, const struct ledger_line *l, struct alm_error *error)
{
    struct reckoning *r = context;
    struct alm_error err = {0};
    const struct alm_line *line = &l->line;
    (void)error;
    if (line->reverses || l->reversed_by)
        return ALM_OK;
    struct expected *cell = expected_cell(r, line);
    if (!cell)
        return ALM_OK;
    for (int i = 0; i < 2; i++) {
        struct ledger_cell *is = i ? &r->total.is : &cell->is;
        is->deliveries++;
        is->quantity += line->quantity;
        is->value += line->value;
        note(r, i ? NULL : cell, line->place ? 'p' : 'h', line->owner);
        if (line->person)
            note(r, i ? NULL : cell, 'm', line->person);
        if (line->partner)
            note(r, i ? NULL : cell, 'm', line->partner);
        if (line->place || line->person)
            continue;
        OK(store_run(r->w->store, NULL, &err,
                     "INSERT INTO t_reached (cell, kind, who) SELECT $1, $2, person FROM member "
                     "WHERE household = $3 AND (since IS NULL OR since <= $4) AND (until IS NULL OR until > $4) "
                     "ON CONFLICT DO NOTHING",
                     "iiii", i ? (int64_t)-1 : (int64_t)(cell - r->cells), (int64_t)'m', line->owner,
                     (int64_t)line->date));
    }
    return ALM_OK;
}

static int64_t reached(struct reckoning *r, int64_t cell, char kind)
{
    struct alm_error err = {0};
    int64_t n;
    OK(store_number(r->w->store, &n, 0, &err, "SELECT COUNT(*) FROM t_reached WHERE cell = $1 AND kind = $2", "ii",
                    cell, (int64_t)kind));
    return n;
}

static void reckon(struct reckoning *r)
{
    struct alm_error err = {0};
    const struct ledger_filter filter = {
        .programme = r->cut.programme, .body = r->cut.body, .from = r->cut.from, .to = r->cut.to};
    r->n = 0;
    r->total = (struct expected){.is.day = ALM_NO_DATE};
    world_sql(r->w, "DELETE FROM t_reached");
    OK(ledger_lines(r->w->ledger, &filter, reckon_line, r, &err));
    for (size_t i = 0; i <= r->n; i++) {
        struct ledger_cell *is = i < r->n ? &r->cells[i].is : &r->total.is;
        const int64_t cell = i < r->n ? (int64_t)i : -1;
        is->households = reached(r, cell, 'h');
        is->persons = reached(r, cell, 'm');
        is->places = reached(r, cell, 'p');
    }
}

static int compare_expected(const void *a, const void *b)
{
    return strcmp(((const struct expected *)a)->sort, ((const struct expected *)b)->sort);
}

static void assert_cell(const struct ledger_cell *a, const struct ledger_cell *b)
{
    assert_int_equal(a->programme, b->programme);
    assert_int_equal(a->area, b->area);
    assert_int_equal(a->body, b->body);
    assert_int_equal(a->group, b->group);
    assert_int_equal(a->stage, b->stage);
    assert_int_equal(a->month, b->month);
    assert_int_equal(a->day, b->day);
    assert_int_equal(a->deliveries, b->deliveries);
    assert_int_equal(a->quantity, b->quantity);
    assert_int_equal(a->value, b->value);
    assert_int_equal(a->households, b->households);
    assert_int_equal(a->persons, b->persons);
    assert_int_equal(a->places, b->places);
}

static enum alm_status compare_cell(void *context, const struct ledger_cell *cell, bool total, struct alm_error *err)
{
    struct reckoning *r = context;
    (void)err;
    if (total) {
        assert_cell(cell, &r->total.is);
        r->total_seen = true;
        return ALM_OK;
    }
    assert_false(r->total_seen);
    assert_true(r->seen < r->n);
    assert_cell(cell, &r->cells[r->seen++].is);
    return ALM_OK;
}

static void check(struct reckoning *r)
{
    struct alm_error err = {0};
    reckon(r);
    if (r->n)
        qsort(r->cells, r->n, sizeof *r->cells, compare_expected);
    /* At one go, and in many parts, as a large ledger is read. */
    const size_t most = r->w->ledger->most_lines;
    for (int parts = 0; parts < 2; parts++) {
        r->w->ledger->most_lines = parts ? 23 : most;
        r->seen = 0;
        r->total_seen = false;
        OK(ledger_report(r->w->ledger, &r->cut, compare_cell, r, &err));
        assert_true(r->total_seen);
        assert_int_equal(r->seen, r->cut.by ? r->n : 0);
    }
    r->w->ledger->most_lines = most;
}

static void start(struct reckoning *r, struct world *w, size_t n)
{
    world_sql(w, "CREATE TABLE t_reached (cell BIGINT NOT NULL, kind BIGINT NOT NULL, who BIGINT NOT NULL, "
                 "PRIMARY KEY (cell, kind, who))");
    if (n)
        world_campaign(w, n);
    *r = (struct reckoning){.w = w, .cut = {.from = ALM_NO_DATE, .to = ALM_NO_DATE}};
}

static void every_set_of_dimensions(void **state)
{
    struct reckoning r;
    start(&r, *state, 250);
    for (r.cut.by = 0; r.cut.by < 128; r.cut.by += r.cut.by < 34 ? 1 : 7)
        check(&r);
    free(r.cells);
}

static void every_filter(void **state)
{
    struct world *w = *state;
    struct reckoning r;
    start(&r, w, 300);
    const alm_date month = date_month_start(date_month(TODAY - 100));
    const alm_date month_end = date_month_start(date_month(TODAY - 100) + 1) - 1;
    const alm_date from[] = {ALM_NO_DATE, month, month, TODAY - 200, date_month_start(date_month(TODAY - 200))};
    const alm_date to[] = {ALM_NO_DATE, month_end, ALM_NO_DATE, TODAY - 50, month_end};
    const uint32_t by[] = {
        0, CUT_PROGRAMME, CUT_AREA, CUT_BODY, CUT_MONTH, CUT_PROGRAMME | CUT_AREA, CUT_AREA | CUT_GROUP};
    for (size_t b = 0; b < COUNT_OF(by); b++)
        for (int area = -1; area < 5; area++)
            for (size_t d = 0; d < COUNT_OF(from); d++) {
                r.cut = (struct ledger_cut){
                    .by = by[b], .area = area < 0 ? 0 : w->areas[area], .from = from[d], .to = to[d]};
                r.cut.programme = draw(w, 3) ? 0 : w->programmes[draw(w, PROGRAMMES)].id;
                r.cut.body = draw(w, 3) ? 0 : w->bodies[draw(w, 3)];
                check(&r);
            }
    free(r.cells);
}

/* A couple of two households: the partner is met under the owner of the line and under their own household. */
static void a_partner_from_elsewhere_counts_once(void **state)
{
    struct world *w = *state;
    struct reckoning r;
    start(&r, w, 0);
    /* Persons 20 and 40 of households that nobody left or joined. */
    struct ledger_offer parcel = {.programme = &w->programmes[PARCELS],
                                  .household = w->homes[40],
                                  .date = TODAY - 200,
                                  .body = w->bodies[0],
                                  .quantity = ALM_UNIT};
    struct ledger_offer couple = {.programme = &w->programmes[KITS],
                                  .person = w->persons[20],
                                  .partner = w->persons[40],
                                  .date = TODAY - 100,
                                  .body = w->bodies[1],
                                  .quantity = ALM_UNIT};
    assert_int_equal(world_offer(w, &parcel).outcome, LEDGER_RECORDED);
    check(&r);
    const int64_t members = r.total.is.persons;
    const alm_id given = world_offer(w, &couple).line;
    assert_true(given);
    for (r.cut.by = 0; r.cut.by <= CUT_DAY; r.cut.by = r.cut.by ? r.cut.by << 1 : 1) {
        check(&r);
        assert_int_equal(r.total.is.persons, members + 1);
        assert_int_equal(r.total.is.households, 2);
    }
    world_assert_sound(w);
    /* A mark that is lost is found, and what is taken back is forgotten. */
    world_sql(w, "UPDATE person SET elsewhere = NULL");
    ledger_forget(w->ledger);
    assert_true(world_verify(w).n > 0);
    world_sql(w, "UPDATE person SET elsewhere = 1 WHERE id = %lld", (long long)w->persons[40]);
    ledger_forget(w->ledger);
    world_assert_sound(w);
    parcel.household = w->homes[20];
    assert_int_equal(world_offer(w, &parcel).outcome, LEDGER_RECORDED);
    world_reverse(w, given);
    world_assert_sound(w);
    r.cut.by = 0;
    check(&r);
    couple.person = w->persons[40];
    couple.partner = w->persons[20];
    couple.key = text_of("the other way round");
    assert_int_equal(world_offer(w, &couple).outcome, LEDGER_RECORDED);
    world_assert_sound(w);
    check(&r);
    free(r.cells);
}

/* An owner is met in one batch, whatever the number of owners; persons who moved are met in two households and count
 * once. */
static void one_who_moved_counts_once(void **state)
{
    struct world *w = *state;
    struct reckoning r;
    start(&r, w, 0);
    /* Person 0 lived in household 0 and then in household 3. */
    const struct ledger_offer before = {.programme = &w->programmes[PARCELS],
                                        .household = w->households[0],
                                        .date = TODAY - 200,
                                        .body = w->bodies[0],
                                        .quantity = ALM_UNIT};
    struct ledger_offer after = before;
    after.household = w->households[3];
    after.date = TODAY - 20;
    assert_int_equal(world_offer(w, &before).outcome, LEDGER_RECORDED);
    assert_int_equal(world_offer(w, &after).outcome, LEDGER_RECORDED);
    check(&r);
    assert_int_equal(r.total.is.households, 2);
    assert_int_equal(r.total.is.persons, 4); /* 0 alone, later with the three who had stayed in the other */
    r.cut.by = CUT_DAY;                      /* not kept: from the lines */
    check(&r);
    assert_int_equal(r.total.is.persons, 4);
    free(r.cells);
}

static void an_unknown_area_is_refused(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    const struct ledger_cut cut = {.area = 12345, .from = ALM_NO_DATE, .to = ALM_NO_DATE};
    FAILS(ALM_BAD_DATA, ledger_report(w->ledger, &cut, compare_cell, NULL, &err));
}

struct collected {
    struct ledger_cell cells[8];
    size_t n;
};

static enum alm_status collect(void *context, const struct ledger_cell *cell, bool total, struct alm_error *err)
{
    struct collected *c = context;
    (void)err;
    assert_true(c->n < COUNT_OF(c->cells));
    if (!total)
        c->cells[c->n++] = *cell;
    return ALM_OK;
}

/* Several tops: they are what a report by area shows. */
static void several_tops(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct collected got = {0};
    const struct ledger_cut cut = {.by = CUT_AREA, .from = ALM_NO_DATE, .to = ALM_NO_DATE};
    world_sql(w, "INSERT INTO area (id, code, kind, name, name_key) VALUES (77, 'IR23', 'province', 'x', 'x')");
    world_sql(w, "UPDATE household SET area = 77 WHERE code < 'H010'");
    register_directory_stale(w->fixture->directory);
    world_campaign(w, 100);
    OK(ledger_report(w->ledger, &cut, collect, &got, &err));
    assert_int_equal(got.n, 3);
    assert_int_equal(got.cells[0].area, 0);
    assert_int_equal(got.cells[1].area, w->areas[0]);
    assert_int_equal(got.cells[2].area, 77);
    assert_int_equal(got.cells[2].households,
                     world_number(w, "SELECT COUNT(DISTINCT owner) FROM line WHERE area = 77 AND reverses IS NULL "
                                     "AND id NOT IN (SELECT reverses FROM line WHERE reverses IS NOT NULL)"));
    world_assert_sound(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(every_set_of_dimensions),
        WORLD_TEST(every_filter),
        WORLD_TEST(a_partner_from_elsewhere_counts_once),
        WORLD_TEST(one_who_moved_counts_once),
        WORLD_TEST(an_unknown_area_is_refused),
        WORLD_TEST(several_tops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
