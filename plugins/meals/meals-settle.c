/* SPDX-License-Identifier: MIT */
/*
 * Deliveries draw from batches.
 *
 * A batch is read from the store when a call of settle() or unsettle() first meets it, and written once at the end of
 * the call.  Before settle() judges the first line it locks all batches that its lines may draw from, in the order of
 * their codes: what is left in them can then be told, however many draw at the same time.  Between calls the table
 * keeps only the codes (a line's detail points at them): `generation` tells what was read by this call, so nothing that
 * another process or a rollback changed is ever taken for current.
 */
#include "meals.h"
#include <stdlib.h>

static uint64_t hash_of(const char *code)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *code; code++)
        hash = (hash ^ (unsigned char)*code) * 1099511628211u;
    return hash ^ hash >> 29;
}

static size_t place_of(const struct meals_batches *table, const char *code)
{
    size_t i = (size_t)hash_of(code) & (table->capacity - 1);
    while (table->at[i] && strcmp(table->at[i]->code, code) != 0)
        i = (i + 1) & (table->capacity - 1);
    return i;
}

static enum alm_status no_memory(struct alm_error *err)
{
    return alm_fail(err, ALM_INTERNAL, "give it a smaller file", "out of memory while drawing from batches");
}

static bool table_grow(struct meals_batches *table)
{
    size_t capacity = table->capacity ? table->capacity * 2 : 64;
    struct meals_batches grown = {.at = calloc(capacity, sizeof(struct meals_batch *)), .capacity = capacity};
    if (!grown.at)
        return false;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->at[i])
            grown.at[place_of(&grown, table->at[i]->code)] = table->at[i];
    free(table->at);
    table->at = grown.at;
    table->capacity = capacity;
    return true;
}

/* The entry of that code, made if it is not there. NULL: no memory. */
static struct meals_batch *table_entry(struct meals_batches *table, const char *code)
{
    if (table->count * 2 >= table->capacity && !table_grow(table))
        return NULL;
    size_t i = place_of(table, code);
    if (table->at[i])
        return table->at[i];
    struct meals_batch *batch = calloc(1, sizeof *batch);
    if (!batch || !(batch->code = strdup(code))) {
        free(batch);
        return NULL;
    }
    table->at[i] = batch;
    table->count++;
    return batch;
}

void meals_batches_release(struct meals_batches *table)
{
    for (size_t i = 0; i < table->capacity; i++)
        if (table->at[i]) {
            free(table->at[i]->code);
            free(table->at[i]->kitchen);
            free(table->at[i]);
        }
    free(table->at);
}

#define BATCH_COLUMNS                                                                                                  \
    "SELECT b.code, b.date, b.slot, b.cooked_at, b.portions, b.given, b.cost, k.area, b.kitchen, b.closed "
#define BATCH_KITCHEN "JOIN meals_kitchen k ON k.programme = b.programme AND k.code = b.kitchen "

/* The statement's row into the table, unless this call has it already. */
static struct meals_batch *read_batch(const struct alm_host *host, struct meals_batches *table,
                                      struct alm_statement *st)
{
    struct meals_batch *batch = table_entry(table, host->column_text(host, st, 0));
    if (!batch || batch->generation == table->generation)
        return batch;
    int64_t area = meals_column_int(host, st, 7);
    const char *kitchen = host->column_text(host, st, 8);
    if (!batch->kitchen || strcmp(batch->kitchen, kitchen) != 0) {
        free(batch->kitchen);
        batch->kitchen = strdup(kitchen);
        if (!batch->kitchen)
            return NULL;
    }
    batch->generation = table->generation;
    batch->exists = true;
    batch->date = (alm_date)host->column_int(host, st, 1);
    batch->slot = host->column_int(host, st, 2);
    batch->cooked_at = meals_column_int(host, st, 3);
    batch->portions = host->column_int(host, st, 4);
    batch->given = host->column_int(host, st, 5);
    batch->cost = meals_column_int(host, st, 6);
    batch->area = area == ALM_NULL ? 0 : area;
    batch->closed = !host->column_is_null(host, st, 9);
    batch->drawn = 0;
    return batch;
}

/* *batch is NULL if there is none of that code.  Codes that name nothing are not kept: a bad file has no end of them.
 */
