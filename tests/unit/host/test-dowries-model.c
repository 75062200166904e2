/* SPDX-License-Identifier: MIT */
/* Dowries against a model: random commands, deliveries and reversals, sound and not, in any order. */
#include "plugin-fixture.h"

#define DAY 18601 /* 2020-12-05 */

enum { PERSONS = 14, CERTIFICATES = 10, DOWRIES = 4000, ROUNDS = 6000, STOCK = 60 };
enum { CARPET, BLANKET, COOKER, ITEMS };
enum { OPEN, DELIVERED, CANCELLED };

static const struct {
    const char *name;
    int64_t quantity;
    int64_t price; /* of what the stock has, for all of it */
    bool bought;
} items[ITEMS] = {{"carpet", 2, 200, false}, {"blanket", 4, ALM_NULL, false}, {"cooker", 1, 0, true}};
#define SETTINGS                                                                                                       \
    "[dowries]\ndepots = W1\n\n[item carpet]\nquantity = 2\n\n[item blanket]\nquantity = 4\nvalue = 77\n\n"            \
    "[item cooker]\nfrom = bought\nmost = 900\n"

/* ---- the model: what is true of dowries, stock and ledger ---- */

struct model_item {
    bool handed, issued;
    alm_date date;
    int64_t cost;
    alm_date returned; /* the last time; 0: never */
};
struct model_dowry {
    int certificate;
    alm_id person, partner;
    alm_date opened;
    int state;
    struct model_item items[ITEMS];
    int64_t value; /* of its line */
};
struct model {
    struct model_dowry dowries[DOWRIES];
    int n;
    int64_t stock[ITEMS];
};

/* ---- the host: stock and ledger in memory, undone with the command that failed ---- */

struct issued {
    int item; /* -1: put back */
    int64_t quantity;
};
struct line {
    struct alm_line line;
    bool reversed;
};
struct world {
    int64_t stock[ITEMS];
    struct issued issued[DOWRIES * ITEMS];
    struct line lines[DOWRIES];
    int n_issued, n_lines;
};
static struct world world;
static struct fixture fixture;

static enum alm_status world_find(const struct alm_host *host, enum alm_noun noun, const char *text, alm_id *id,
                                  struct alm_error *err)
{
    (void)host;
    *id = 0;
    if (noun == ALM_NOUN_ITEM)
        for (int i = 0; i < ITEMS; i++)
            *id = strcmp(items[i].name, text) == 0 ? i + 1 : *id;
    else
        *id = noun == ALM_NOUN_DEPOT ? 1 : atoll(text);
    return *id ? ALM_OK : error_set(err, ALM_BAD_DATA, NULL, "there is no '%s'", text);
}

static enum alm_status world_request_of(const struct alm_host *host, const struct alm_line *line,
                                        struct alm_request *request, struct alm_error *err)
{
    (void)host, (void)line, (void)err;
    request->id = 0;
    return ALM_OK;
}

static enum alm_status world_issue(const struct alm_host *host, struct alm_draw *draw, struct alm_error *err)
{
    (void)host, (void)err;
    const int item = (int)draw->goods[0].item - 1;
    const int64_t quantity = draw->goods[0].quantity / ALM_UNIT;
    assert_int_equal(draw->n_depots, 1);
    if (world.stock[item] < quantity) {
        alm_refuse(&draw->verdict, "short");
        return ALM_OK;
    }
    world.stock[item] -= quantity;
    world.issued[world.n_issued++] = (struct issued){item, quantity};
    draw->line = world.n_issued;
    draw->cost = items[item].price;
    return ALM_OK;
}

static enum alm_status world_put_back(const struct alm_host *host, alm_id issued, alm_date date, struct alm_error *err)
{
    (void)host, (void)date, (void)err;
    assert_in_range(issued, 1, world.n_issued);
    struct issued *at = &world.issued[issued - 1];
    assert_true(at->item >= 0);
    world.stock[at->item] += at->quantity;
    at->item = -1;
    return ALM_OK;
}

