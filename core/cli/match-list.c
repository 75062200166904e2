/* SPDX-License-Identifier: MIT */
/* `almoner match list`: who of a body's list is in the register already, and what they got, before it is imported. */
#include "cli/match.h"
#include "match/match.h"

#include <stdlib.h>

/* Somebody with the same national or foreign ID is the same person unless this is less likely than not. */
static const double same_id = 0.5;

enum verdict { NEW, KNOWN, DOUBTFUL, REJECTED, VERDICTS };
const char *const cli_match_verdicts[] = {N_("new"), N_("known"), N_("doubtful"), N_("rejected"), NULL};

/* ---- both lists ---- */

enum { CANDIDATES = 3 };
#define NOBODY UINT32_MAX
struct candidate {
    uint32_t known;
    double probability;
};
struct row {
    int64_t line;
    const char *texts;   /* of all traits, one after the other, each ended by a NUL */
    const char *reason;  /* of a rejected one, or of one whose national ID is none; NULL: sound */
    int64_t twin;        /* the line of an earlier row that is of the same person; 0: none */
    int64_t national_id; /* as a number; 0: none */
    uint32_t same_id;    /* who has one of its IDs; NOBODY */
    enum verdict verdict;
    struct candidate candidates[CANDIDATES]; /* the likeliest first */
    uint32_t n_candidates;
};
struct known {
    alm_id person, household;
    int64_t national_id;
    const char *code;
};
struct id_mark {
    const char *mark; /* a national ID, or f: and the key of a foreign one */
    uint32_t row;
};

struct check {
    struct cli *cli;
    /*
     * A link is taken as certain from one probability on, and as possible down to another; in between a person has to
     * look.  The engine's own threshold weighs those it misses and those it takes wrongly alike; here nobody shall be
     * taken for another.
     */
    const struct match_register *of;
    const struct import_column *columns;
    int threads;
    struct arena arena;
    struct row *rows;
    size_t n, capacity, n_sound;
    uint32_t *sound; /* the engine's number of a row -> the row */
    size_t next;     /* of them, to be handed to the engine */
    struct known *knowns;
    size_t n_knowns, knowns_capacity;
    struct id_mark *marks; /* sorted */
    size_t n_marks, marks_capacity;
    bool used[MATCH_TRAITS]; /* some row has it */
    struct alm_text headers[MATCH_TRAITS];
    enum match_trait traits[MATCH_TRAITS]; /* those that are used */
    size_t n_traits;
    struct register_people *people;
    struct match_trait_texts texts; /* of the person that the engine was handed last */
    struct ledger_last *lasts;
    size_t n_lasts;
    int64_t counts[VERDICTS], helped, wrong_ids, twins;
};

/* ---- the list ---- */

static const char *foreign_mark(struct arena *arena, struct alm_text id)
{
    char key[REGISTER_CODE_MAX + 1];
    const size_t len = id.len && id.len <= REGISTER_CODE_MAX / 2 ? register_code_key(id, key) : 0;
    return len ? arena_printf(arena, "f:%.*s", (int)len, key) : NULL;
}

static int64_t id_number(struct alm_text national_id)
{
    int64_t number = 0;
    for (size_t i = 0; i < national_id.len; i++)
        number = number * 10 + (national_id.at[i] - '0');
    return number;
}

static void add_mark(struct check *check, const char *mark)
{
    ARRAY_ROOM(check->marks, check->n_marks, check->marks_capacity);
    check->marks[check->n_marks++] = (struct id_mark){mark, (uint32_t)check->n};
}

static struct row *add_row(struct check *check, int64_t line)
{
    ARRAY_ROOM(check->rows, check->n, check->capacity);
    struct row *row = &check->rows[check->n++];
    *row = (struct row){.line = line, .same_id = NOBODY};
    return row;
}

