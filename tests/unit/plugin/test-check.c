/* SPDX-License-Identifier: MIT */
/* One slip of an author at a time: each must be named. */
#include "../scratch.h"
#include "plugin/parts.h"

struct things {
    int64_t days;
    int64_t size;
    struct alm_group kits;
};
struct kit {
    const char *name;
    int64_t grams;
};

static const char *const sizes[] = {"small", "large", NULL};

/* A sound plug-in in memory that can be spoilt. */
static struct {
    struct alm_setting rows[2];
    struct alm_setting kit_rows[1];
    struct alm_setting_group groups[1];
    struct alm_option options[3];
    struct alm_command commands[2];
    struct alm_column columns[2];
    struct alm_report reports[1];
    struct alm_migration migrations[2];
    struct alm_column detail[1];
    struct alm_programme programme;
    struct alm_store_driver store;
    struct alm_plugin plugin;
} it;

static enum alm_status run(const struct alm_host *host, void *state, const struct alm_args *args, struct alm_error *err)
{
    (void)host;
    (void)state;
    (void)args;
    (void)err;
    return ALM_OK;
}

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    (void)state;
    (void)c;
    e->quantity = ALM_UNIT;
}

static enum alm_status settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                              struct alm_verdict *verdicts, struct alm_error *err)
{
    (void)host;
    (void)state;
    (void)lines;
    (void)n;
    (void)verdicts;
    (void)err;
    return ALM_OK;
}

static enum alm_status unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                struct alm_error *err)
{
    (void)host;
    (void)state;
    (void)lines;
    (void)n;
    (void)err;
    return ALM_OK;
}

static int make_sound(void **state)
{
    (void)state;
    memset(&it, 0, sizeof it);
    it.rows[0] = (struct alm_setting){.key = "days",
                                      .type = ALM_INT,
                                      .offset = offsetof(struct things, days),
                                      .fallback = "5",
                                      .min = "1",
                                      .max = "9",
                                      .help = "Days."};
    it.rows[1] = (struct alm_setting){.key = "size",
                                      .type = ALM_ENUM,
                                      .offset = offsetof(struct things, size),
                                      .fallback = "small",
                                      .choices = sizes,
                                      .help = "Size."};
    it.kit_rows[0] =
        (struct alm_setting){.key = "grams", .type = ALM_INT, .offset = offsetof(struct kit, grams), .help = "Weight."};
    it.groups[0] = (struct alm_setting_group){.name = "kit",
                                              .help = "a kit.",
                                              .settings = it.kit_rows,
                                              .n_settings = 1,
                                              .item_size = sizeof(struct kit),
                                              .offset = offsetof(struct things, kits)};
    it.options[0] = (struct alm_option){
        .name = "kitchen", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .help = "A kitchen."};
    it.options[1] = (struct alm_option){
        .name = "area", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REPEATED, .help = "An area."};
    it.options[2] = (struct alm_option){.name = "from", .type = ALM_DATE, .fallback = "1399/01/01", .help = "From."};
    it.commands[0] = (struct alm_command){.name = "kitchen add",
                                          .summary = "Add",
                                          .options = it.options,
                                          .n_options = COUNT_OF(it.options),
                                          .flags = ALM_WRITES | ALM_BULK,
                                          .run = run};
    it.commands[1] = (struct alm_command){.name = "cook", .summary = "Cook", .flags = ALM_READS, .run = run};
    it.columns[0] = (struct alm_column){.name = "kitchen", .title = "Kitchen", .type = ALM_STRING, .hxl = "#org"};
    it.columns[1] = (struct alm_column){.name = "meals_left", .title = "Left", .type = ALM_INT, .flags = ALM_TOTAL};
    it.reports[0] = (struct alm_report){
        .name = "kitchens", .summary = "Kitchens", .columns = it.columns, .n_columns = 2, .run = run};
    it.migrations[0] = (struct alm_migration){1, "first", "CREATE TABLE x (a BIGINT)"};
    it.migrations[1] = (struct alm_migration){2, "second", "CREATE TABLE y (a BIGINT)"};
    it.detail[0] = (struct alm_column){.name = "batch", .title = "Batch", .type = ALM_ID};
    it.programme = (struct alm_programme){.size = sizeof it.programme,
                                          .recipient = ALM_HOUSEHOLD,
                                          .unit = "meal",
                                          .unit_plural = "meals",
                                          .detail = it.detail,
                                          .n_detail = 1,
                                          .entitle = entitle,
                                          .settle = settle,
                                          .unsettle = unsettle};
    it.plugin = (struct alm_plugin){.size = sizeof it.plugin,
                                    .abi_major = ALM_ABI_MAJOR,
                                    .abi_minor = ALM_ABI_MINOR,
                                    .name = "meals",
                                    .version = "1",
                                    .summary = "Meals",
                                    .kind = ALM_KIND_PROGRAMME,
                                    .settings = {it.rows, 2, it.groups, 1, sizeof(struct things), NULL},
                                    .commands = it.commands,
                                    .n_commands = 2,
                                    .reports = it.reports,
                                    .n_reports = 1,
                                    .migrations = it.migrations,
                                    .n_migrations = 2,
                                    .programme = &it.programme};
    return 0;
}

