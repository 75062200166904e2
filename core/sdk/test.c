/* SPDX-License-Identifier: MIT */
/*
 * `plugin test`: the author's tests, each in a child of its own, on a copy of one scratch installation.  All that the
 * bench does goes through the program's own words, so a test sees what a user would.
 */
#include "sdk/internal.h"

#include <almoner/test.h>
#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { SECONDS = 60, WORDS_MOST = 64, PERSONS_MOST = 256 };

struct testing {
    const struct sdk_bench *bench;
    struct sdk_world *world;
    size_t number; /* of the test at hand */
};

/* What a bench is to the test that has it; in the child. */
struct bench {
    struct alm_bench services; /* services.context is this struct */
    const struct sdk_bench *options;
    struct sdk_world *world;
    struct sdk_answer *answer;
    struct arena arena;
    const char *now;
    const struct alm_programme *rule;
    struct {
        const char *whom; /* "H1/2" */
        char national_id[11];
    } persons[PERSONS_MOST];
    size_t n_persons;
};

static struct bench *self(const struct alm_bench *services)
{
    return services->context;
}

/* A test that is wrong in itself ends here. */
ALM_PRINTF(2, 3) static _Noreturn void end_test(struct bench *bench, const char *format, ...)
{
    char text[900];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sdk_fail(bench->answer, _("this is for the test to mend"), "%s", text);
    bench->answer->done = true;
    fflush(NULL);
    _exit(0);
}

/* ---- the program's words ---- */

struct words {
    char *at[WORDS_MOST + 1];
    int n;
};

static void add_word(struct bench *bench, struct words *words, const char *word)
{
    if (words->n >= WORDS_MOST)
        end_test(bench, _("more than %d words"), WORDS_MOST);
    words->at[words->n++] = arena_strdup(&bench->arena, word);
}

/* An option, unless its value is not given. */
static void add_option(struct bench *bench, struct words *words, const char *option, const char *value)
{
    if (!value)
        return;
    add_word(bench, words, option);
    add_word(bench, words, value);
}

static void begin_words(struct bench *bench, struct words *words)
{
    words->n = 0;
    add_word(bench, words, "almoner");
    add_option(bench, words, "--config", bench->world->config);
    add_option(bench, words, "--now", bench->now);
}

static struct alm_test_output run_words(struct bench *bench, struct words *words)
{
    char *out = NULL, *messages = NULL;
    size_t out_len, messages_len;
    FILE *out_stream = open_memstream(&out, &out_len), *messages_stream = open_memstream(&messages, &messages_len);
    struct alm_test_output result = {ALM_INTERNAL, "", ""};

    if (!out_stream || !messages_stream)
        end_test(bench, _("no memory: %s"), strerror(errno));
    words->at[words->n] = NULL;
    result.status = bench->options->program(words->n, words->at, out_stream, messages_stream);
    fclose(out_stream);
    fclose(messages_stream);
    result.out = arena_strdup(&bench->arena, out);
    result.messages = arena_strdup(&bench->arena, messages);
    free(out);
    free(messages);
    return result;
}

/* What has to go well. */
static struct alm_test_output must(struct bench *bench, struct words *words)
{
    struct alm_test_output result = run_words(bench, words);
    if (result.status != 0)
        end_test(bench, "%s", result.messages);
    return result;
}

/* ---- services ---- */

static void service_settings(const struct alm_bench *services, const char *ini)
{
    struct bench *bench = self(services);
    struct alm_error err = {0};
    struct words words;
    if (sdk_world_settings(bench->world, bench->world->name, ini, &err) != ALM_OK)
        end_test(bench, "%s", err.text);
    begin_words(bench, &words);
    words.n -= 2; /* no clock: nothing is asked of the store */
    add_word(bench, &words, "config");
    add_word(bench, &words, "check");
    must(bench, &words);
}

static void service_now(const struct alm_bench *services, const char *time)
{
    struct bench *bench = self(services);
    struct alm_error err = {0};
    alm_time parsed;
    if (date_parse_time(text_of(time), &parsed, &err) != ALM_OK)
        end_test(bench, "now: %s", err.text);
    bench->now = arena_strdup(&bench->arena, time);
}