static enum alm_status batch_by_code(const struct alm_host *host, struct meals_batches *table, const char *code,
                                     struct meals_batch **batch, struct alm_error *err)
{
    *batch = NULL;
    size_t i = table->capacity ? place_of(table, code) : 0;
    if (table->capacity && table->at[i] && table->at[i]->generation == table->generation) {
        *batch = table->at[i]->exists ? table->at[i] : NULL;
        return ALM_OK;
    }
    struct alm_statement *st;
    bool row = false;
    enum alm_status status = meals_query(
        host, &st, err, BATCH_COLUMNS "FROM meals_batch b " BATCH_KITCHEN "WHERE b.programme = $1 AND b.code = $2",
        "it", host->programme_id(host), code);
    if (status == ALM_OK)
        status = host->step(host, st, &row, err);
    if (status != ALM_OK)
        return status;
    if (row) {
        *batch = read_batch(host, table, st);
        return *batch ? ALM_OK : no_memory(err);
    }
    if (table->capacity && table->at[i]) {
        table->at[i]->generation = table->generation;
        table->at[i]->exists = false;
    }
    return ALM_OK;
}

/* ---- lines that name no batch ---- */

/* One such line; sorted by day, slot and area, so that each of these is looked up once. */
struct wish {
    int64_t period;
    alm_id area;
    size_t line;
};

/* The batches a line may draw from, nearest first: `count` of them from `first` on in choices.batches. */
struct choice {
    size_t first, count;
};

struct choices {
    struct choice *of_line; /* NULL if every line names its batch */
    struct meals_batch **batches;
    size_t count, capacity;
    struct meals_batch **day; /* of the day and slot at hand, in the order of their codes */
    size_t n_day, day_capacity;
};

static void choices_release(struct choices *choices)
{
    free(choices->of_line);
    free(choices->batches);
    free(choices->day);
}

static bool push_batch(struct meals_batch ***at, size_t *count, size_t *capacity, struct meals_batch *batch)
{
    if (*count >= *capacity) {
        size_t larger = *capacity ? *capacity * 2 : 64;
        struct meals_batch **grown = realloc(*at, larger * sizeof(struct meals_batch *));
        if (!grown)
            return false;
        *at = grown;
        *capacity = larger;
    }
    (*at)[(*count)++] = batch;
    return true;
}

static int compare_wishes(const void *left, const void *right)
{
    const struct wish *a = left;
    const struct wish *b = right;
    if (a->period != b->period)
        return a->period < b->period ? -1 : 1;
    return a->area < b->area ? -1 : a->area > b->area;
}

static int compare_codes(const void *left, const void *right)
{
    const struct meals_batch *const *a = left;
    const struct meals_batch *const *b = right;
    return strcmp((*a)->code, (*b)->code);
}

static enum alm_status read_day(const struct alm_host *host, struct meals_batches *table, struct choices *choices,
                                alm_date date, int64_t slot, struct alm_error *err)
{
    struct alm_statement *st;
    bool row = true;
    choices->n_day = 0;
    enum alm_status status = meals_query(
        host, &st, err,
        BATCH_COLUMNS
        "FROM meals_day d JOIN meals_batch b ON b.programme = d.programme AND b.code = d.code " BATCH_KITCHEN
        "WHERE d.programme = $1 AND d.date = $2 AND b.slot = $3",
        "iii", host->programme_id(host), (int64_t)date, slot);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        struct meals_batch *batch = read_batch(host, table, st);
        if (!batch || !push_batch(&choices->day, &choices->n_day, &choices->day_capacity, batch))
            return no_memory(err);
    }
    if (status == ALM_OK && choices->n_day)
        qsort(choices->day, choices->n_day, sizeof *choices->day, compare_codes);
    return status;
}

/* Both kitchens cook for the area at hand, so one's area lies in the other's, or they are the same. */
static bool nearer(const struct alm_host *host, const struct meals_batch *a, const struct meals_batch *b)
{
    if (a->area == b->area || !a->area)
        return false;
    return !b->area || host->area_within(host, a->area, b->area);
}

/* The day's batches whose kitchens cook for the area; the deepest area first, then by code. */
static bool choose(const struct alm_host *host, struct choices *choices, alm_id area, struct choice *choice)
{
    choice->first = choices->count;
    for (size_t i = 0; i < choices->n_day; i++) {
        struct meals_batch *batch = choices->day[i];
        if (batch->area && !(area && host->area_within(host, area, batch->area)))
            continue;
        if (!push_batch(&choices->batches, &choices->count, &choices->capacity, batch))
            return false;
        struct meals_batch **list = choices->batches + choice->first;
        size_t at = choices->count - choice->first - 1;
        for (; at > 0 && nearer(host, batch, list[at - 1]); at--)
            list[at] = list[at - 1];
        list[at] = batch;
    }
    choice->count = choices->count - choice->first;
    return true;
}