static void takes_a_sound_one(void **state)
{
    (void)state;
    struct alm_error err = {0};
    make_sound(NULL);
    if (plugin_check(&it.plugin, "meals", &err) != ALM_OK)
        fail_msg("%s", err.text);
}

/* Spoil the sound plug-in by `slip`; the message must hold `words`. */
#define EXPECT(words, slip)                                                                                            \
    do {                                                                                                               \
        struct alm_error err = {0};                                                                                    \
        make_sound(NULL);                                                                                              \
        slip;                                                                                                          \
        assert_int_not_equal(plugin_check(&it.plugin, "meals", &err), ALM_OK);                                         \
        if (!strstr(err.text, words))                                                                                  \
            fail_msg("'%s' is not in '%s'", words, err.text);                                                          \
        assert_int_not_equal(strlen(err.hint), 0);                                                                     \
    } while (0)

static void names_faults_of_the_head(void **state)
{
    (void)state;
    EXPECT("no name", it.plugin.name = NULL);
    EXPECT("calls itself soup", it.plugin.name = "soup");
    EXPECT("no version", it.plugin.version = NULL);
    EXPECT("no summary", it.plugin.summary = "");
    EXPECT("of a kind (3)", it.plugin.kind = 3);
    EXPECT("needs .programme", it.plugin.programme = NULL);
    EXPECT("cannot have .store", it.plugin.store = &it.store);
    EXPECT("needs .store", it.plugin.kind = ALM_KIND_STORE);
}

static void names_faults_of_settings(void **state)
{
    (void)state;
    EXPECT("has no table", it.plugin.settings.rows = NULL);
    EXPECT("'Days' cannot be a key", it.rows[0].key = "Days");
    EXPECT("'' cannot be a key", it.rows[0].key = NULL);
    EXPECT("no type 99", it.rows[0].type = 99);
    EXPECT("no type 0", it.rows[0].type = 0);
    EXPECT("flags", it.rows[0].flags = ALM_REPEATED);
    EXPECT("no help", it.rows[0].help = NULL);
    EXPECT("no choices", it.rows[1].choices = NULL);
    EXPECT("outside the struct", it.rows[0].offset = sizeof(struct things));
    EXPECT("outside the struct", it.rows[0].offset = sizeof(struct things) - 7);
    EXPECT("outside the struct", it.rows[0].offset = SIZE_MAX);
    EXPECT("share memory", it.rows[1].offset = it.rows[0].offset + 4);
    EXPECT("is there twice", it.rows[1].key = "days");
    EXPECT("its default: 'many'", it.rows[0].fallback = "many");
    EXPECT("its default: '10' is too much", it.rows[0].fallback = "10");
    EXPECT("its default: 'huge'", it.rows[1].fallback = "huge");
    EXPECT("its least value", it.rows[0].min = "x");
    EXPECT("its greatest value", it.rows[0].max = "");
    EXPECT("'programme' cannot be a group", it.groups[0].name = "programme");
    EXPECT("'a b' cannot be a group", it.groups[0].name = "a b");
    EXPECT("no room for the name", it.groups[0].item_size = 4);
    EXPECT("outside the struct", it.groups[0].offset = sizeof(struct things) - 8);
    EXPECT("shares memory with size", it.groups[0].offset = it.rows[1].offset);
    EXPECT("at least 3 and at most 2", (it.groups[0].min_count = 3, it.groups[0].max_count = 2));
    /* The name stands at offset 0: no key may be written over it. */
    EXPECT("outside the struct", it.kit_rows[0].offset = 0);
}