/* A national ID that nobody has yet: nine digits and the one that checks them. */
static void make_national_id(size_t number, char out[11])
{
    int sum = 0;
    snprintf(out, 11, "%09zu0", 407000000 + number);
    for (int i = 0; i < 9; i++)
        sum += (out[i] - '0') * (10 - i);
    sum %= 11;
    out[9] = (char)('0' + (sum < 2 ? sum : 11 - sum));
}

static void service_household(const struct alm_bench *services, const char *code, const char *area,
                              const struct alm_test_person *persons, size_t n)
{
    struct bench *bench = self(services);
    for (size_t i = 0; i < n; i++) {
        const struct alm_test_person *person = &persons[i];
        struct words words;
        if (bench->n_persons >= PERSONS_MOST)
            end_test(bench, _("more than %d persons"), PERSONS_MOST);
        make_national_id(bench->n_persons, bench->persons[bench->n_persons].national_id);
        bench->persons[bench->n_persons].whom = arena_printf(&bench->arena, "%s/%zu", code, i + 1);
        begin_words(bench, &words);
        add_word(bench, &words, "person");
        add_word(bench, &words, "add");
        add_option(bench, &words, "--household", code);
        add_option(bench, &words, "--area", area);
        add_option(bench, &words, "--national_id", bench->persons[bench->n_persons].national_id);
        add_option(bench, &words, "--relation", person->relation);
        add_option(bench, &words, "--birth_date", person->birth_date);
        add_option(bench, &words, "--sex", person->sex);
        add_option(bench, &words, "--school_grade", person->school_grade);
        add_option(bench, &words, "--criteria", person->criteria);
        add_option(bench, &words, "--member_since", "1300/01/01");
        bench->n_persons++;
        must(bench, &words);
    }
}

static void service_place(const struct alm_bench *services, const char *code, const char *area, const char *kind)
{
    struct bench *bench = self(services);
    struct words words;
    begin_words(bench, &words);
    add_word(bench, &words, "place");
    add_word(bench, &words, "add");
    add_word(bench, &words, code);
    add_option(bench, &words, "--name", code);
    add_option(bench, &words, "--area", area);
    add_option(bench, &words, "--kind", kind);
    must(bench, &words);
}

static void add_offer(struct bench *bench, struct words *words, const char *whom, const char *date, const char *with)
{
    static const char *const options[] = {
        [ALM_HOUSEHOLD] = "--household", [ALM_PERSON] = "--person", [ALM_PLACE] = "--place"};
    const char *who = whom;
    for (size_t i = 0; bench->rule->recipient == ALM_PERSON && i < bench->n_persons; i++)
        if (strcmp(bench->persons[i].whom, whom) == 0)
            who = bench->persons[i].national_id;
    add_word(bench, words, bench->world->name);
    add_option(bench, words, options[bench->rule->recipient], who);
    add_option(bench, words, "--date", date);
    for (const char *at = with; at && *at;) {
        size_t len = strcspn(at, " ");
        add_option(bench, words, "--with", arena_strndup(&bench->arena, at, len));
        at += len + strspn(at + len, " ");
    }
    add_option(bench, words, "--output", "json");
}

/* The one object of a table as JSON. */
static json_t *only_row(struct bench *bench, const struct alm_test_output *output)
{
    json_t *rows = json_loads(output->out, 0, NULL), *row = json_is_array(rows) ? json_array_get(rows, 0) : NULL;
    if (!row)
        end_test(bench, "%s", output->messages);
    json_incref(row);
    json_decref(rows);
    return row;
}

static alm_quantity thousandths(const json_t *number)
{
    double value = json_number_value(number) * 1000;
    return (alm_quantity)(value < 0 ? value - 0.5 : value + 0.5);
}

static const char *text_in(struct bench *bench, const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return arena_strdup(&bench->arena, text ? text : "");
}

static struct alm_test_answer service_ask(const struct alm_bench *services, const char *whom, const char *date,
                                          const char *with)
{
    struct bench *bench = self(services);
    struct alm_test_answer answer = {.next = ALM_NO_DATE};
    struct words words;
    begin_words(bench, &words);
    add_word(bench, &words, "entitlement");
    add_word(bench, &words, "show");
    add_offer(bench, &words, whom, date, with);
    struct alm_test_output output = must(bench, &words);
    json_t *row = only_row(bench, &output);
    const char *next = text_in(bench, row, "next");
    struct alm_error err;
    answer.yes = json_is_true(json_object_get(row, "may"));
    answer.quantity = answer.yes ? thousandths(json_object_get(row, "quantity")) : 0;
    answer.reason = text_in(bench, row, "reason");
    if (next[0] && date_parse(text_of(next), &answer.next, &err) != ALM_OK)
        answer.next = ALM_NO_DATE;
    json_decref(row);
    return answer;
}

