/* SPDX-License-Identifier: MIT */
/* From text to typed values: each type, bounds, groups, check(), unknown words, and the sample that reads back. */
#include "../scratch.h"
#include "conf/parts.h"

static const char *const sizes[] = {"small", "large", NULL};

struct item {
    const char *name;
    int64_t grams;
    bool fragile;
};

struct things {
    bool flag;
    int64_t count;
    int64_t share;
    int64_t price;
    int64_t day;
    int64_t window;
    int64_t size;
    const char *title;
    const char *path;
    struct alm_list words;
    struct alm_group items;
};

#define AT(field) offsetof(struct things, field)
static const struct alm_setting rows[] = {
    {.key = "flag", .type = ALM_BOOL, .offset = AT(flag), .fallback = "no", .help = "A flag."},
    {.key = "count",
     .type = ALM_INT,
     .offset = AT(count),
     .fallback = "3",
     .min = "1",
     .max = "10",
     .unit = "persons",
     .help = "How many."},
    {.key = "share", .type = ALM_DECIMAL, .offset = AT(share), .fallback = "0.5", .help = "A share."},
    {.key = "price", .type = ALM_MONEY, .offset = AT(price), .min = "0", .help = "A price."},
    {.key = "day", .type = ALM_DATE, .offset = AT(day), .help = "A day."},
    {.key = "window",
     .type = ALM_DURATION,
     .offset = AT(window),
     .fallback = "30 days",
     .min = "1 day",
     .help = "A window."},
    {.key = "size", .type = ALM_ENUM, .offset = AT(size), .fallback = "small", .choices = sizes, .help = "A size."},
    {.key = "title",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .offset = AT(title),
     .help =
         "What it is called, at such a length that the comment does not fit into one line of the sample and has to go "
         "on in the next, since the reader takes no line of more than 199 bytes."},
    {.key = "path", .type = ALM_PATH, .offset = AT(path), .fallback = "lists", .help = "A folder."},
    {.key = "words", .type = ALM_LIST, .offset = AT(words), .help = "Some words."},
};
#undef AT
static const struct alm_setting item_rows[] = {
    {.key = "grams",
     .type = ALM_INT,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct item, grams),
     .unit = "g",
     .help = "Its weight."},
    {.key = "fragile",
     .type = ALM_BOOL,
     .offset = offsetof(struct item, fragile),
     .fallback = "no",
     .help = "Handle with care."},
};
static const struct alm_setting_group groups[] = {
    {.name = "item",
     .help = "what is in it.",
     .settings = item_rows,
     .n_settings = COUNT_OF(item_rows),
     .item_size = sizeof(struct item),
     .offset = offsetof(struct things, items),
     .min_count = 1,
     .max_count = 2,
     .sample = "[item rice]\ngrams = 500\n"},
};

static void check_things(const void *settings, const struct alm_check *check)
{
    const struct things *things = settings;
    /* Would crash if it were called although the required title is missing. */
    if (strlen(things->title) > 20)
        check->problem(check->context, "things", "title", "too long for a label", "shorten it");
    if (things->count == 7 && things->size == 0)
        check->problem(check->context, NULL, NULL, "seven need the large size", "");
}

static const struct alm_settings table = {.rows = rows,
                                          .n_rows = COUNT_OF(rows),
                                          .groups = groups,
                                          .n_groups = COUNT_OF(groups),
                                          .size = sizeof(struct things),
                                          .check = check_things};

struct filled {
    struct conf_ini ini;
    struct conf_settings settings;
    struct conf_problems problems;
};

static const struct things *fill(struct filled *filled, const char *text)
{
    *filled = (struct filled){0};
    conf_ini_parse(&filled->ini, "/tmp/x.ini", text, strlen(text), &filled->problems);
    conf_settings_fill(&filled->settings, &table, "things", &filled->ini, 2, &filled->problems);
    const struct alm_settings *const tables[] = {&table};
    const char *const sections[] = {"things"};
    conf_ini_unused(&filled->ini, tables, sections, 1, &filled->problems);
    return filled->settings.data;
}