static void names_faults_of_commands(void **state)
{
    (void)state;
    EXPECT("has no table", it.plugin.commands = NULL);
    EXPECT("cannot be a command", it.commands[0].name = NULL);
    EXPECT("cannot be a command", it.commands[0].name = "kitchen  add");
    EXPECT("cannot be a command", it.commands[0].name = "kitchen add now");
    EXPECT("cannot be a command", it.commands[0].name = "--help");
    EXPECT("no summary", it.commands[0].summary = NULL);
    EXPECT("no run()", it.commands[0].run = NULL);
    EXPECT("flags are one of", it.commands[0].flags = 0);
    EXPECT("flags are one of", it.commands[0].flags = ALM_READS | ALM_WRITES);
    EXPECT("flags are one of", it.commands[0].flags = ALM_READS | ALM_BULK);
    EXPECT("flags are one of", it.commands[0].flags = 64);
    EXPECT("is there twice", it.commands[1].name = "kitchen add");
    EXPECT("has no table", it.commands[0].options = NULL);
    EXPECT("'Area' cannot be an option", it.options[1].name = "Area");
    EXPECT("option kitchen is there twice", it.options[1].name = "kitchen");
    EXPECT("--output is an option of every command", it.options[2].name = "output");
    EXPECT("cannot be of type", it.options[2].type = ALM_LIST);
    EXPECT("cannot be a yes or no", it.options[0].type = ALM_BOOL);
    EXPECT("unknown flags", it.options[2].flags = 128);
    EXPECT("its default", it.options[2].fallback = "yesterday");
    EXPECT("repeats and is not the last", it.options[0].flags |= ALM_REPEATED);
    EXPECT("stands after one that is not",
           (it.options[0].flags = ALM_ARGUMENT, it.options[1].flags = ALM_ARGUMENT | ALM_REQUIRED));
}

static void names_faults_of_reports_and_migrations(void **state)
{
    (void)state;
    EXPECT("has no table", it.plugin.reports = NULL);
    EXPECT("cannot be a report", it.reports[0].name = "two words");
    EXPECT("no run()", it.reports[0].run = NULL);
    EXPECT("no columns", it.reports[0].n_columns = 0);
    EXPECT("'Left' cannot be a column", it.columns[1].name = "Left");
    EXPECT("column kitchen is there twice", it.columns[1].name = "kitchen");
    EXPECT("has no title", it.columns[1].title = NULL);
    EXPECT("begins with #", it.columns[0].hxl = "org");
    EXPECT("has no table", it.plugin.migrations = NULL);
    EXPECT("migration 3 stands where 2 is due", it.migrations[1].version = 3);
    EXPECT("migration 1 stands where 2 is due", it.migrations[1].version = 1);
    EXPECT("migration 0 stands where 1 is due", it.migrations[0].version = 0);
    EXPECT("no name or no SQL", it.migrations[1].sql = NULL);
}

static void names_faults_of_programmes(void **state)
{
    (void)state;
    EXPECT("recipient", it.programme.recipient = 0);
    EXPECT("recipient", it.programme.recipient = 4);
    EXPECT("no unit", it.programme.unit = NULL);
    EXPECT("looks back -1 days", it.programme.look_back_days = -1);
    EXPECT("no entitle()", it.programme.entitle = NULL);
    EXPECT("settle() and no unsettle()", it.programme.unsettle = NULL);
    EXPECT("unsettle() and no settle()", it.programme.settle = NULL);
    EXPECT("has a column quantity already", it.detail[0].name = "quantity");
    EXPECT("cannot be of type", it.detail[0].type = ALM_MONEY);
    EXPECT("has no table", it.programme.detail = NULL);
}

static void names_what_a_store_lacks(void **state)
{
    (void)state;
    /* No function but the last is missing, whatever a function is. */
    EXPECT("the store has no bytes()", {
        it.plugin.kind = ALM_KIND_STORE;
        it.plugin.programme = NULL;
        it.plugin.store = &it.store;
        memset(&it.store, 0xFF, sizeof it.store);
        it.store.flags = ALM_STORE_ONE_WRITER;
        it.store.bytes = NULL;
    });
}

static void checks_names(void **state)
{
    (void)state;
    struct alm_error err;
    static const char *const good[] = {"meals", "store-sqlite", "x2", "abcdefghijklmnopqrstuvwxyzabcdefghijklmn"};
    static const char *const bad[] = {"",
                                      "Meals",
                                      "2x",
                                      "-x",
                                      "a_b",
                                      "a/b",
                                      "../x",
                                      "a.so",
                                      "a b",
                                      "غذا",
                                      "abcdefghijklmnopqrstuvwxyzabcdefghijklmno",
                                      "person",
                                      "programme",
                                      "store"};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_int_equal(plugin_check_name(good[i], &err), ALM_OK);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(plugin_check_name(bad[i], &err), ALM_BAD_DATA);
}

/* ---- negotiation ---- */

