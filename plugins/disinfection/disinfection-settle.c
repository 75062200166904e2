/* SPDX-License-Identifier: MIT */
/*
 * Deliveries: what they leave out is filled in, they close the places of work orders, draw their agent from stock, and
 * are counted by day.
 *
 * All is read set by set: one query for the places of a call and one for their open tasks.
 */
#include "disinfection.h"
#include <stdlib.h>

/* A place of this call. */
struct place {
    alm_id id;
    const struct disinfection_kind *kind;
    int64_t size; /* square metres; ALM_NULL: not known */
    size_t tasks, n_tasks;
    size_t run; /* the last one in which a line was for it */
};

/* A place of an order that is not done yet. */
struct task {
    const char *code;
    alm_date date;
    int64_t job;
    bool taken; /* by a line of this call */
};

struct settling {
    const struct alm_host *host;
    struct disinfection *self;
    struct alm_line *lines;
    struct alm_verdict *verdicts;
    size_t n;
    alm_id *ids; /* of the places, sorted */
    struct place *places;
    size_t n_places;
    struct task *tasks;
    size_t n_tasks, tasks_capacity;
    struct task **task_of;   /* of each line */
    struct alm_draw *draws;  /* of the run at hand */
    struct alm_goods *goods; /* one for each draw */
    size_t *drawing;         /* the line of each draw */
    size_t n_draws;
    struct disinfection_entry *entries;
    size_t n_entries;
    size_t run;
};

static enum alm_status no_memory(struct alm_error *err)
{
    return alm_fail(err, ALM_INTERNAL, "give it a smaller file", "out of memory while settling disinfection");
}

static int compare_ids(const void *left, const void *right)
{
    const alm_id a = *(const alm_id *)left;
    const alm_id b = *(const alm_id *)right;
    return a < b ? -1 : a > b;
}

static struct place *place_of(const struct settling *s, alm_id id)
{
    const alm_id *found = s->n_places ? bsearch(&id, s->ids, s->n_places, sizeof *s->ids, compare_ids) : NULL;
    return found ? &s->places[found - s->ids] : NULL;
}

/* One copy of each order's code for the whole run; NULL: no memory. */
static const char *keep_code(struct disinfection_codes *codes, const char *code)
{
    size_t low = 0;
    size_t high = codes->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(codes->at[middle], code);
        if (order == 0)
            return codes->at[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (codes->count == codes->capacity) {
        const size_t larger = codes->capacity ? codes->capacity * 2 : 64;
        char **grown = realloc(codes->at, larger * sizeof *grown);
        if (!grown)
            return NULL;
        codes->at = grown;
        codes->capacity = larger;
    }
    char *copy = strdup(code);
    if (!copy)
        return NULL;
    memmove(codes->at + low + 1, codes->at + low, (codes->count - low) * sizeof *codes->at);
    codes->at[low] = copy;
    codes->count++;
    return copy;
}

/* ---- reading ---- */

static void collect_places(struct settling *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->ids[i] = s->lines[i].owner;
    qsort(s->ids, s->n, sizeof *s->ids, compare_ids);
    for (size_t i = 0; i < s->n; i++)
        if (s->n_places == 0 || s->ids[s->n_places - 1] != s->ids[i])
            s->ids[s->n_places++] = s->ids[i];
    for (size_t i = 0; i < s->n_places; i++)
        s->places[i] = (struct place){.id = s->ids[i], .kind = &s->self->other, .size = ALM_NULL};
}

static enum alm_status read_places(struct settling *s, struct alm_error *err)
{
    const struct alm_host *host = s->host;
    struct alm_statement *st;
    bool row = true;
    enum alm_status status =
        alm_query(host, &st, err, "SELECT id, kind, size FROM place WHERE id = ANY ($1)", "a", s->ids, s->n_places);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        struct place *place = place_of(s, host->column_int(host, st, 0));
        if (!place)
            continue;
        place->kind = disinfection_kind_of(s->self, host->column_text(host, st, 1));
        place->size = alm_column_int(host, st, 2);
    }
    return status;
}