static void release(struct filled *filled)
{
    conf_settings_release(&filled->settings);
    conf_ini_release(&filled->ini);
    conf_problems_release(&filled->problems);
}

static void assert_problem(const struct filled *filled, size_t i, int line, const char *text, const char *hint)
{
    assert_true(i < filled->problems.count);
    assert_int_equal(filled->problems.items[i].line, line);
    assert_string_equal(filled->problems.items[i].text, text);
    assert_string_equal(filled->problems.items[i].hint, hint);
}

static void fills_each_type(void **state)
{
    (void)state;
    struct filled filled;
    const struct things *things = fill(
        &filled, "[things]\nflag = On\ncount = ۷\nshare = 0.125\nprice = 12.5\nday = 1399/09/15\nwindow = 2 weeks\n"
                 "size = large\ntitle = بسته\npath = /srv/x\nwords = rice, سویا،tea\n"
                 "[item rice]\ngrams = 500\n[item tea]\ngrams = 50\nfragile = yes\n");
    assert_int_equal(filled.problems.count, 0);
    assert_true(things->flag);
    assert_int_equal(things->count, 7);
    assert_int_equal(things->share, 125);
    assert_int_equal(things->price, 1250);
    assert_int_equal(things->day, date_from_iso(2020, 12, 5));
    assert_int_equal(things->window, 14 * 86400);
    assert_int_equal(things->size, 1);
    assert_string_equal(things->title, "بسته");
    assert_string_equal(things->path, "/srv/x");
    assert_int_equal(things->words.count, 3);
    assert_string_equal(things->words.items[1], "سویا");
    assert_string_equal(things->words.items[2], "tea");
    assert_int_equal(things->items.count, 2);
    const struct item *items = things->items.items;
    assert_string_equal(items[0].name, "rice");
    assert_int_equal(items[0].grams, 500);
    assert_false(items[0].fragile);
    assert_string_equal(items[1].name, "tea");
    assert_true(items[1].fragile);
    release(&filled);
}

static void falls_back_and_tells_origins(void **state)
{
    (void)state;
    struct filled filled;
    const struct things *things = fill(&filled, "[things]\ntitle = x\n[item tea]\ngrams = 1\n");
    assert_int_equal(filled.problems.count, 0);
    assert_false(things->flag);
    assert_int_equal(things->count, 3);
    assert_int_equal(things->share, 500);
    assert_int_equal(things->price, 0);
    assert_int_equal(things->window, 30 * 86400);
    assert_string_equal(things->path, "/tmp/lists");
    assert_int_equal(things->words.count, 0);
    const struct conf_values *values = &filled.settings.values;
    assert_int_equal(values->count, COUNT_OF(rows) + 2);
    assert_string_equal(values->items[0].text, "no");
    assert_null(values->items[0].file);
    assert_null(values->items[3].text);
    assert_string_equal(values->items[7].file, "/tmp/x.ini");
    assert_int_equal(values->items[7].line, 2);
    assert_string_equal(values->items[10].section, "item tea");
    assert_int_equal(values->items[10].line, 4);
    release(&filled);
}