#define WORD(x) #x
#define NUMBER(x) WORD(x)
#define OURS NUMBER(ALM_ABI_MAJOR) "." NUMBER(ALM_ABI_MINOR)

static void negotiates_versions(void **state)
{
    (void)state;
    struct plugin_normal normal;
    struct alm_error err = {0};
    make_sound(NULL);
    assert_int_equal(plugin_negotiate(NULL, "/p/meals.so", &normal, &err), ALM_UNAVAILABLE);
    assert_int_equal(plugin_negotiate(&it.plugin, "/p/meals.so", &normal, &err), ALM_OK);
    it.plugin.abi_minor = 7; /* newer, and it knows how to do with less */
    assert_int_equal(plugin_negotiate(&it.plugin, "/p/meals.so", &normal, &err), ALM_OK);
    it.plugin.abi_major = ALM_ABI_MAJOR + 1;
    assert_int_equal(plugin_negotiate(&it.plugin, "/p/meals.so", &normal, &err), ALM_UNAVAILABLE);
    assert_string_equal(err.text, "/p/meals.so: it is built for plug-in interface 2.7 and this almoner has " OURS);
    assert_string_equal(err.hint, "almoner is the older one: update almoner");
    it.plugin.abi_major = 0;
    it.plugin.abi_minor = 0;
    assert_int_equal(plugin_negotiate(&it.plugin, "/p/meals.so", &normal, &err), ALM_UNAVAILABLE);
    assert_string_equal(err.text, "/p/meals.so: it is built for plug-in interface 0.0 and this almoner has " OURS);
    assert_non_null(strstr(err.hint, "the plug-in is the older one"));
}

static void negotiates_sizes(void **state)
{
    (void)state;
    struct plugin_normal normal;
    struct alm_error err = {0};
    /* Built before reports were thought of, before settle() was: what it does not know reads as nothing. */
    make_sound(NULL);
    it.plugin.size = offsetof(struct alm_plugin, reports);
    assert_int_equal(plugin_negotiate(&it.plugin, "meals.so", &normal, &err), ALM_OK);
    assert_int_equal(normal.plugin.n_commands, 2);
    assert_null(normal.plugin.reports);
    assert_int_equal(normal.plugin.n_migrations, 0);
    assert_null(normal.plugin.programme);
    assert_int_equal(normal.plugin.size, sizeof(struct alm_plugin));

    make_sound(NULL);
    it.programme.size = offsetof(struct alm_programme, settle);
    assert_int_equal(plugin_negotiate(&it.plugin, "meals.so", &normal, &err), ALM_OK);
    assert_ptr_equal(normal.plugin.programme, &normal.programme);
    assert_ptr_equal(normal.programme.entitle, entitle);
    assert_null(normal.programme.settle);
    assert_null(normal.programme.unsettle);

    /* Built against a later minor, with members that we do not know. */
    struct {
        struct alm_plugin plugin;
        void *later[4];
    } big;
    make_sound(NULL);
    memset(&big, 0xFF, sizeof big);
    big.plugin = it.plugin;
    big.plugin.size = sizeof big;
    assert_int_equal(plugin_negotiate(&big.plugin, "meals.so", &normal, &err), ALM_OK);
    assert_int_equal(plugin_check(&normal.plugin, "meals", &err), ALM_OK);

    static const uint32_t wrong[] = {0, 8, offsetof(struct alm_plugin, settings), 1 << 20, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        make_sound(NULL);
        it.plugin.size = wrong[i];
        assert_int_equal(plugin_negotiate(&it.plugin, "meals.so", &normal, &err), ALM_UNAVAILABLE);
        make_sound(NULL);
        it.programme.size = wrong[i] == offsetof(struct alm_plugin, settings) ? 1 : wrong[i];
        assert_int_equal(plugin_negotiate(&it.plugin, "meals.so", &normal, &err), ALM_UNAVAILABLE);
        assert_non_null(strstr(err.text, "struct alm_programme"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_sound_one),
        cmocka_unit_test(names_faults_of_the_head),
        cmocka_unit_test(names_faults_of_settings),
        cmocka_unit_test(names_faults_of_commands),
        cmocka_unit_test(names_faults_of_reports_and_migrations),
        cmocka_unit_test(names_faults_of_programmes),
        cmocka_unit_test(names_what_a_store_lacks),
        cmocka_unit_test(checks_names),
        cmocka_unit_test(negotiates_versions),
        cmocka_unit_test(negotiates_sizes),
    };
    return cmocka_run_group_tests_name("plugin check", tests, NULL, NULL);
}