static enum alm_status read_tasks(struct settling *s, struct alm_error *err)
{
    const struct alm_host *host = s->host;
    struct alm_statement *st;
    bool row = true;
    enum alm_status status =
        alm_query(host, &st, err,
                  "SELECT t.place, t.code, o.date, o.job FROM disinfection_task t "
                  "JOIN disinfection_order o ON o.programme = t.programme AND o.code = t.code "
                  "WHERE t.programme = $1 AND t.place = ANY ($2) AND t.done IS NULL AND o.closed IS NULL "
                  "ORDER BY t.place, o.date, t.code COLLATE \"C\"",
                  "ia", host->programme_id(host), s->ids, s->n_places);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        struct place *place = place_of(s, host->column_int(host, st, 0));
        const char *code = keep_code(&s->self->codes, host->column_text(host, st, 1));
        if (s->n_tasks == s->tasks_capacity) {
            const size_t larger = s->tasks_capacity ? s->tasks_capacity * 2 : 256;
            struct task *grown = realloc(s->tasks, larger * sizeof *grown);
            if (!grown)
                return no_memory(err);
            s->tasks = grown;
            s->tasks_capacity = larger;
        }
        if (!code || !place)
            return no_memory(err);
        if (place->n_tasks++ == 0)
            place->tasks = s->n_tasks;
        s->tasks[s->n_tasks++] = (struct task){
            .code = code, .date = (alm_date)host->column_int(host, st, 2), .job = host->column_int(host, st, 3)};
    }
    return status;
}

/* ---- work orders ---- */

/*
 * The task that the line does.  One that names an order does that one's, or is refused; another does the soonest
 * order's that was due by its day and is for the same kind of work, if there is one.
 */
static struct task *task_of_line(const struct settling *s, const struct place *place, const struct alm_line *line,
                                 struct alm_verdict *verdict)
{
    const struct alm_value *named = &line->detail[DISINFECTION_DETAIL_ORDER];
    const struct alm_value *job = &line->detail[DISINFECTION_DETAIL_JOB];
    const bool names = !named->is_null && named->text && *named->text;
    for (size_t i = 0; i < place->n_tasks; i++) {
        struct task *task = &s->tasks[place->tasks + i];
        if (task->taken)
            continue;
        if (names ? strcmp(task->code, named->text) == 0
                  : task->date <= line->date && (job->is_null || job->number == task->job))
            return task;
    }
    if (names)
        alm_refuse(verdict, "the place is not to be treated under an open work order '%.60s'", named->text);
    return NULL;
}

/* ---- stock ---- */

/* Ids of the agent's item and of the depots, looked up once in a run. */
static enum alm_status find_item(struct settling *s, size_t agent, struct alm_error *err)
{
    struct disinfection *self = s->self;
    const struct alm_list *depots = &self->settings->depots;
    enum alm_status status = ALM_OK;
    if (self->items[agent])
        return ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < depots->count; i++)
        if (!self->depots[i])
            status = s->host->find(s->host, ALM_NOUN_DEPOT, depots->items[i], &self->depots[i], err);
    if (status == ALM_OK)
        status = s->host->find(s->host, ALM_NOUN_ITEM, disinfection_agent_at(self->settings, agent)->item,
                               &self->items[agent], err);
    return status;
}

static enum alm_status plan_draw(struct settling *s, size_t i, const struct disinfection_agent *agent,
                                 struct alm_error *err)
{
    const struct alm_line *line = &s->lines[i];
    const size_t number = (size_t)(agent - disinfection_agent_at(s->self->settings, 0));
    const struct alm_value *litres = &line->detail[DISINFECTION_DETAIL_LITRES];
    if (!agent->item || !*agent->item)
        return ALM_OK;
    if (litres->is_null) {
        alm_refuse(&s->verdicts[i], "how many litres? %.60s is drawn from stock, and the area is not known either",
                   agent->name);
        return ALM_OK;
    }
    enum alm_status status = find_item(s, number, err);
    s->goods[s->n_draws] = (struct alm_goods){
        s->self->items[number],
        disinfection_item_for(agent, litres->number, line->detail[DISINFECTION_DETAIL_CONCENTRATION].number)};
    s->draws[s->n_draws] = (struct alm_draw){.line = line->id,
                                             .date = line->date,
                                             .depots = s->self->depots,
                                             .n_depots = s->self->settings->depots.count,
                                             .goods = &s->goods[s->n_draws],
                                             .n_goods = 1};
    s->drawing[s->n_draws++] = i;
    return status;
}

/*
 * Draw for the lines of a run.  A line that comes off short gives its task back.  No place stands twice in a run, so no
 * other line of it has looked at that task: the result is that of one line after the other.
 */
