/* SPDX-License-Identifier: MIT */
/* `almoner person`: the only commands that show personal data. */
#include "cli/person.h"

#include <stdlib.h>

static enum alm_status importer(struct cli *cli, bool move, struct register_importer **out, struct alm_error *err)
{
    const struct register_gate gate = host_register_gate(cli->host);
    struct register_directory *directory;
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);

    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status == ALM_OK)
        *out = register_importer_new(LIST_PERSON, store, directory, &gate, host_today(cli->host), move);
    return status;
}

static enum alm_status run_import(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    struct import import = {.command = "person import",
                            .file = alm_arg_text(args, "file"),
                            .rejects = alm_arg_text(args, "rejects"),
                            .rows = register_importer_rows};
    struct import_counts counts = {0};
    struct register_importer *context = NULL;
    enum alm_status status = importer(cli, alm_arg(args, "move")->count > 0, &context, err);

    (void)host;
    if (status != ALM_OK)
        return status;
    import.map = cli_map(cli, args);
    import.columns = register_list_columns(LIST_PERSON, &import.n_columns);
    import.context = context;
    status = cli_import(cli, &import, &counts, err);
    /* No row waits for somebody to look at it; that comes afterwards. */
    if (counts.added && !cli->dry_run)
        cli_say(cli, _("to find out who of the new ones is registered twice: almoner match run"));
    register_importer_free(context);
    return status;
}

static const struct alm_column found_columns[] = {CLI_COLUMN("id", N_("id"), ALM_ID),
                                                  CLI_COLUMN("household", N_("household"), ALM_STRING),
                                                  CLI_COLUMN("given_name", N_("given name"), ALM_STRING),
                                                  CLI_COLUMN("family_name", N_("family name"), ALM_STRING),
                                                  CLI_COLUMN("father_name", N_("father's name"), ALM_STRING),
                                                  CLI_COLUMN("birth_date", N_("born"), ALM_DATE),
                                                  CLI_COLUMN("national_id", N_("national ID"), ALM_STRING),
                                                  CLI_COLUMN("mobile", N_("mobile"), ALM_STRING),
                                                  CLI_COLUMN("area", N_("area"), ALM_STRING),
                                                  CLI_COLUMN("address", N_("address"), ALM_STRING)};
/* The address, which few need, is the last column. */
static size_t n_found_columns(bool address)
{
    return COUNT_OF(found_columns) - !address;
}

static struct alm_value date_value(alm_date date)
{
    return date == ALM_NO_DATE ? alm_null() : alm_number(date);
}

static struct alm_value area_value(struct cli *cli, alm_id area, struct arena *arena)
{
    struct store *store;
    struct alm_error err;
    char name[200];

    if (!area || cli_store(cli, &store, &err) != ALM_OK ||
        register_name(store, ALM_NOUN_AREA, area, name, sizeof name, &err) != ALM_OK)
        return alm_null();
    return alm_string(arena_strdup(arena, name));
}

static struct alm_value base_value(struct cli *cli, alm_id base)
{
    struct register_directory *directory;
    struct alm_error err;
    const struct register_entry *entry =
        base && cli_directory(cli, &directory, &err) == ALM_OK ? register_by_id(directory, REGISTER_BASE, base) : NULL;

    return alm_string(entry ? entry->name : NULL);
}

static enum alm_status person_row(struct cli *cli, struct store *store, alm_id id, struct alm_error *err)
{
    struct register_person person = {0};
    struct arena arena = {0};
    enum alm_status status = register_person_read(store, id, host_today(cli->host), &person, &arena, err);
    const struct alm_value row[] = {alm_number(person.id),
                                    alm_string(person.household_code),
                                    alm_string(person.given_name),
                                    alm_string(person.family_name),
                                    alm_string(person.father_name),
                                    date_value(person.birth_date),
                                    alm_string(person.national_id ? person.national_id : person.foreign_id),
                                    alm_string(person.mobile),
                                    area_value(cli, person.area, &arena),
                                    alm_string(person.address)};

    if (status == ALM_OK)
        status = report_row(cli->report, row, err);
    arena_release(&arena);
    return status;
}