static struct alm_test_answer service_give(const struct alm_bench *services, const char *whom, const char *date,
                                           const char *quantity, const char *with)
{
    struct bench *bench = self(services);
    struct alm_test_answer answer = {.next = ALM_NO_DATE};
    struct words words;
    begin_words(bench, &words);
    add_word(bench, &words, "delivery");
    add_word(bench, &words, "record");
    add_offer(bench, &words, whom, date, with);
    add_option(bench, &words, "--quantity", quantity);
    add_option(bench, &words, "--body", "B");
    struct alm_test_output output = run_words(bench, &words);
    if (output.status != ALM_OK && output.status != ALM_REFUSED)
        end_test(bench, "%s", output.messages);
    json_t *row = only_row(bench, &output);
    const char *outcome = text_in(bench, row, "outcome");
    answer.yes = strcmp(outcome, "recorded") == 0;
    answer.held = strcmp(outcome, "held") == 0;
    answer.line = strtoll(text_in(bench, row, "id"), NULL, 10); /* a string: not every reader of JSON has 64 bits */
    answer.quantity = answer.yes ? thousandths(json_object_get(row, "quantity")) : 0;
    answer.reason = text_in(bench, row, "reason");
    json_decref(row);
    return answer;
}

static void service_reverse(const struct alm_bench *services, alm_id line)
{
    struct bench *bench = self(services);
    struct words words;
    begin_words(bench, &words);
    add_word(bench, &words, "delivery");
    add_word(bench, &words, "reverse");
    add_word(bench, &words, arena_printf(&bench->arena, "%lld", (long long)line));
    add_option(bench, &words, "--reason", "test");
    must(bench, &words);
}

static struct alm_test_output service_run(const struct alm_bench *services, const char *text)
{
    struct bench *bench = self(services);
    struct words words;
    begin_words(bench, &words);
    for (const char *at = text + strspn(text, " "); *at; at += strspn(at, " ")) {
        const bool quoted = *at == '\'';
        at += quoted;
        size_t len = strcspn(at, quoted ? "'" : " ");
        add_word(bench, &words, arena_strndup(&bench->arena, at, len));
        at += len + (quoted && at[len] == '\'');
    }
    return run_words(bench, &words);
}

/* The first failures stand in the answer; there is no end of a loop's. */
static void service_expect(const struct alm_bench *services, bool holds, const char *file, int line, const char *text)
{
    struct sdk_answer *answer = self(services)->answer;
    const char *base = strrchr(file, '/');
    size_t len = strlen(answer->text);
    if (holds)
        return;
    answer->verdict = SDK_FAILED;
    if (len < sizeof answer->text - 1)
        snprintf(answer->text + len, sizeof answer->text - len, "%s%s:%d: %s", len ? "\n" : "", base ? base + 1 : file,
                 line, text);
}

static void fill_services(struct bench *bench)
{
    bench->services = (struct alm_bench){.size = sizeof(struct alm_bench),
                                         .abi_major = ALM_ABI_MAJOR,
                                         .abi_minor = ALM_ABI_MINOR,
                                         .context = bench,
                                         .settings = service_settings,
                                         .now = service_now,
                                         .household = service_household,
                                         .place = service_place,
                                         .ask = service_ask,
                                         .give = service_give,
                                         .reverse = service_reverse,
                                         .run = service_run,
                                         .expect = service_expect};
}

/* ---- in the child ---- */