static enum alm_status end_run(struct settling *s, struct alm_error *err)
{
    enum alm_status status = s->n_draws ? s->host->stock_draw(s->host, s->draws, s->n_draws, err) : ALM_OK;
    for (size_t k = 0; status == ALM_OK && k < s->n_draws; k++) {
        const size_t i = s->drawing[k];
        s->verdicts[i] = s->draws[k].verdict;
        if (s->verdicts[i].refused && s->task_of[i]) {
            s->task_of[i]->taken = false;
            s->task_of[i] = NULL;
        }
        if (!s->verdicts[i].refused && s->draws[k].cost != ALM_NULL)
            s->lines[i].value = s->draws[k].cost;
    }
    s->n_draws = 0;
    s->run++;
    return status;
}

/* ---- one line ---- */

static struct alm_value choice(int64_t number, const char *const *names)
{
    return (struct alm_value){.number = number, .text = names[number]};
}

/* What the line leaves out. */
static const struct disinfection_agent *fill_in(const struct settling *s, const struct place *place,
                                                const struct task *task, struct alm_line *line)
{
    struct alm_value *detail = line->detail;
    struct alm_value *area = &detail[DISINFECTION_DETAIL_AREA];
    const struct alm_value *name = &detail[DISINFECTION_DETAIL_AGENT];
    const struct disinfection_agent *agent =
        disinfection_agent_of(s->self->settings, name->is_null ? NULL : name->text);
    if (!agent) /* the rule has refused it */
        agent = disinfection_agent_at(s->self->settings, 0);
    detail[DISINFECTION_DETAIL_AGENT] = alm_string(agent->name);
    if (detail[DISINFECTION_DETAIL_CONCENTRATION].is_null)
        detail[DISINFECTION_DETAIL_CONCENTRATION] = alm_number(agent->concentration);
    if (detail[DISINFECTION_DETAIL_OBJECT].is_null)
        detail[DISINFECTION_DETAIL_OBJECT] =
            choice(place->kind->outdoor ? DISINFECTION_OUTDOOR : DISINFECTION_SURFACE, disinfection_objects);
    if (detail[DISINFECTION_DETAIL_JOB].is_null)
        detail[DISINFECTION_DETAIL_JOB] = choice(task ? task->job : DISINFECTION_ROUND, disinfection_jobs);
    if (task)
        detail[DISINFECTION_DETAIL_ORDER] = alm_string(task->code);
    /* In a round all of the place is treated; at a spot nobody but its group knows how much. */
    if (area->is_null && place->size > 0 && detail[DISINFECTION_DETAIL_JOB].number == DISINFECTION_ROUND)
        *area = alm_number(place->size);
    if (detail[DISINFECTION_DETAIL_LITRES].is_null && !area->is_null) {
        const alm_quantity litres = disinfection_litres(agent, area->number);
        if (litres != INT64_MAX)
            detail[DISINFECTION_DETAIL_LITRES] = alm_number(litres);
    }
    return agent;
}

static enum alm_status settle_line(struct settling *s, size_t i, struct alm_error *err)
{
    struct place *place = place_of(s, s->lines[i].owner);
    enum alm_status status = ALM_OK;
    if (place->run == s->run)
        status = end_run(s, err);
    place->run = s->run;
    if (status != ALM_OK)
        return status;
    struct task *task = task_of_line(s, place, &s->lines[i], &s->verdicts[i]);
    if (s->verdicts[i].refused)
        return ALM_OK;
    const struct disinfection_agent *agent = fill_in(s, place, task, &s->lines[i]);
    status = plan_draw(s, i, agent, err);
    if (task && !s->verdicts[i].refused) {
        task->taken = true;
        s->task_of[i] = task;
    }
    return status;
}

static bool text_given(const struct alm_value *value)
{
    return !value->is_null && value->text && *value->text;
}