static bool names_batch(const struct alm_line *line)
{
    const struct alm_value *code = &line->detail[MEALS_DETAIL_BATCH];
    return !code->is_null && code->text && *code->text;
}

static int64_t period_of(const struct meals *meals, const struct alm_line *line)
{
    return (int64_t)line->date * 8 + meals_slot_of_detail(meals, line->detail, line->n_detail);
}

static enum alm_status find_choices(const struct alm_host *host, struct meals *meals, const struct alm_line *lines,
                                    size_t n, struct choices *choices, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    size_t n_wishes = 0;
    for (size_t i = 0; i < n; i++)
        n_wishes += !names_batch(&lines[i]);
    if (!n_wishes)
        return ALM_OK;
    struct wish *wishes = malloc(n_wishes * sizeof *wishes);
    choices->of_line = calloc(n, sizeof *choices->of_line);
    if (!wishes || !choices->of_line) {
        status = no_memory(err);
        goto out;
    }
    size_t filled = 0;
    for (size_t i = 0; i < n; i++)
        if (!names_batch(&lines[i]))
            wishes[filled++] = (struct wish){period_of(meals, &lines[i]), lines[i].area, i};
    qsort(wishes, n_wishes, sizeof *wishes, compare_wishes);
    for (size_t i = 0; i < n_wishes; i++) {
        const struct wish *wish = &wishes[i];
        bool new_day = i == 0 || wish->period != wish[-1].period;
        if (new_day) {
            const struct alm_line *line = &lines[wish->line];
            status = read_day(host, &meals->batches, choices, line->date, wish->period - (int64_t)line->date * 8, err);
            if (status != ALM_OK)
                goto out;
        }
        struct choice *choice = &choices->of_line[wish->line];
        if (!new_day && wish->area == wish[-1].area)
            *choice = choices->of_line[wish[-1].line];
        else if (!choose(host, choices, wish->area, choice)) {
            status = no_memory(err);
            goto out;
        }
    }
out:
    free(wishes);
    return status;
}

/* ---- judging a line ---- */

static void format_span(int64_t seconds, char *buf, size_t size)
{
    if (seconds >= 3600 && seconds % 3600 < 60)
        snprintf(buf, size, "%lld h", (long long)(seconds / 3600));
    else if (seconds >= 3600)
        snprintf(buf, size, "%lld h %lld min", (long long)(seconds / 3600), (long long)(seconds % 3600 / 60));
    else
        snprintf(buf, size, "%lld min", (long long)(seconds / 60));
}

/* When the meals were handed over; ALM_NULL if that is not known. */
static alm_time time_of(const struct alm_host *host, const struct alm_line *line, alm_date today)
{
    const struct alm_value *time = &line->detail[MEALS_DETAIL_TIME];
    if (!time->is_null)
        return time->number;
    return line->date == today ? host->now(host) : ALM_NULL;
}

/* Whether the line may draw from the batch; else the reason stands in the verdict. */
static bool may_draw(const struct alm_host *host, const struct meals *meals, const struct meals_batch *batch,
                     const struct alm_line *line, alm_time time, struct alm_verdict *verdict)
{
    int64_t slot = meals_slot_of_detail(meals, line->detail, line->n_detail);
    if (batch->date != line->date || batch->slot != slot) {
        char date[32];
        host->format_date(host, batch->date, date, sizeof date);
        alm_refuse(verdict, "batch %s is %s of %s", batch->code, meals_slot_names[batch->slot], date);
        return false;
    }
    if (batch->closed) {
        alm_refuse(verdict, "batch %s is closed", batch->code);
        return false;
    }
    if (line->quantity > batch->portions - batch->given) {
        char left[32];
        meals_format_quantity(batch->portions - batch->given, left, sizeof left);
        alm_refuse(verdict, "batch %s has %s left", batch->code, left);
        return false;
    }
    if (time == ALM_NULL || batch->cooked_at == ALM_NULL)
        return true;
    if (time < batch->cooked_at) {
        alm_refuse(verdict, "batch %s was cooked later than that; state when it was given", batch->code);
        return false;
    }
    if (time - batch->cooked_at > meals->settings->hot_hold) {
        char age[32];
        char limit[32];
        format_span(time - batch->cooked_at, age, sizeof age);
        format_span(meals->settings->hot_hold, limit, sizeof limit);
        alm_refuse(verdict, "batch %s was cooked %s before; a meal is kept hot for %s%s", batch->code, age, limit,
                   line->detail[MEALS_DETAIL_TIME].is_null ? " (if it was given earlier, state the time)" : "");
        return false;
    }
    return true;
}