/* A line is settled as the ledger does it: alone, and nothing of one that is refused stays. */
static bool record(struct alm_line line, char *reason, size_t size)
{
    struct alm_error err = {0};
    struct alm_verdict verdict = {0};
    struct alm_value detail = alm_null();
    line.id = 1000 + world.n_lines;
    line.owner = line.household = 500 + line.person;
    line.detail = &detail;
    line.n_detail = 1;
    OK(store_savepoint(fixture.suite->store, &err));
    OK(fixture.plugin->programme->settle(&fixture.host, fixture.state, &line, 1, &verdict, &err));
    OK(store_release(fixture.suite->store, !verdict.refused, &err));
    snprintf(reason, size, "%s", verdict.reason);
    assert_int_equal(verdict.refused, verdict.reason[0] != '\0');
    if (!verdict.refused)
        world.lines[world.n_lines++] = (struct line){.line = line};
    return !verdict.refused;
}

static enum alm_status world_deliver(const struct alm_host *host, struct alm_delivery *delivery, struct alm_error *err)
{
    (void)host;
    const struct alm_line line = {.person = delivery->person,
                                  .partner = delivery->partner,
                                  .date = delivery->date,
                                  .quantity = delivery->quantity,
                                  .body = delivery->body};
    char reason[200];
    return record(line, reason, sizeof reason) ? ALM_OK : error_set(err, ALM_REFUSED, NULL, "%s", reason);
}

/* ---- random ---- */

static uint64_t random_state = 1399;

static int64_t any(int64_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((random_state >> 33) % (uint64_t)below);
}

/* ---- looking into the model ---- */

static struct model m;

static struct model_dowry *of_certificate(int certificate)
{
    for (int i = 0; i < m.n; i++)
        if (m.dowries[i].state != CANCELLED && m.dowries[i].certificate == certificate)
            return &m.dowries[i];
    return NULL;
}

static struct model_dowry *of_person(alm_id person)
{
    for (int i = 0; i < m.n; i++)
        if (m.dowries[i].state != CANCELLED && (m.dowries[i].person == person || m.dowries[i].partner == person))
            return &m.dowries[i];
    return NULL;
}

static bool in_need(alm_id person)
{
    return person % 3 == 0;
}

static bool of_age(alm_id person)
{
    return person != 1;
}

static bool is_whole(const struct model_dowry *dowry)
{
    for (int i = 0; i < ITEMS; i++)
        if (!dowry->items[i].handed)
            return false;
    return true;
}

static void deliver(struct model_dowry *dowry)
{
    dowry->state = DELIVERED;
    dowry->value = 0;
    for (int i = 0; i < ITEMS; i++)
        dowry->value += dowry->items[i].cost;
}

/* ---- what is done ---- */

static char spelled[24];

static const char *spell(int certificate)
{
    static const char *const persian[] = {"۰", "۱", "۲", "۳", "۴", "۵", "۶", "۷", "۸", "۹"};
    if (any(2))
        snprintf(spelled, sizeof spelled, any(2) ? "c-%d" : " C- %d", certificate);
    else
        snprintf(spelled, sizeof spelled, "C-%s", persian[certificate]);
    return spelled;
}

/* A command with all that it did undone if it fails. */
#define RUN(done, ...)                                                                                                 \
    do {                                                                                                               \
        struct alm_error err = {0};                                                                                    \
        static struct world before;                                                                                    \
        before = world;                                                                                                \
        OK(store_savepoint(fixture.suite->store, &err));                                                               \
        const enum alm_status status = fixture_run(&fixture, &err, __VA_ARGS__, NULL);                                 \
        assert_true(status == ALM_OK || status == ALM_REFUSED || status == ALM_BAD_DATA);                              \
        (done) = status == ALM_OK;                                                                                     \
        OK(store_release(fixture.suite->store, (done), &err));                                                         \
        if (!(done))                                                                                                   \
            world = before;                                                                                            \
    } while (0)