static void take_row(void *context, int64_t line, const struct register_traits *traits)
{
    struct check *check = context;
    struct match_trait_texts texts;
    size_t len = 0;
    match_traits(traits, &texts);
    for (int t = 0; t < MATCH_TRAITS; t++) {
        check->used[t] |= texts.at[t].len > 0;
        len += texts.at[t].len + 1;
    }
    char *to = arena_alloc(&check->arena, len);
    const char *const packed = to;
    for (int t = 0; t < MATCH_TRAITS; t++) {
        if (texts.at[t].len)
            memcpy(to, texts.at[t].at, texts.at[t].len);
        to += texts.at[t].len;
        *to++ = '\0';
    }
    if (traits->national_id.len && !traits->wrong_id)
        add_mark(check, packed);
    const char *foreign = foreign_mark(&check->arena, traits->foreign_id);
    if (foreign)
        add_mark(check, foreign);
    struct row *row = add_row(check, line);
    row->texts = packed;
    if (traits->wrong_id)
        row->reason = arena_printf(&check->arena, "national_id: %s", traits->wrong_id);
    else
        row->national_id = id_number(traits->national_id);
}

/* Called for every row of the list; sound ones were taken by take_row(). */
static void take_reject(void *context, const struct import_row *from)
{
    struct check *check = context;
    if (from->outcome != IMPORT_REJECTED)
        return;
    struct row *row = add_row(check, from->line);
    row->verdict = REJECTED;
    row->reason = from->fields && from->column >= 0
                      ? arena_printf(&check->arena, "%s: %s", check->columns[from->column].name, from->reason)
                      : arena_strdup(&check->arena, from->reason);
}

static void tell_unread(void *context, const char *headers)
{
    struct strbuf text = {0};
    import_unread_text(headers, &text);
    cli_warn(context, "%s", text.at);
    strbuf_release(&text);
}

static int by_mark(const void *a, const void *b)
{
    const struct id_mark *x = a, *y = b;
    const int order = strcmp(x->mark, y->mark);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static enum alm_status read_list(struct check *check, struct store *store, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = check->cli;
    struct import import = {.command = "match list",
                            .file = alm_arg_text(args, "file"),
                            .map = cli_map(cli, args),
                            .rows = register_importer_rows,
                            .unread = tell_unread,
                            .unread_context = cli,
                            .answer = take_reject,
                            .answer_context = check,
                            .look = true};
    struct register_directory *directory;
    struct import_counts counts;
    int64_t resumed;
    enum alm_status status = cli_directory(cli, &directory, err);
    if (status != ALM_OK)
        return status;
    struct register_importer *importer =
        register_importer_new(LIST_PERSON, store, directory, NULL, host_today(cli->host), false);
    register_importer_look(importer, take_row, check);
    import.columns = check->columns = register_list_columns(LIST_PERSON, &import.n_columns);
    import.context = importer;
    status = import_run(store, &import, &counts, NULL, 0, &resumed, err);
    register_importer_free(importer);
    check->sound = xcalloc(check->n + 1, sizeof *check->sound);
    for (size_t i = 0; i < check->n; i++)
        if (check->rows[i].texts)
            check->sound[check->n_sound++] = (uint32_t)i;
    for (int t = 0; t < MATCH_TRAITS; t++)
        if (check->used[t]) {
            check->headers[check->n_traits] = text_of(match_trait_headers[t]);
            check->traits[check->n_traits++] = (enum match_trait)t;
        }
    if (check->n_marks)
        qsort(check->marks, check->n_marks, sizeof *check->marks, by_mark);
    return status;
}

static enum alm_status next_of_list(void *context, struct alm_text *fields, bool *end, struct alm_error *err)
{
    struct check *check = context;
    (void)err;
    *end = check->next == check->n_sound;
    if (*end)
        return ALM_OK;
    const char *at = check->rows[check->sound[check->next++]].texts;
    for (size_t t = 0, i = 0; t < MATCH_TRAITS; t++) {
        const struct alm_text text = text_of(at);
        if (check->used[t])
            fields[i++] = text;
        at += text.len + 1;
    }
    return ALM_OK;
}

/* ---- the register ---- */

/* Rows with that mark are of this person by their ID. */
static void find_mark(struct check *check, const char *mark, uint32_t known)
{
    size_t low = 0, high = check->n_marks;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(check->marks[middle].mark, mark) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < check->n_marks && strcmp(check->marks[low].mark, mark) == 0; low++)
        if (check->rows[check->marks[low].row].same_id == NOBODY)
            check->rows[check->marks[low].row].same_id = known;
}