static enum alm_status run_find(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    enum { FIND_MAX = 10000 };
    struct cli *cli = state;
    const char *text = alm_arg_text(args, "text");
    int64_t limit = 0;
    size_t max, n = 0;
    alm_id *ids;
    struct store *store;
    enum alm_status status = cli_store(cli, &store, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_limit(args, &limit, err);
    if (status != ALM_OK)
        return status;
    max = limit == 0 || limit > FIND_MAX ? FIND_MAX : (size_t)limit;
    ids = arena_alloc(&cli->arena, max * sizeof *ids);
    status = register_person_find(store, text, ids, max, &n, err);
    if (status == ALM_OK && n == 0)
        return error_set(err, ALM_BAD_DATA, _("try the family name alone, or its beginning"),
                         _("nobody is found by that"));
    if (status == ALM_OK)
        status = report_begin(cli->report, _("persons"), found_columns, n_found_columns(false), err);
    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = person_row(cli, store, ids[i], err);
    if (status == ALM_OK && n == max)
        cli_say(cli, _("the first %zu; say more to find fewer, or raise --limit"), n);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* Households by their codes: the one that is named, or those of a base and of an area with all below it. */
struct households {
    alm_id *ids;
    size_t n, capacity;
};

static enum alm_status read_households(struct cli *cli, struct store *store, const char *base, const char *area,
                                       struct households *found, struct alm_error *err)
{
    static const char sql[] = "SELECT id, area FROM household "
                              "WHERE CAST($1 AS BIGINT) IS NULL OR base = $1 ORDER BY code, id";
    const struct register_entry *entry = NULL;
    struct register_directory *directory;
    struct store_stmt *stmt;
    int32_t within = -1;
    bool row;
    enum alm_status status = cli_directory(cli, &directory, err);

    if (status == ALM_OK && area && (within = register_area_by_code(directory, text_of(area), err)) < 0)
        status = err->status;
    if (status == ALM_OK && base && !(entry = register_by_code(directory, REGISTER_BASE, text_of(base), err)))
        status = err->status;
    if (status == ALM_OK)
        status = store_query(store, &stmt, err, sql, "i", entry ? entry->id : ALM_NULL);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const int64_t lies = store_int(stmt, 1);
        const int32_t at = lies == ALM_NULL ? -1 : register_area_by_id(directory, lies);

        if (within >= 0 && (at < 0 || !register_area_within(directory, at, within)))
            continue;
        ARRAY_ROOM(found->ids, found->n, found->capacity);
        found->ids[found->n++] = store_int(stmt, 0);
    }
    return status;
}

static int compare_ids(const void *left, const void *right)
{
    const alm_id a = *(const alm_id *)left, b = *(const alm_id *)right;

    return (a > b) - (a < b);
}

/* Who belongs to it today: the head alone (of one that has none, whoever comes first), or all. */
static enum alm_status household_rows(struct cli *cli, struct store *store, const struct register_members *members,
                                      const struct register_household *household, bool heads, struct alm_error *err)
{
    const struct register_member *first = NULL, *head = NULL;
    enum alm_status status = ALM_OK;

    for (size_t i = 0; household && i < household->n && status == ALM_OK; i++) {
        const struct register_member *member = &members->members[household->first + i];

        if (!register_member_on(member, host_today(cli->host)))
            continue;
        first = first ? first : member;
        head = !head && member->member.relation == ALM_HEAD ? member : head;
        if (!heads)
            status = person_row(cli, store, member->member.id, err);
    }
    if (heads && first)
        status = person_row(cli, store, head ? head->member.id : first->member.id, err);
    return status;
}

static enum alm_status list_households(struct cli *cli, struct store *store, const struct households *found, bool heads,
                                       struct alm_error *err)
{
    enum { AT_ONCE = 500 };
    struct register_members members = {0};
    enum alm_status status = ALM_OK;

    for (size_t from = 0; from < found->n && status == ALM_OK; from += AT_ONCE) {
        const size_t n = found->n - from < AT_ONCE ? found->n - from : AT_ONCE;
        alm_id ids[AT_ONCE];

        memcpy(ids, found->ids + from, n * sizeof *ids);
        qsort(ids, n, sizeof *ids, compare_ids);
        register_members_reset(&members);
        status = register_members_read(store, &members, ids, n, err);
        for (size_t i = 0; i < n && status == ALM_OK; i++)
            status =
                household_rows(cli, store, &members, register_members_find(&members, found->ids[from + i]), heads, err);
    }
    register_members_release(&members);
    return status;
}

static enum alm_status run_list(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    const char *code = alm_arg_text(args, "household"), *base = alm_arg_text(args, "base"),
               *area = alm_arg_text(args, "area");
    struct households found = {0};
    struct store *store;
    alm_id household = 0;
    enum alm_status status = cli_store(cli, &store, err);

    (void)host;
    if (status == ALM_OK && (code ? base || area : !base && !area))
        status = error_set(err, ALM_USAGE, _("for example: --base B1 --heads --address"),
                           _("either --household, or --base, --area or both of them are needed"));
    if (status == ALM_OK && code)
        status = register_find(store, ALM_NOUN_HOUSEHOLD, code, &household, err);
    if (status == ALM_OK && code) {
        ARRAY_ROOM(found.ids, found.n, found.capacity);
        found.ids[found.n++] = household;
    } else if (status == ALM_OK) {
        status = read_households(cli, store, base, area, &found, err);
    }
    if (status == ALM_OK)
        status = report_begin(cli->report, _("persons"), found_columns,
                              n_found_columns(alm_arg(args, "address")->count > 0), err);
    if (status == ALM_OK)
        status = list_households(cli, store, &found, alm_arg(args, "heads")->count > 0, err);
    free(found.ids);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

static enum alm_status run_show(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    struct register_person person = {0};
    struct store *store;
    alm_id id = 0;
    enum alm_status status = cli_store(cli, &store, err);

    (void)host;
    if (status == ALM_OK)
        status = register_find(store, ALM_NOUN_PERSON, alm_arg_text(args, "id"), &id, err);
    if (status == ALM_OK)
        status = register_person_read(store, id, host_today(cli->host), &person, &cli->arena, err);
    if (status == ALM_OK)
        status = cli_facts_begin(cli, _("person"), err);
    if (status != ALM_OK)
        return status;
    const struct cli_fact facts[] = {
        {_("id"), ALM_ID, alm_number(person.id)},
        {_("household"), ALM_STRING, alm_string(person.household_code)},
        {_("relation"), ALM_STRING, alm_string(register_relations[person.relation])},
        {_("national ID"), ALM_STRING, alm_string(person.national_id)},
        {_("foreign ID"), ALM_STRING, alm_string(person.foreign_id)},
        {_("given name"), ALM_STRING, alm_string(person.given_name)},
        {_("family name"), ALM_STRING, alm_string(person.family_name)},
        {_("father's name"), ALM_STRING, alm_string(person.father_name)},
        {_("born"), ALM_DATE, date_value(person.birth_date)},
        {_("sex"), ALM_STRING, alm_string(person.sex)},
        {_("mobile"), ALM_STRING, alm_string(person.mobile)},
        {_("school grade"), ALM_INT, person.school_grade == ALM_NULL ? alm_null() : alm_number(person.school_grade)},
        {_("criteria"), ALM_STRING, alm_string(person.criteria)},
        {_("area"), ALM_STRING, area_value(cli, person.area, &cli->arena)},
        {_("address"), ALM_STRING, alm_string(person.address)},
        {_("base"), ALM_STRING, base_value(cli, person.base)},
        {_("erased on"), ALM_DATE, date_value(person.erased)}};

    status = cli_facts_add(cli, facts, COUNT_OF(facts), err);
    if (status == ALM_OK)
        status = cli_person_aliases(cli, store, id, err);
    return status == ALM_OK ? report_end(cli->report, err) : status;
}

/* Register somebody new (person 0), or change what is given. */
static enum alm_status put(struct cli *cli, const struct alm_args *args, alm_id person, struct alm_error *err)
{
    const struct register_gate gate = host_register_gate(cli->host);
    struct register_directory *directory;
    const struct import_column *columns;
    struct alm_text values[32] = {0};
    struct store *store;
    alm_id id = person;
    size_t n;
    enum alm_status status = cli_store(cli, &store, err);

    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status != ALM_OK)
        return status;
    columns = register_list_columns(LIST_PERSON, &n);
    for (size_t i = 0; i < n && i < COUNT_OF(values); i++) {
        const struct alm_arg *arg = alm_arg(args, columns[i].name);

        if (arg && arg->given && !(person && strcmp(columns[i].name, "household") == 0))
            values[i] = text_of(arg->values[0].text);
    }
    status = register_put(LIST_PERSON, store, directory, &gate, host_today(cli->host), values, person != 0, &id, err);
    cli->entry.added = !person;
    cli->entry.changed = person != 0;
    if (status == ALM_OK && !person)
        cli_say(cli, _("registered as %lld"), (long long)id);
    return status;
}

static enum alm_status run_add(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    (void)host;
    return put(state, args, 0, err);
}

/* An edit that gives nothing would only leave a journal entry. */
static enum alm_status something_given(struct cli *cli, const struct alm_args *args, struct alm_error *err)
{
    struct strbuf names = {0};
    bool given = false;
    size_t n;
    const struct import_column *columns = register_list_columns(LIST_PERSON, &n);

    for (size_t i = 0; i < n; i++) {
        const struct alm_arg *arg = alm_arg(args, columns[i].name);

        given = given || (arg && arg->given);
        if (arg)
            strbuf_addf(&names, "%s--%s", names.len ? ", " : "", columns[i].name);
    }
    const char *hint = arena_printf(&cli->arena, _("give one or more of %s"), names.at);

    strbuf_release(&names);
    return given ? ALM_OK : error_set(err, ALM_USAGE, hint, _("there is nothing to change"));
}

static enum alm_status run_edit(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    struct cli *cli = state;
    const struct register_gate gate = host_register_gate(cli->host);
    const char *to = alm_arg_text(args, "household");
    struct store *store;
    alm_id person = 0, household = 0;
    enum alm_status status = something_given(cli, args, err);

    (void)host;
    if (status == ALM_OK)
        status = cli_store(cli, &store, err);
    if (status == ALM_OK)
        status = register_find(store, ALM_NOUN_PERSON, alm_arg_text(args, "id"), &person, err);
    if (status == ALM_OK && to) {
        status = register_find(store, ALM_NOUN_HOUSEHOLD, to, &household, err);
        if (status == ALM_OK)
            status = register_person_move(store, &gate, person, household,
                                          (alm_date)alm_arg_number(args, "since", host_today(cli->host)), err);
    }
    if (status == ALM_OK)
        status = put(cli, args, person, err);
    return status;
}

static enum alm_status run_erase(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = state;
    const struct register_gate gate = host_register_gate(cli->host);
    struct store *store;
    alm_id person = 0;
    enum alm_status status = cli_store(cli, &store, err);

    (void)host;
    if (status == ALM_OK)
        status = register_find(store, ALM_NOUN_PERSON, alm_arg_text(args, "id"), &person, err);
    if (status == ALM_OK)
        status = cli_confirm(cli, _("erase this person's data for good?"), err);
    if (status == ALM_OK)
        status = register_person_erase(store, &gate, person, host_today(cli->host), err);
    if (status != ALM_OK)
        return status;
    cli->entry.removed = 1;
    cli->entry.reason = alm_arg_text(args, "reason");
    cli->entry.subject = arena_printf(&cli->arena, "%lld", (long long)person);
    cli_say(cli, _("erased; the ledger keeps its sums under the pseudonym %lld"), (long long)person);
    return ALM_OK;
}

#define TEXT_OPTION(n, v, h)                                                                                           \
    {                                                                                                                  \
        .name = n, .type = ALM_STRING, .value = v, .help = h                                                           \
    }
#define PERSON_ID                                                                                                      \
    {                                                                                                                  \
        .name = "id", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "ID",                         \
        .help = N_("id, national ID or mobile number")                                                                 \
    }

static const struct alm_option import_options[] = {
    CLI_IMPORT_OPTIONS,
    {.name = "move",
     .type = ALM_BOOL,
     .help = N_("a person known in another household moves to the row's (otherwise the row is rejected)")}};
static const struct alm_option find_options[] = {
    {.name = "text",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REQUIRED,
     .value = "TEXT|ID|MOBILE",
     .help = N_("a name in any spelling (or its beginning), a national ID, a mobile number")},
    {.name = "limit", .type = ALM_INT, .value = "N", .fallback = "20", .help = N_("at most so many")}};
static const struct alm_option list_options[] = {
    {.name = "household", .type = ALM_STRING, .value = "CODE", .help = N_("the members of this household")},
    {.name = "base", .type = ALM_STRING, .value = "CODE", .help = N_("of all households that this base identified")},
    {.name = "area", .type = ALM_STRING, .value = "CODE", .help = N_("of all households in this area or below it")},
    {.name = "heads", .type = ALM_BOOL, .help = N_("of each household the head alone")},
    {.name = "address", .type = ALM_BOOL, .help = N_("the address too, for those who visit")}};
static const struct alm_option id_options[] = {PERSON_ID};
#define PERSON_FIELDS                                                                                                  \
    TEXT_OPTION("relation", "WORD", N_("head, spouse, child, parent, other")),                                         \
        TEXT_OPTION("national_id", "ID", N_("ten digits")),                                                            \
        TEXT_OPTION("foreign_id", "TEXT", N_("for those without a national ID")),                                      \
        TEXT_OPTION("given_name", "NAME", N_("given name")), TEXT_OPTION("family_name", "NAME", N_("family name")),    \
        TEXT_OPTION("father_name", "NAME", N_("father's given name")),                                                 \
        TEXT_OPTION("birth_date", "DATE", N_("in either calendar")), TEXT_OPTION("sex", "f|m", N_("female or male")),  \
        TEXT_OPTION("mobile", "NUMBER", N_("09... or +98...")), TEXT_OPTION("school_grade", "N", N_("0 to 12")),       \
        TEXT_OPTION("criteria", "WORDS", N_("orphan, disabled, widow ..."))
#define HOUSEHOLD_FIELDS                                                                                               \
    TEXT_OPTION("area", "CODE", N_("of the household")),                                                               \
        TEXT_OPTION("address", "TEXT", N_("of the household, all of it")),                                             \
        TEXT_OPTION("base", "CODE", N_("the base that identified the household"))
static const struct alm_option add_options[] = {
    {.name = "household",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "CODE",
     .help = N_("their household; a new code registers a new one")},
    PERSON_FIELDS,
    HOUSEHOLD_FIELDS,
    TEXT_OPTION("member_since", "DATE", N_("member of the household since (default: today)")),
};
static const struct alm_option edit_options[] = {
    PERSON_ID,
    {.name = "household", .type = ALM_STRING, .value = "CODE", .help = N_("they live in this household now")},
    {.name = "since", .type = ALM_DATE, .value = "DATE", .help = N_("with --household: from when on (default: today)")},
    PERSON_FIELDS,
    HOUSEHOLD_FIELDS};
static const struct alm_option erase_options[] = {PERSON_ID,
                                                  {.name = "reason",
                                                   .type = ALM_STRING,
                                                   .flags = ALM_REQUIRED,
                                                   .value = "TEXT",
                                                   .help = N_("why, for the journal; without personal data")}};

static const struct alm_command commands[] = {
    {"import", N_("register or update people from a CSV file"), import_options, COUNT_OF(import_options),
     ALM_WRITES | ALM_BULK, run_import, "person import people.csv\nperson import people.csv --dry-run"},
    {"find", N_("find people by name, national ID or mobile number"), find_options, COUNT_OF(find_options), ALM_READS,
     run_find, "person find فتحی\nperson find 1476174032"},
    {"list", N_("list the members of a household, or of all of a base or an area, by household"), list_options,
     COUNT_OF(list_options), ALM_READS, run_list,
     "person list --household H0000001\nperson list --base B0001 --heads --address"},
    {"show", N_("show one person"), id_options, COUNT_OF(id_options), ALM_READS, run_show, "person show 1476174032"},
    {"add", N_("register one person"), add_options, COUNT_OF(add_options), ALM_WRITES, run_add,
     "person add --household H0000001 --relation child --given_name آرش --birth_date 1399/06/01 --sex m"},
    {"edit", N_("change what is given; --household moves them, from a day on"), edit_options, COUNT_OF(edit_options),
     ALM_WRITES, run_edit,
     "person edit 1476174032 --mobile 09121234567\nperson edit 1476174032 --household H0000002 --since 1399/12/01"},
    CLI_PERSON_MERGE,
    CLI_PERSON_SPLIT,
    {"erase", N_("erase a person's data; the ledger's sums stay"), erase_options, COUNT_OF(erase_options), ALM_WRITES,
     run_erase, "person erase 1476174032 --reason 'asked for it' --yes"},
};
extern const struct cli_noun cli_person;
const struct cli_noun cli_person = {"person", N_("people: import, find, list, show, add, edit, merge, split, erase"),
                                    commands, COUNT_OF(commands)};