static void collects_every_fault(void **state)
{
    (void)state;
    struct filled filled;
    const struct things *things = fill(
        &filled,
        "[things]\nflag = maybe\ncount = 11\nshare = 0.1234\nprice = -1\nday = 1400/12/30\nwindow = thirty\n"
        "size = larg\npath =\nwords = a,,b\ncuont = 3\n[item rice]\nfragile = no\ngram = 3\n[itme tea]\ngrams = 1\n");
    size_t n = 0;
    assert_problem(&filled, n++, 2, "[things] flag: 'maybe' is neither yes nor no", "write yes or no");
    assert_problem(&filled, n++, 3, "[things] count: '11' is too much", "from 1 to 10");
    assert_problem(&filled, n++, 4, "[things] share: '0.1234' has more than 3 decimals", "write for example 0.5");
    assert_problem(&filled, n++, 5, "[things] price: '-1' is too little", "at least 0");
    assert_problem(&filled, n++, 6, "[things] day: 30 Esfand 1400: 1400 is not a leap year",
                   "write for example 1399/09/15 or 2020-12-05");
    assert_int_equal(filled.problems.items[n].line, 7);
    assert_non_null(strstr(filled.problems.items[n].text, "[things] window: 'thirty' is not a duration"));
    assert_non_null(strstr(filled.problems.items[n++].hint, "30 days"));
    assert_problem(&filled, n++, 8, "[things] size: 'larg' is not one of the choices",
                   "did you mean 'large'? one of small, large");
    assert_problem(&filled, n++, 1, "[things] title is missing", "write for example title = ...");
    assert_problem(&filled, n++, 9, "[things] path: the value is empty", "write a value, or leave it out");
    assert_problem(&filled, n++, 10, "[things] words: 'a,,b' has an empty item",
                   "write words with one comma between them");
    assert_problem(&filled, n++, 12, "[item rice] grams is missing", "write for example grams = 12");
    assert_problem(&filled, n++, 11, "[things] has no key cuont", "did you mean count?");
    assert_problem(&filled, n++, 14, "[item rice] has no key gram", "did you mean grams?");
    assert_problem(&filled, n++, 15, "nothing knows a section [itme tea]", "did you mean [item tea]?");
    assert_int_equal(filled.problems.count, n);
    /* What is wrong is replaced by its default. */
    assert_int_equal(things->count, 3);
    assert_int_equal(things->window, 30 * 86400);
    assert_string_equal(things->path, "/tmp/lists");
    release(&filled);
}

static void counts_groups(void **state)
{
    (void)state;
    struct filled filled;
    fill(&filled, "[things]\ntitle = x\n");
    assert_problem(&filled, 0, 0, "0 sections [item ...], at least 1 needed", "what is in it.");
    release(&filled);
    fill(&filled, "[things]\ntitle = x\n[item a]\ngrams = 1\n[item b]\ngrams = 1\n[item c]\ngrams = 1\n");
    assert_problem(&filled, 0, 0, "3 sections [item ...], at most 2 allowed", "what is in it.");
    release(&filled);
    fill(&filled, "[things]\ntitle = x\n[item a]\ngrams = 1\n[item]\ngrams = 1\n");
    assert_problem(&filled, 0, 5, "[item] needs a name of its own", "write for example [item large]");
    assert_int_equal(filled.problems.count, 1);
    release(&filled);
}

static void runs_check_with_places(void **state)
{
    (void)state;
    struct filled filled;
    fill(&filled, "[things]\n\ntitle = a title of many letters\ncount = 7\n[item a]\ngrams = 1\n");
    assert_problem(&filled, 0, 3, "[things] title: too long for a label", "shorten it");
    assert_problem(&filled, 1, 1, "[things]: seven need the large size", "");
    assert_int_equal(filled.problems.count, 2);
    release(&filled);
}