static enum alm_status next_of_register(void *context, struct alm_text *fields, bool *end, struct alm_error *err)
{
    struct check *check = context;
    struct register_known from;
    bool more;
    const enum alm_status status = register_people_next(check->people, &from, &more, err);
    *end = !more;
    if (status != ALM_OK || !more)
        return status;
    match_traits(&from.traits, &check->texts);
    for (size_t i = 0; i < check->n_traits; i++)
        fields[i] = check->texts.at[check->traits[i]];
    ARRAY_ROOM(check->knowns, check->n_knowns, check->knowns_capacity);
    const struct known *last = check->n_knowns ? &check->knowns[check->n_knowns - 1] : NULL;
    const char *code = last && last->household == from.household
                           ? last->code
                           : arena_strndup(&check->arena, from.code.at, from.code.len);
    const uint32_t number = (uint32_t)check->n_knowns++;
    check->knowns[number] = (struct known){from.survivor, from.household, id_number(from.traits.national_id), code};
    if (from.traits.national_id.len) {
        char mark[32];
        snprintf(mark, sizeof mark, "%.*s", (int)from.traits.national_id.len, from.traits.national_id.at);
        find_mark(check, mark, number);
    }
    if (from.traits.foreign_id.len && check->used[TRAIT_FOREIGN_ID]) {
        char mark[REGISTER_CODE_MAX + 3] = "f:";
        register_code_key(from.traits.foreign_id, mark + 2);
        find_mark(check, mark, number);
    }
    return ALM_OK;
}

/* ---- the verdict ---- */

/* Several registrations of one person are one candidate: false if that one is likelier than this. */
static bool forget_alias(const struct check *check, struct row *row, size_t second, double probability)
{
    for (uint32_t i = 0; i < row->n_candidates; i++) {
        if (check->knowns[row->candidates[i].known].person != check->knowns[second].person)
            continue;
        if (row->candidates[i].probability >= probability)
            return false;
        memmove(&row->candidates[i], &row->candidates[i + 1], (row->n_candidates - i - 1) * sizeof *row->candidates);
        row->n_candidates--;
        return true;
    }
    return true;
}

static void take_pair(void *context, size_t first, size_t second, double probability)
{
    struct check *check = context;
    struct row *row = &check->rows[check->sound[first]];
    uint32_t at = 0;
    if (probability < check->of->possible || second >= check->n_knowns ||
        !forget_alias(check, row, second, probability))
        return;
    while (at < row->n_candidates &&
           (row->candidates[at].probability > probability ||
            (row->candidates[at].probability >= probability && row->candidates[at].known < second)))
        at++;
    if (at == CANDIDATES)
        return;
    if (row->n_candidates < CANDIDATES)
        row->n_candidates++;
    for (uint32_t i = row->n_candidates - 1; i > at; i--)
        row->candidates[i] = row->candidates[i - 1];
    row->candidates[at] = (struct candidate){(uint32_t)second, probability};
}

/* Whether a row says more than an ID. */
static bool says_more(const struct row *row)
{
    const char *at = row->texts;
    bool more = false;
    for (int t = 0; t < MATCH_TRAITS; t++) {
        more |= *at && (t == TRAIT_GIVEN || t == TRAIT_FAMILY || t == TRAIT_FATHER || t == TRAIT_BORN);
        at += strlen(at) + 1;
    }
    return more;
}

/* Who has the row's ID comes first, and alone if nothing speaks against it. */
static void judge_by_id(const struct check *check, const struct match *match, size_t number, struct row *row)
{
    const double probability = match_probability(match, number, row->same_id);
    uint32_t n = 0;
    for (uint32_t i = 0; i < row->n_candidates; i++)
        if (check->knowns[row->candidates[i].known].person != check->knowns[row->same_id].person && n < CANDIDATES - 1)
            row->candidates[n++] = row->candidates[i];
    for (uint32_t i = n; i > 0; i--)
        row->candidates[i] = row->candidates[i - 1];
    row->candidates[0] = (struct candidate){row->same_id, probability};
    row->verdict = probability >= same_id || !says_more(row) ? KNOWN : DOUBTFUL;
    row->n_candidates = row->verdict == KNOWN ? 1 : n + 1;
}