static void open_one(void)
{
    const int certificate = (int)any(CERTIFICATES);
    const alm_id person = 1 + any(PERSONS), partner = 1 + any(PERSONS);
    const alm_date date = DAY - (alm_date)any(20) + 1;
    const struct model_dowry *old = of_certificate(certificate);
    const bool same = old && ((old->person == person && old->partner == partner) ||
                              (old->person == partner && old->partner == person));
    const bool may = person != partner && date <= DAY &&
                     (same || (!old && !of_person(person) && !of_person(partner) && of_age(person) && of_age(partner) &&
                               (in_need(person) || in_need(partner))));
    char a[8], b[8], day[16];
    bool done;
    snprintf(a, sizeof a, "%d", (int)person);
    snprintf(b, sizeof b, "%d", (int)partner);
    date_format(date, DATE_ISO, day, sizeof day);
    RUN(done, "open", "certificate", spell(certificate), "person", a, "partner", b, "body", "7", "date", day);
    assert_int_equal(done, may);
    if (!may || same)
        return;
    assert_true(m.n < DOWRIES);
    m.dowries[m.n++] =
        (struct model_dowry){.certificate = certificate, .person = person, .partner = partner, .opened = date};
}

static void hand_one(void)
{
    const int certificate = m.n && any(3) ? m.dowries[m.n - 1].certificate : (int)any(CERTIFICATES);
    const int item = (int)any(ITEMS);
    const bool bought = any(3) == 0 || (items[item].bought && any(6));
    const int64_t price = any(8) ? 1 + any(900) : any(2) ? 0 : 901 + any(100);
    const alm_date date = DAY - (alm_date)any(8) + 1;
    struct model_dowry *dowry = of_certificate(certificate);
    char day[16], paid[16];
    bool done;
    bool may = dowry && dowry->state == OPEN && !dowry->items[item].handed && date <= DAY && date >= dowry->opened &&
               date >= dowry->items[item].returned;
    if (bought)
        may = may && price > 0 && (item != COOKER || price <= 900);
    else
        may = may && !items[item].bought && m.stock[item] >= items[item].quantity;
    date_format(date, DATE_ISO, day, sizeof day);
    snprintf(paid, sizeof paid, "%d", (int)price);
    if (bought)
        RUN(done, "hand", "certificate", spell(certificate), "item", items[item].name, "receipt", "R-1", "price", paid,
            "date", day);
    else
        RUN(done, "hand", "certificate", spell(certificate), "item", items[item].name, "date", day);
    assert_int_equal(done, may);
    if (!may)
        return;
    int64_t cost = bought ? price : items[item].price;
    if (cost == ALM_NULL)
        cost = 77; /* as it is set */
    dowry->items[item] = (struct model_item){true, !bought, date, cost, 0};
    if (!bought)
        m.stock[item] -= items[item].quantity;
    if (is_whole(dowry))
        deliver(dowry);
}

static void take_back(struct model_dowry *dowry, int item, alm_date date)
{
    if (dowry->items[item].issued)
        m.stock[item] += items[item].quantity;
    dowry->items[item] = (struct model_item){.returned = date};
}

static void return_one(void)
{
    const int certificate = (int)any(CERTIFICATES), item = (int)any(ITEMS);
    const alm_date date = DAY - (alm_date)any(4) + 1;
    struct model_dowry *dowry = of_certificate(certificate);
    const bool may =
        dowry && dowry->state == OPEN && dowry->items[item].handed && date <= DAY && date >= dowry->items[item].date;
    char day[16];
    bool done;
    date_format(date, DATE_ISO, day, sizeof day);
    RUN(done, "return", "certificate", spell(certificate), "item", items[item].name, "reason", "x", "date", day);
    assert_int_equal(done, may);
    if (may)
        take_back(dowry, item, date);
}