static const struct alm_tests *load_tests(const char *file, struct sdk_answer *answer)
{
    char path[PATH_MAX];
    const struct alm_tests *(*entry)(void);
    const struct alm_tests *tests;
    void *handle = realpath(file, path) ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL, *symbol;

    if (!handle) {
        sdk_fail(answer, _("build them with almoner_test_plugin()"), _("%s cannot be loaded: %s"), file,
                 access(file, R_OK) == 0 ? dlerror() : strerror(errno));
        return NULL;
    }
    symbol = dlsym(handle, "alm_tests_entry");
    if (!symbol) {
        sdk_fail(answer, _("end them with ALM_TESTS()"), _("%s has no alm_tests_entry()"), file);
        return NULL;
    }
    memcpy(&entry, &symbol, sizeof entry);
    tests = entry();
    if (tests->abi_major != ALM_ABI_MAJOR || tests->size < sizeof *tests) {
        sdk_fail(answer, _("build them again with this almoner's header"),
                 _("%s is built for interface %u.%u, and this is %d.%d"), file, tests->abi_major, tests->abi_minor,
                 ALM_ABI_MAJOR, ALM_ABI_MINOR);
        return NULL;
    }
    return tests;
}

static void bench_open(struct testing *testing, struct sdk_answer *answer, struct bench *bench)
{
    setenv("LC_ALL", "C.UTF-8", 1);
    *bench = (struct bench){.options = testing->bench, .world = testing->world, .answer = answer, .now = SDK_NOW};
    fill_services(bench);
}

/* The store with the register that every bench begins with; and the number of tests. */
static void prepare(void *context, struct sdk_answer *answer)
{
    static const char *const lines[] = {"init --test", "area add A --kind county --name A",
                                        "area add A1 --kind neighbourhood --name A1 --parent A",
                                        "area add A2 --kind neighbourhood --name A2 --parent A", "body add B --name B"};
    struct testing *testing = context;
    struct alm_error err = {0};
    struct strbuf ini = {0};
    struct bench bench;
    const struct alm_tests *tests = load_tests(testing->bench->tests, answer);

    if (!tests)
        return;
    answer->n = tests->n;
    bench_open(testing, answer, &bench);
    if (sdk_world_sample(testing->world, testing->bench, &ini, &err) != ALM_OK ||
        sdk_world_settings(testing->world, testing->world->name, ini.at, &err) != ALM_OK) {
        sdk_fail_with(answer, &err);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct alm_test_output output = bench.services.run(&bench.services, lines[i]);
        if (output.status != 0) {
            sdk_fail(answer, NULL, "almoner %s: %s", lines[i], output.messages);
            return;
        }
    }
}

static void run_test(void *context, struct sdk_answer *answer)
{
    struct testing *testing = context;
    struct alm_error err = {0};
    const struct alm_plugin *plugin;
    struct bench bench;
    const struct alm_tests *tests = load_tests(testing->bench->tests, answer);

    if (!tests)
        return;
    sdk_doing(answer, "%s", tests->tests[testing->number].name);
    if (plugin_load(testing->world->plugins, testing->world->name, &plugin, &err) != ALM_OK || !plugin->programme) {
        sdk_fail_with(answer, &err);
        return;
    }
    bench_open(testing, answer, &bench);
    bench.rule = plugin->programme;
    tests->tests[testing->number].run(&bench.services);
}

/* ---- in the parent ---- */

enum alm_status sdk_test(const struct sdk_bench *bench, const struct sdk_report *report, size_t *failed,
                         struct alm_error *err)
{
    struct sdk_world prepared = {0};
    struct testing testing = {bench, &prepared, 0};
    struct sdk_answer answer;
    enum alm_status status = sdk_world_make(&prepared, bench, err);
    size_t n;

    *failed = 0;
    if (status != ALM_OK)
        goto out;
    sdk_in_child(prepare, &testing, SECONDS, &answer);
    if (answer.verdict == SDK_FAILED) {
        status = error_set(err, ALM_UNAVAILABLE, answer.mend, "%s", answer.text);
        goto out;
    }
    n = answer.n;
    report->plan(report->context, n);
    for (testing.number = 0; testing.number < n && status == ALM_OK; testing.number++) {
        struct sdk_world copy = {0};
        status = sdk_world_copy(&prepared, &copy, err);
        if (status == ALM_OK) {
            testing.world = &copy;
            sdk_in_child(run_test, &testing, SECONDS, &answer);
            *failed += answer.verdict == SDK_FAILED;
            sdk_world_strip(&copy, answer.text);
            const struct sdk_result result = {answer.doing, answer.verdict, answer.text, answer.mend};
            report->result(report->context, &result);
        }
        sdk_world_remove(&copy);
    }
out:
    sdk_world_remove(&prepared);
    return status;
}