static void judge(const struct check *check, struct row *row)
{
    if (!row->n_candidates) {
        row->verdict = NEW;
        return;
    }
    const struct candidate *best = &row->candidates[0];
    const int64_t theirs = check->knowns[best->known].national_id;
    const bool other_id = row->national_id && theirs && theirs != row->national_id;
    const bool two = row->n_candidates > 1 && row->candidates[1].probability >= check->of->certain;
    row->verdict = best->probability >= check->of->certain && !other_id && !two ? KNOWN : DOUBTFUL;
    if (row->verdict == KNOWN)
        row->n_candidates = 1;
}

/* Somebody has to look at the card, and import would not take it; who is found nowhere is not worth it. */
static void judge_wrong_id(struct check *check, struct row *row)
{
    row->verdict = row->n_candidates ? DOUBTFUL : REJECTED;
    check->wrong_ids += row->verdict == DOUBTFUL;
}

/* ---- the same person twice in the list ---- */

static void set_twin(struct row *row, const struct row *other)
{
    if (other->line < row->line && (!row->twin || other->line < row->twin))
        row->twin = other->line;
}

static void twins(struct row *a, struct row *b)
{
    set_twin(a, b);
    set_twin(b, a);
}

static void take_twins(void *context, size_t first, size_t second, double probability)
{
    struct check *check = context;
    struct row *a = &check->rows[check->sound[first]], *b = &check->rows[check->sound[second]];
    const bool other_id = a->national_id && b->national_id && a->national_id != b->national_id;
    if (probability >= check->of->certain && !other_id)
        twins(a, b);
}

struct by_person {
    alm_id person;
    uint32_t row;
};

static int compare_by_person(const void *left, const void *right)
{
    const struct by_person *a = left, *b = right;
    if (a->person != b->person)
        return a->person < b->person ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* Two rows with one ID, and two that are of one whom we know. */
static void find_twins(struct check *check)
{
    struct by_person *known = xcalloc(check->n_sound + 1, sizeof *known);
    size_t n = 0;
    for (size_t i = 1; i < check->n_marks; i++)
        if (strcmp(check->marks[i].mark, check->marks[i - 1].mark) == 0)
            twins(&check->rows[check->marks[i].row], &check->rows[check->marks[i - 1].row]);
    for (size_t i = 0; i < check->n_sound; i++) {
        const struct row *row = &check->rows[check->sound[i]];
        if (row->verdict == KNOWN)
            known[n++] = (struct by_person){check->knowns[row->candidates[0].known].person, check->sound[i]};
    }
    qsort(known, n, sizeof *known, compare_by_person);
    for (size_t i = 1; i < n; i++)
        if (known[i].person == known[i - 1].person)
            twins(&check->rows[known[i].row], &check->rows[known[i - 1].row]);
    for (size_t i = 0; i < check->n_sound; i++) {
        struct row *row = &check->rows[check->sound[i]];
        if (!row->twin)
            continue;
        check->twins++;
        row->reason = arena_printf(&check->arena, _("%s%sthe same person as in line %lld"),
                                   row->reason ? row->reason : "", row->reason ? "; " : "", (long long)row->twin);
    }
    free(known);
}

static int by_line(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return (x->line > y->line) - (x->line < y->line);
}

static enum alm_status compare_lists(struct check *check, struct store *store, const struct alm_args *args,
                                     struct alm_error *err)
{
    const struct match_list list = {alm_arg_text(args, "file"), check->headers, check->n_traits, next_of_list, check},
                            known = {_("the register"), check->headers, check->n_traits, next_of_register, check};
    const struct match_options options = {
        .lists = {&list, &known}, .threshold = -1, .threads = check->threads, .within = true};
    struct match_counts counts;
    struct match *match = NULL;
    enum alm_status status = ALM_OK;
    if (check->n_sound)
        status = register_people_open(&check->people, store, host_today(check->cli->host), err);
    if (check->n_sound && status == ALM_OK)
        status = match_run(&match, &options, &counts, err);
    if (status == ALM_OK && check->n_knowns)
        match_pairs(match, take_pair, check);
    for (size_t i = 0; i < check->n_sound && status == ALM_OK; i++) {
        struct row *row = &check->rows[check->sound[i]];
        if (row->same_id != NOBODY)
            judge_by_id(check, match, i, row);
        else
            judge(check, row);
        if (row->reason)
            judge_wrong_id(check, row);
    }
    if (status == ALM_OK && match) {
        match_pairs_within(match, take_twins, check);
        find_twins(check);
    }
    for (size_t i = 0; i < check->n; i++)
        check->counts[check->rows[i].verdict]++;
    if (check->n)
        qsort(check->rows, check->n, sizeof *check->rows, by_line);
    match_free(match);
    register_people_close(check->people);
    return status;
}

/* ---- what they got ---- */

static const struct ledger_last *lasts_of(const struct check *check, alm_id recipient, size_t *n)
{
    size_t low = 0, high = check->n_lasts;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (check->lasts[middle].recipient < recipient)
            low = middle + 1;
        else
            high = middle;
    }
    for (*n = 0; low + *n < check->n_lasts && check->lasts[low + *n].recipient == recipient; ++*n)
        ;
    return check->lasts + low;
}