static struct disinfection_entry entry_of(const struct alm_line *line)
{
    const struct alm_value *detail = line->detail;
    const struct alm_value *litres = &detail[DISINFECTION_DETAIL_LITRES];
    const struct alm_value *area = &detail[DISINFECTION_DETAIL_AREA];
    return (struct disinfection_entry){
        .place = line->owner,
        .code = text_given(&detail[DISINFECTION_DETAIL_ORDER]) ? detail[DISINFECTION_DETAIL_ORDER].text : NULL,
        .agent = text_given(&detail[DISINFECTION_DETAIL_AGENT]) ? detail[DISINFECTION_DETAIL_AGENT].text : "",
        .date = line->date,
        .object = detail[DISINFECTION_DETAIL_OBJECT].is_null ? 0 : detail[DISINFECTION_DETAIL_OBJECT].number,
        .job = detail[DISINFECTION_DETAIL_JOB].is_null ? 0 : detail[DISINFECTION_DETAIL_JOB].number,
        .quantity = line->quantity,
        .litres = litres->is_null ? ALM_NULL : litres->number,
        .square_metres = area->is_null ? ALM_NULL : area->number};
}

/* ---- settle and unsettle ---- */

/*
 * Routine spraying outdoors is kept as the fact that it is, with a warning: each time that there is twice as much of it
 * in this run, so that a long list is not one warning a chunk.
 */
static void warn_of_outdoors(const struct alm_host *host, struct disinfection *self,
                             const struct disinfection_entry *entries, size_t n)
{
    char text[300];
    for (size_t i = 0; i < n; i++)
        self->outdoors += entries[i].job == DISINFECTION_ROUND && entries[i].object == DISINFECTION_OUTDOOR;
    if (self->outdoors == self->told || self->outdoors < self->told * 2)
        return;
    snprintf(
        text, sizeof text,
        "%lld %s sprayed outdoors as a routine%s: recorded, but WHO (May 2020) advises against it; where there was a "
        "reason, say job=spot",
        (long long)self->outdoors, self->outdoors == 1 ? "place was" : "places were", self->told ? " so far" : "");
    self->told = self->outdoors;
    host->warn(host, text);
}

static bool make_room(struct settling *s)
{
    const size_t n = s->n;
    s->ids = calloc(n, sizeof *s->ids);
    s->places = calloc(n, sizeof *s->places);
    s->task_of = calloc(n, sizeof *s->task_of);
    s->draws = calloc(n, sizeof *s->draws);
    s->goods = calloc(n, sizeof *s->goods);
    s->drawing = calloc(n, sizeof *s->drawing);
    s->entries = calloc(n, sizeof *s->entries);
    return s->ids && s->places && s->task_of && s->draws && s->goods && s->drawing && s->entries;
}

static void release(struct settling *s)
{
    free(s->ids);
    free(s->places);
    free(s->tasks);
    free(s->task_of);
    free(s->draws);
    free(s->goods);
    free(s->drawing);
    free(s->entries);
}

enum alm_status disinfection_settle(const struct alm_host *host, void *state, struct alm_line *lines, size_t n,
                                    struct alm_verdict *verdicts, struct alm_error *err)
{
    struct settling s = {
        .host = host, .self = state, .lines = lines, .verdicts = verdicts, .n = n, .run = 1 /* places begin with 0 */};
    if (n == 0)
        return ALM_OK;
    enum alm_status status = make_room(&s) ? ALM_OK : no_memory(err);
    if (status == ALM_OK) {
        collect_places(&s);
        status = read_places(&s, err);
    }
    if (status == ALM_OK)
        status = read_tasks(&s, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        status = settle_line(&s, i, err);
    if (status == ALM_OK)
        status = end_run(&s, err);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        if (!verdicts[i].refused)
            s.entries[s.n_entries++] = entry_of(&lines[i]);
    if (status == ALM_OK)
        status = disinfection_write(host, s.entries, s.n_entries, s.ids, 1, err);
    /* Where one of several is refused, all come again one by one. */
    if (status == ALM_OK && s.n_entries == n)
        warn_of_outdoors(host, s.self, s.entries, n);
    release(&s);
    return status;
}

enum alm_status disinfection_unsettle(const struct alm_host *host, void *state, const struct alm_line *lines, size_t n,
                                      struct alm_error *err)
{
    (void)state;
    struct disinfection_entry *entries = calloc(n + 1, sizeof *entries);
    alm_id *ids = calloc(n + 1, sizeof *ids);
    size_t count = 0;
    enum alm_status status = entries && ids ? ALM_OK : no_memory(err);
    for (size_t i = 0; status == ALM_OK && i < n; i++)
        if (lines[i].n_detail >= DISINFECTION_DETAILS)
            entries[count++] = entry_of(&lines[i]);
    if (status == ALM_OK)
        status = disinfection_write(host, entries, count, ids, -1, err);
    free(entries);
    free(ids);
    return status;
}