/* The batch that the line draws from; NULL with a verdict, or with none if it needs no batch. */
static struct meals_batch *batch_of_line(const struct alm_host *host, const struct meals *meals,
                                         struct meals_batch *const *batches, size_t n, const struct alm_line *line,
                                         alm_time time, struct alm_verdict *verdict)
{
    struct alm_verdict first = {0};
    for (size_t i = 0; i < n; i++) {
        struct alm_verdict why = {0};
        if (may_draw(host, meals, batches[i], line, time, &why))
            return batches[i];
        if (i == 0)
            first = why;
    }
    if (!meals->settings->batch_required)
        return NULL;
    if (n == 0)
        alm_refuse(verdict, "no kitchen that cooks for this area has %s on that day",
                   meals_slot_names[meals_slot_of_detail(meals, line->detail, line->n_detail)]);
    else if (n == 1)
        *verdict = first;
    else
        alm_refuse(verdict, "none of %zu batches will do: %.150s ...", n, first.reason);
    return NULL;
}

static void draw(struct meals_batch *batch, struct alm_line *line)
{
    batch->given += line->quantity;
    batch->drawn += line->quantity;
    line->detail[MEALS_DETAIL_BATCH] = alm_string(batch->code);
    if (batch->cost != ALM_NULL && batch->portions > 0)
        line->value = meals_share(batch->cost, line->quantity, batch->portions);
}

/* Its row of the day never changes: an upsert that changes nothing locks it, and leaves no other version behind. */
enum alm_status meals_batch_lock(const struct alm_host *host, alm_date date, const char *kitchen, const char *code,
                                 struct alm_error *err)
{
    return meals_run(host, NULL, err,
                     "INSERT INTO meals_day (programme, date, kitchen, code) VALUES ($1, $2, $3, $4) "
                     "ON CONFLICT (programme, date, kitchen, code) DO UPDATE SET code = excluded.code WHERE false",
                     "iitt", host->programme_id(host), (int64_t)date, kitchen, code);
}

/*
 * Lock what the lines may draw from, in the order of the codes, so that two writers never wait for each other in a
 * circle; and read again how much was given, which may have changed since.
 */
static enum alm_status lock_batches(const struct alm_host *host, struct meals *meals, const struct alm_line *lines,
                                    size_t n, const struct choices *choices, struct alm_error *err)
{
    struct meals_batch **wanted = NULL;
    size_t n_wanted = 0;
    size_t capacity = 0;
    bool enough = true;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; enough && i < choices->count; i++)
        if (choices->batches[i]->given < choices->batches[i]->portions) /* else there is nothing to draw */
            enough = push_batch(&wanted, &n_wanted, &capacity, choices->batches[i]);
    for (size_t i = 0; enough && status == ALM_OK && i < n; i++) {
        struct meals_batch *batch = NULL;
        if (names_batch(&lines[i]))
            status = batch_by_code(host, &meals->batches, lines[i].detail[MEALS_DETAIL_BATCH].text, &batch, err);
        if (batch && !batch->wanted)
            enough = push_batch(&wanted, &n_wanted, &capacity, batch);
        if (batch)
            batch->wanted = true;
    }
    if (status == ALM_OK && !enough)
        status = no_memory(err);
    if (status == ALM_OK && n_wanted)
        qsort(wanted, n_wanted, sizeof *wanted, compare_codes);
    for (size_t i = 0; status == ALM_OK && i < n_wanted; i++) {
        struct alm_statement *st;
        bool row = false;
        if (i && wanted[i] == wanted[i - 1]) /* of several lines' choices */
            continue;
        status = meals_batch_lock(host, wanted[i]->date, wanted[i]->kitchen, wanted[i]->code, err);
        if (status == ALM_OK)
            status =
                meals_query(host, &st, err, "SELECT given, closed FROM meals_batch WHERE programme = $1 AND code = $2",
                            "it", host->programme_id(host), wanted[i]->code);
        if (status == ALM_OK)
            status = host->step(host, st, &row, err);
        if (status == ALM_OK && row) {
            wanted[i]->given = host->column_int(host, st, 0);
            wanted[i]->closed = !host->column_is_null(host, st, 1);
        }
    }
    for (size_t i = 0; i < n_wanted; i++)
        wanted[i]->wanted = false;
    free(wanted);
    return status;
}