static enum alm_status read_lasts(struct check *check, struct alm_error *err)
{
    alm_id *households = NULL, *persons = NULL;
    size_t n = 0, capacity = 0, n_persons = 0, persons_capacity = 0;
    struct ledger *ledger;
    enum alm_status status = host_ledger(check->cli->host, &ledger, err);
    for (size_t i = 0; i < check->n; i++)
        for (uint32_t k = 0; k < check->rows[i].n_candidates; k++) {
            const struct known *known = &check->knowns[check->rows[i].candidates[k].known];
            ARRAY_ROOM(persons, n_persons, persons_capacity);
            persons[n_persons++] = known->person;
            if (n && households[n - 1] == known->household)
                continue;
            ARRAY_ROOM(households, n, capacity);
            households[n++] = known->household;
        }
    if (status == ALM_OK)
        status = ledger_last(ledger, households, n, persons, n_persons, &check->lasts, &check->n_lasts, err);
    for (size_t i = 0; i < check->n && status == ALM_OK; i++) {
        const struct row *row = &check->rows[i];
        size_t of_household, of_person;
        if (row->verdict != KNOWN)
            continue;
        lasts_of(check, check->knowns[row->candidates[0].known].household, &of_household);
        lasts_of(check, check->knowns[row->candidates[0].known].person, &of_person);
        check->helped += of_household + of_person > 0;
    }
    free(households);
    free(persons);
    return status;
}

/* ---- the answer ---- */

static const struct alm_column columns[] = {
    CLI_COLUMN("line", N_("line"), ALM_INT),
    CLI_COLUMN("verdict", N_("verdict"), ALM_STRING),
    CLI_COLUMN("probability", N_("probability"), ALM_STRING),
    CLI_COLUMN("person", N_("person"), ALM_ID),
    CLI_COLUMN("household", N_("household"), ALM_STRING),
    CLI_COLUMN("programme", N_("programme"), ALM_STRING),
    CLI_COLUMN("date", N_("last"), ALM_DATE),
    CLI_COLUMN("body", N_("by"), ALM_STRING),
    CLI_COLUMN("reason", N_("reason"), ALM_STRING),
};
enum { C_LINE, C_VERDICT, C_PROBABILITY, C_PERSON, C_HOUSEHOLD, C_PROGRAMME, C_DATE, C_BODY, C_REASON, N_COLUMNS };
_Static_assert(COUNT_OF(columns) == N_COLUMNS, "one for each");