static void cancel_one(void)
{
    const int certificate = (int)any(CERTIFICATES);
    struct model_dowry *dowry = of_certificate(certificate);
    bool may = dowry && dowry->state == OPEN;
    for (int i = 0; may && i < ITEMS; i++)
        may = !dowry->items[i].handed;
    bool done;
    RUN(done, "cancel", "certificate", spell(certificate), "reason", "x");
    assert_int_equal(done, may);
    if (may)
        dowry->state = CANCELLED;
}

/* As `delivery record`: by those who don't wait for the last item, or after a reversal. */
static void record_one(void)
{
    const alm_id person = 1 + any(PERSONS);
    struct model_dowry *dowry = of_person(person);
    const alm_id others = dowry ? dowry->person + dowry->partner - person : 0;
    const struct alm_line line = {.person = person,
                                  .partner = dowry && any(4) ? others : any(PERSONS + 1),
                                  .date = DAY - (alm_date)any(10),
                                  .quantity = any(6) ? ALM_UNIT : 2 * ALM_UNIT};
    bool may = dowry && line.partner == others && dowry->state == OPEN && is_whole(dowry) && line.quantity == ALM_UNIT;
    for (int i = 0; may && i < ITEMS; i++)
        may = line.date >= dowry->items[i].date;
    char reason[200];
    assert_int_equal(record(line, reason, sizeof reason), may);
    if (may)
        deliver(dowry);
}

static void reverse_one(void)
{
    struct alm_error err = {0};
    if (!world.n_lines)
        return;
    struct line *line = &world.lines[any(world.n_lines)];
    if (line->reversed)
        return;
    OK(fixture.plugin->programme->unsettle(&fixture.host, fixture.state, &line->line, 1, &err));
    line->reversed = true;
    struct model_dowry *dowry = of_person(line->line.person);
    assert_non_null(dowry);
    dowry->state = OPEN;
}

/* ---- comparing ---- */

static void compare_items(void)
{
    struct alm_error err = {0};
    struct store_stmt *stmt = NULL;
    bool row = true;
    OK(store_query(fixture.suite->store, &stmt, &err,
                   "SELECT i.handed, i.cost, i.issued FROM dowries_item i "
                   "JOIN dowries_dowry d ON d.id = i.dowry AND d.programme = i.programme ORDER BY i.dowry, i.number",
                   ""));
    for (int d = 0; d < m.n; d++)
        for (int i = 0; i < ITEMS; i++) {
            const struct model_item *item = &m.dowries[d].items[i];
            OK(store_next(stmt, &row, &err));
            assert_true(row);
            assert_int_equal(!store_is_null(stmt, 0), item->handed);
            assert_int_equal(!store_is_null(stmt, 2), item->issued);
            if (item->handed) {
                assert_int_equal(store_int(stmt, 0), item->date);
                assert_int_equal(store_int(stmt, 1), item->cost);
            }
        }
    OK(store_next(stmt, &row, &err));
    assert_false(row);
}

static void compare(void)
{
    struct alm_error err = {0};
    struct store_stmt *stmt = NULL;
    int64_t standing = 0, delivered = 0, lines = 0, worth = 0, value = 0;
    bool row = true;
    OK(store_query(fixture.suite->store, &stmt, &err,
                   "SELECT person, partner, state, line FROM dowries_dowry ORDER BY id", ""));
    for (int i = 0; i < m.n; i++) {
        const struct model_dowry *dowry = &m.dowries[i];
        OK(store_next(stmt, &row, &err));
        assert_true(row);
        assert_int_equal(store_int(stmt, 0), dowry->person);
        assert_int_equal(store_int(stmt, 1), dowry->partner);
        assert_int_equal(store_int(stmt, 2), dowry->state);
        assert_int_equal(!store_is_null(stmt, 3), dowry->state == DELIVERED);
        standing += dowry->state != CANCELLED;
        delivered += dowry->state == DELIVERED;
        worth += dowry->state == DELIVERED ? dowry->value : 0;
    }
    OK(store_next(stmt, &row, &err));
    assert_false(row);
    compare_items();
    assert_int_equal(suite_number(fixture.suite->store, "SELECT COUNT(*) FROM dowries_certificate"), standing);
    assert_int_equal(suite_number(fixture.suite->store, "SELECT COUNT(*) FROM dowries_person"), 2 * standing);
    for (int i = 0; i < world.n_lines; i++)
        if (!world.lines[i].reversed) {
            lines++;
            value += world.lines[i].line.value;
        }
    assert_int_equal(lines, delivered);
    assert_int_equal(value, worth);
    for (int i = 0; i < ITEMS; i++) {
        assert_int_equal(world.stock[i], m.stock[i]);
        assert_true(world.stock[i] >= 0);
    }
}