static void parses_single_values(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct alm_value value;
    struct alm_error err;
    struct conf_rule rule = {.type = ALM_MONTH};
    assert_int_equal(conf_value_parse(&rule, text_of("1399/09"), &arena, &value, &err), ALM_OK);
    assert_int_equal(value.number, 1399 * 12 + 8);
    assert_int_equal(conf_value_parse(&rule, text_of("1399/13"), &arena, &value, &err), ALM_BAD_DATA);
    zone_set("UTC");
    rule.type = ALM_TIME;
    assert_int_equal(conf_value_parse(&rule, text_of("1970-01-02T00:01"), &arena, &value, &err), ALM_OK);
    assert_int_equal(value.number, 86460);
    rule.type = ALM_INT;
    assert_int_equal(conf_value_parse(&rule, text_of(NULL), &arena, &value, &err), ALM_OK);
    assert_true(value.is_null);
    assert_int_equal(conf_value_parse(&rule, text_of("  "), &arena, &value, &err), ALM_BAD_DATA);
    assert_int_equal(conf_value_parse(&rule, text_of("99999999999999999999"), &arena, &value, &err), ALM_BAD_DATA);
    rule.type = ALM_STRING;
    assert_int_equal(conf_value_parse(&rule, text_of(""), &arena, &value, &err), ALM_OK);
    assert_string_equal(value.text, "");
    assert_int_equal(conf_value_parse(&rule, text_of("\xC3("), &arena, &value, &err), ALM_BAD_DATA);
    rule.type = ALM_PATH;
    assert_int_equal(conf_value_parse(&rule, text_of("-"), &arena, &value, &err), ALM_OK);
    assert_string_equal(value.text, "-");
    rule = (struct conf_rule){.type = ALM_ENUM, .choices = sizes};
    assert_int_equal(conf_value_parse(&rule, text_of("LARGE"), &arena, &value, &err), ALM_OK);
    assert_int_equal(value.number, 1);
    assert_string_equal(value.text, "large");
    rule = (struct conf_rule){.type = ALM_DURATION, .min = "1 day", .max = "1 year"};
    assert_int_equal(conf_value_parse(&rule, text_of("365 days"), &arena, &value, &err), ALM_OK);
    assert_int_equal(conf_value_parse(&rule, text_of("366 days"), &arena, &value, &err), ALM_BAD_DATA);
    assert_int_equal(conf_value_parse(&rule, text_of("24 hours"), &arena, &value, &err), ALM_OK);
    assert_int_equal(conf_value_parse(&rule, text_of("23 hours"), &arena, &value, &err), ALM_BAD_DATA);
    arena_release(&arena);
}

/* The sample of a table, read back, gives its defaults, and complains of nothing but what is required. */
static void sample_reads_back(void **state)
{
    (void)state;
    struct strbuf sample = {0};
    struct filled filled;
    conf_sample(&table, "things", &sample);
    size_t longest = 0;
    for (const char *at = sample.at; *at; at += strcspn(at, "\n") + 1)
        longest = strcspn(at, "\n") > longest ? strcspn(at, "\n") : longest;
    assert_in_range(longest, 80, 120);
    assert_non_null(strstr(sample.at, "; How many. (a whole number, in persons, from 1 to 10)\ncount = 3\n"));
    assert_non_null(strstr(sample.at, "; A size. (one of small, large)\nsize = small\n"));
    assert_non_null(strstr(sample.at, ", required)\n; title =\n"));
    assert_non_null(strstr(sample.at, "\n[item rice]\ngrams = 500\n"));

    const struct things *things = fill(&filled, sample.at);
    assert_int_equal(filled.problems.count, 1);
    assert_string_equal(filled.problems.items[0].text, "[things] title is missing");
    assert_int_equal(things->count, 3);
    assert_int_equal(things->share, 500);
    release(&filled);

    /* Every commented key counts once it is put in. */
    char *title = strstr(sample.at, "; title =");
    memcpy(title, "title = x", 9);
    fill(&filled, sample.at);
    assert_int_equal(filled.problems.count, 0);
    release(&filled);
    strbuf_release(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_each_type),        cmocka_unit_test(falls_back_and_tells_origins),
        cmocka_unit_test(collects_every_fault),   cmocka_unit_test(counts_groups),
        cmocka_unit_test(runs_check_with_places), cmocka_unit_test(parses_single_values),
        cmocka_unit_test(sample_reads_back),
    };
    return cmocka_run_group_tests_name("conf settings", tests, scratch_make, scratch_remove);
}