/* A candidate: a line for each programme that helped them, or one that says who they are. */
static enum alm_status candidate_rows(struct check *check, struct register_directory *directory,
                                      const struct candidate *candidate, struct alm_value *values,
                                      struct alm_error *err)
{
    const struct known *known = &check->knowns[candidate->known];
    const alm_id recipients[] = {known->household, known->person};
    enum alm_status status = ALM_OK;
    char probability[16];
    bool any = false;
    snprintf(probability, sizeof probability, "%.4f", candidate->probability);
    values[C_PROBABILITY] = alm_string(probability);
    values[C_PERSON] = alm_number(known->person);
    values[C_HOUSEHOLD] = alm_string(known->code);
    values[C_PROGRAMME] = values[C_DATE] = values[C_BODY] = alm_null();
    for (size_t r = 0; r < COUNT_OF(recipients); r++) {
        size_t n;
        const struct ledger_last *lasts = lasts_of(check, recipients[r], &n);
        for (size_t i = 0; i < n && status == ALM_OK; i++) {
            values[C_PROGRAMME] = cli_entry_code(directory, REGISTER_PROGRAMME, lasts[i].programme);
            values[C_DATE] = alm_number(lasts[i].date);
            values[C_BODY] = cli_entry_code(directory, REGISTER_BODY, lasts[i].body);
            status = report_row(check->cli->report, values, err);
            any = true;
        }
    }
    return any ? status : report_row(check->cli->report, values, err);
}

static enum alm_status tell_rows(struct check *check, const struct alm_args *args, struct alm_error *err)
{
    struct report *report = check->cli->report;
    struct register_directory *directory;
    enum alm_status status = cli_directory(check->cli, &directory, err);
    if (status == ALM_OK)
        status = report_begin(report, _("The list against the register"), columns, COUNT_OF(columns), err);
    for (size_t i = 0; i < check->n && status == ALM_OK; i++) {
        const struct row *row = &check->rows[i];
        struct alm_value values[N_COLUMNS];
        if (alm_arg(args, "only")->count && alm_arg_number(args, "only", NEW) != (int64_t)row->verdict)
            continue;
        for (int c = 0; c < N_COLUMNS; c++)
            values[c] = alm_null();
        values[C_LINE] = alm_number(row->line);
        values[C_VERDICT] = alm_string(_(cli_match_verdicts[row->verdict]));
        if (row->reason)
            values[C_REASON] = alm_string(row->reason);
        if (!row->n_candidates)
            status = report_row(report, values, err);
        for (uint32_t k = 0; k < row->n_candidates && status == ALM_OK; k++)
            status = candidate_rows(check, directory, &row->candidates[k], values, err);
    }
    return status == ALM_OK ? report_end(report, err) : status;
}

enum alm_status cli_match_list(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    struct cli *cli = state;
    struct check check = {.cli = cli};
    struct store *store;
    enum alm_status status = cli_match_threads(args, &check.threads, err);
    (void)host;
    if (status == ALM_OK)
        status = cli_store(cli, &store, err);
    if (status == ALM_OK)
        status = host_match(cli->host, &check.of, err);
    if (status == ALM_OK)
        status = read_list(&check, store, args, err);
    if (status == ALM_OK)
        status = compare_lists(&check, store, args, err);
    if (status == ALM_OK)
        status = read_lasts(&check, err);
    if (status == ALM_OK)
        status = tell_rows(&check, args, err);
    if (status == ALM_OK) {
        cli_say(cli, _("%lld rows read: %lld new, %lld known, %lld doubtful, %lld rejected"), (long long)check.n,
                (long long)check.counts[NEW], (long long)check.counts[KNOWN], (long long)check.counts[DOUBTFUL],
                (long long)check.counts[REJECTED]);
        cli_say(cli, _("of those who are known, %lld got aid already"), (long long)check.helped);
        if (check.twins)
            cli_say(cli,
                    ngettext("%lld row is of somebody who stands in the list before",
                             "%lld rows are of people who stand in the list before", (unsigned long)check.twins),
                    (long long)check.twins);
        if (check.wrong_ids)
            cli_say(cli,
                    ngettext("%lld of the doubtful has a national ID that is none: an import would reject it",
                             "%lld of the doubtful have national IDs that are none: an import would reject them",
                             (unsigned long)check.wrong_ids),
                    (long long)check.wrong_ids);
    }
    if (status == ALM_OK && check.counts[REJECTED])
        status = error_set(err, ALM_BAD_DATA, _("an import would reject them too; all other rows were looked at"),
                           ngettext("%lld row of %s was rejected", "%lld rows of %s were rejected",
                                    (unsigned long)check.counts[REJECTED]),
                           (long long)check.counts[REJECTED], alm_arg_text(args, "file"));
    free(check.rows);
    free(check.sound);
    free(check.knowns);
    free(check.marks);
    free(check.lasts);
    arena_release(&check.arena);
    return status;
}