/* The year is over: those who have one are gone, and the stock is filled. */
static void begin_anew(void)
{
    struct alm_error err = {0};
    static const char *const tables[] = {"dowries_dowry", "dowries_item", "dowries_certificate", "dowries_person"};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]);
        OK(store_run(fixture.suite->store, NULL, &err, sql, ""));
    }
    m.n = world.n_lines = world.n_issued = 0;
    for (int i = 0; i < ITEMS; i++)
        m.stock[i] = world.stock[i] = STOCK / 3;
}

/* The register, as far as it is looked at. */
static void make_register(struct store *store)
{
    struct alm_error err = {0};
    OK(store_run(store, NULL, &err, "CREATE TABLE alias (id BIGINT, survivor BIGINT, until BIGINT)", ""));
    OK(store_run(store, NULL, &err, "CREATE TABLE home (id BIGINT PRIMARY KEY, owner BIGINT NOT NULL)", ""));
    OK(store_run(store, NULL, &err,
                 "CREATE TABLE person (owner BIGINT NOT NULL, id BIGINT NOT NULL, criteria TEXT NOT NULL, "
                 "birth_date BIGINT)",
                 ""));
    for (alm_id person = 1; person <= PERSONS; person++) {
        OK(store_run(store, NULL, &err, "INSERT INTO home (id, owner) VALUES ($1, $2)", "ii", person, 500 + person));
        OK(store_run(store, NULL, &err, "INSERT INTO person (owner, id, criteria, birth_date) VALUES ($1, $2, $3, $4)",
                     "iiti", 500 + person, person, in_need(person) ? "orphan" : "",
                     (int64_t)(DAY - (of_age(person) ? 25 : 12) * 366)));
    }
}

static void a_model_and_the_dowries_never_differ(void **state)
{
    (void)state;
    struct alm_error err = {0};
    int64_t delivered = 0, reversed = 0;
    suite_start((void **)&fixture.suite);
    fixture_load(&fixture, "dowries", SETTINGS);
    fixture.host.find = world_find;
    fixture.host.request_of = world_request_of;
    fixture.host.stock_issue = world_issue;
    fixture.host.stock_put_back = world_put_back;
    fixture.host.deliver = world_deliver;
    fixture_start(&fixture);
    fixture.today = DAY;
    struct store *store = fixture.suite->store;
    OK(store_migrate(store, "dowries", fixture.plugin->migrations, fixture.plugin->n_migrations, NULL, &err));
    OK(store_begin(store, true, &err));
    make_register(store);
    begin_anew();
    for (int round = 0; round < ROUNDS; round++) {
        switch (any(12)) {
        case 0:
        case 1:
            open_one();
            break;
        case 2:
            return_one();
            break;
        case 3:
            cancel_one();
            break;
        case 4:
            record_one();
            break;
        case 5:
            reverse_one();
            break;
        default:
            hand_one();
        }
        compare();
        if (round % 300 == 299) {
            delivered += world.n_lines;
            for (int i = 0; i < world.n_lines; i++)
                reversed += world.lines[i].reversed;
            begin_anew();
        }
    }
    assert_in_range(delivered, ROUNDS / 100, ROUNDS); /* all of it came often */
    assert_in_range(reversed, ROUNDS / 300, delivered - 1);
    fixture_release(&fixture);
    assert_int_equal(suite_stop((void **)&fixture.suite), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_model_and_the_dowries_never_differ)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