/* Add up what was drawn.  What comes back to a batch that is closed is left over, so that its sums go on to balance. */
static enum alm_status write_drawn(const struct alm_host *host, struct meals_batch **touched, size_t n,
                                   struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    if (n)
        qsort(touched, n, sizeof *touched, compare_codes); /* unsettle() has locked none */
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        int64_t changes = 0;
        if (touched[i]->drawn == 0) /* a batch from which lines of nothing drew stands here more than once */
            continue;
        status = meals_run(host, &changes, err,
                           "UPDATE meals_batch SET given = given + $1, left_over = left_over - $1 "
                           "WHERE programme = $2 AND code = $3 AND given + $1 BETWEEN 0 AND portions",
                           "iit", touched[i]->drawn, host->programme_id(host), touched[i]->code);
        if (status == ALM_OK && changes != 1)
            status = alm_fail(err, ALM_INTERNAL, "run: almoner audit verify",
                              "batch %s would have given more than was cooked, or less than nothing", touched[i]->code);
        touched[i]->drawn = 0;
    }
    return status;
}

enum alm_status meals_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                             struct alm_verdict *verdicts, struct alm_error *err)
{
    struct meals *meals = state;
    struct choices choices = {0};
    struct meals_batch **touched = NULL;
    size_t n_touched = 0;
    size_t touched_capacity = 0;
    const alm_date today = host->today(host);
    meals->batches.generation++;
    enum alm_status status = find_choices(host, meals, lines, n, &choices, err);
    if (status == ALM_OK)
        status = lock_batches(host, meals, lines, n, &choices, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        struct alm_line *line = &lines[i];
        struct alm_value *slot = &line->detail[MEALS_DETAIL_SLOT];
        alm_time time = time_of(host, line, today);
        struct meals_batch *batch = NULL;
        if (slot->is_null)
            *slot = (struct alm_value){.number = meals->first_slot, .text = meals_slot_names[meals->first_slot]};
        if (!line->detail[MEALS_DETAIL_TIME].is_null &&
            (time < ((int64_t)line->date - 1) * 86400 || time >= ((int64_t)line->date + 2) * 86400)) {
            alm_refuse(&verdicts[i], "the time lies on another day than the delivery");
            continue;
        }
        if (names_batch(line)) {
            const char *code = line->detail[MEALS_DETAIL_BATCH].text;
            status = batch_by_code(host, &meals->batches, code, &batch, err);
            if (status != ALM_OK)
                break;
            if (!batch)
                alm_refuse(&verdicts[i], "there is no batch '%.60s'", code);
            else if (!may_draw(host, meals, batch, line, time, &verdicts[i]))
                batch = NULL;
        } else {
            const struct choice *choice = &choices.of_line[i];
            struct meals_batch *const *list = choice->count ? choices.batches + choice->first : NULL;
            batch = batch_of_line(host, meals, list, choice->count, line, time, &verdicts[i]);
        }
        if (!batch)
            continue;
        if (batch->drawn == 0 && !push_batch(&touched, &n_touched, &touched_capacity, batch))
            status = no_memory(err);
        draw(batch, line);
    }
    if (status == ALM_OK)
        status = write_drawn(host, touched, n_touched, err);
    free(touched);
    choices_release(&choices);
    return status;
}

enum alm_status meals_unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                               struct alm_error *err)
{
    struct meals *meals = state;
    struct meals_batch **touched = NULL;
    size_t n_touched = 0;
    size_t capacity = 0;
    enum alm_status status = ALM_OK;
    meals->batches.generation++;
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        struct meals_batch *batch = NULL;
        if (lines[i].n_detail < MEALS_DETAILS || !names_batch(&lines[i])) /* given without one */
            continue;
        const char *code = lines[i].detail[MEALS_DETAIL_BATCH].text;
        status = batch_by_code(host, &meals->batches, code, &batch, err);
        if (status == ALM_OK && !batch)
            status = alm_fail(err, ALM_BAD_DATA, "restore it with `batch import`", "batch '%.60s' is gone", code);
        if (status != ALM_OK)
            break;
        if (batch->drawn == 0 && !push_batch(&touched, &n_touched, &capacity, batch))
            status = no_memory(err);
        batch->drawn -= lines[i].quantity;
    }
    if (status == ALM_OK)
        status = write_drawn(host, touched, n_touched, err);
    free(touched);
    return status;
}
