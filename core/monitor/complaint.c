/* SPDX-License-Identifier: MIT */
/* complaint: complaints are entered, assigned, answered and closed; who complained is erased. */
#include "monitor/monitor.h"

#include <stdlib.h>

enum { TEXT_MOST = 2000, WORD_MOST = 200 }; /* bytes of a complaint, answer or remark; of a user's name */

static bool is_empty(const char *text)
{
    return !text || !text_trim(text_of(text)).len;
}

static enum alm_status check_length(const char *what, const char *text, size_t most, struct alm_error *err)
{
    if (!text || strlen(text) <= most)
        return ALM_OK;
    return error_set(err, ALM_BAD_DATA, _("say it shorter"), _("the %s is longer than %zu bytes"), what, most);
}

static int64_t or_null(alm_id id)
{
    return id ? id : ALM_NULL;
}

static int64_t date_or_null(alm_date date)
{
    return date == ALM_NO_DATE ? ALM_NULL : date;
}

static int64_t outcome_or_null(int outcome)
{
    return outcome < 0 ? ALM_NULL : outcome;
}

static enum alm_status write_step(const struct monitor *monitor, const struct monitor_complaint *complaint, int64_t n,
                                  const struct monitor_step *step, struct alm_error *err)
{
    return store_run(monitor->store, NULL, err,
                     "INSERT INTO complaint_step (owner, complaint, n, what, date, at, who, assignee, body, outcome, "
                     "note)\n"
                     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                     "iiiiiittiit", complaint->owner, complaint->id, n, (int64_t)step->what, (int64_t)step->date,
                     store_clock(monitor->store), store_who(monitor->store), step->assignee, or_null(step->body),
                     outcome_or_null(step->outcome), step->note);
}

/* ---- opening ---- */

static enum alm_status find_household(const struct monitor *monitor, struct monitor_complaint *complaint,
                                      struct arena *arena, struct alm_error *err)
{
    struct register_person person;
    enum alm_status status = ALM_OK;
    if (complaint->person)
        status = register_person_read(monitor->store, complaint->person, complaint->opened, &person, arena, err);
    if (status != ALM_OK)
        return status;
    if (complaint->person && complaint->household && complaint->household != person.household)
        return error_set(err, ALM_BAD_DATA, _("leave --household out"),
                         _("person %lld does not belong to that household then"), (long long)complaint->person);
    if (complaint->person)
        complaint->household = person.household;
    if (!complaint->area && complaint->household)
        status = store_number(monitor->store, &complaint->area, 0, err, "SELECT area FROM household WHERE id = $1", "i",
                              complaint->household);
    if (status == ALM_OK && complaint->area <= 0)
        status = error_set(err, ALM_USAGE, _("add --area CODE"), _("where is it about?"));
    return status;
}

static enum alm_status find_body(const struct monitor *monitor, struct monitor_complaint *complaint,
                                 struct alm_error *err)
{
    if (!complaint->group)
        return ALM_OK;
    const struct register_entry *group = register_by_id(monitor->directory, REGISTER_GROUP, complaint->group);
    if (!group)
        return error_set(err, ALM_INTERNAL, NULL, _("there is no such group"));
    if (complaint->body && complaint->body != group->body)
        return error_set(err, ALM_BAD_DATA, _("leave --body out"), _("group %s is another body's"), group->code);
    complaint->body = group->body;
    return ALM_OK;
}

static enum alm_status check_days(const struct monitor *monitor, const struct monitor_complaint *complaint,
                                  struct alm_error *err)
{
    if (complaint->opened > monitor->today)
        return error_set(err, ALM_BAD_DATA, _("give the day on which it came"),
                         _("the day of the complaint lies ahead"));
    if (complaint->due < complaint->opened)
        return error_set(err, ALM_BAD_DATA, _("give a later day with --due"),
                         _("it is to be answered before it was made"));
    return ALM_OK;
}

enum alm_status monitor_complaint_open(const struct monitor *monitor, const struct monitor_complaint *in, alm_id *id,
                                       struct alm_error *err)
{
    struct monitor_complaint complaint = *in;
    const struct monitor_step step = {.what = COMPLAINT_OPEN, .date = in->opened, .outcome = -1};
    struct arena arena = {0};
    enum alm_status status = check_length(_("text"), in->text, TEXT_MOST, err);
    if (status == ALM_OK && is_empty(in->text))
        status = error_set(err, ALM_BAD_DATA, _("write what the complaint is"), _("the text is missing"));
    if (status == ALM_OK)
        status = check_days(monitor, &complaint, err);
    if (status == ALM_OK)
        status = find_household(monitor, &complaint, &arena, err);
    if (status == ALM_OK)
        status = find_body(monitor, &complaint, err);
    if (status == ALM_OK)
        status = store_id(monitor->store, &complaint.id, err);
    if (status == ALM_OK) {
        complaint.owner = complaint.household ? complaint.household : complaint.id;
        complaint.sensitive = complaint.sensitive || complaint.kind == KIND_CONDUCT;
        status = store_run(
            monitor->store, NULL, err,
            "INSERT INTO complaint (owner, id, household, person, programme, area, body, grp, channel, kind, "
            "sensitive, state, said, entered_by, opened, due, steps)\n"
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)",
            "iiiiiiiiiiiittii", complaint.owner, complaint.id, or_null(complaint.household), or_null(complaint.person),
            or_null(complaint.programme), complaint.area, or_null(complaint.body), or_null(complaint.group),
            (int64_t)complaint.channel, (int64_t)complaint.kind, (int64_t)complaint.sensitive, (int64_t)COMPLAINT_OPEN,
            complaint.text, store_who(monitor->store), (int64_t)complaint.opened, (int64_t)complaint.due);
    }
    if (status == ALM_OK)
        status = write_step(monitor, &complaint, 1, &step, err);
    *id = complaint.id;
    arena_release(&arena);
    return status;
}

/* ---- the steps after it ---- */

static enum alm_status check_order(const struct monitor_complaint *complaint, const struct monitor_step *step,
                                   struct alm_error *err)
{
    if (complaint->state == COMPLAINT_CLOSED ||
        (complaint->state == COMPLAINT_ANSWERED && step->what != COMPLAINT_CLOSED))
        return error_set(err, ALM_BAD_DATA, _("if more is complained about, open another: almoner complaint open"),
                         _("complaint %lld is %s already"), (long long)complaint->id,
                         _(monitor_states[complaint->state]));
    return ALM_OK;
}

static enum alm_status check_content(const struct monitor_complaint *complaint, const struct monitor_step *step,
                                     struct alm_error *err)
{
    if (step->what == COMPLAINT_ASSIGNED && is_empty(step->assignee) == !step->body)
        return error_set(err, ALM_USAGE, _("add either --to USER or --body CODE"), _("who sees to it?"));
    if (step->what == COMPLAINT_ASSIGNED && step->body && step->body == complaint->body)
        return error_set(err, ALM_REFUSED, _("name another body, or a user"),
                         _("complaint %lld is about that body, which cannot see to it"), (long long)complaint->id);
    if (step->what == COMPLAINT_ANSWERED && is_empty(step->note))
        return error_set(err, ALM_USAGE, _("write what was answered"), _("the answer is missing"));
    if (step->what == COMPLAINT_CLOSED && complaint->state != COMPLAINT_ANSWERED && is_empty(step->note))
        return error_set(err, ALM_USAGE, _("add --note TEXT"), _("complaint %lld is closed without an answer: say why"),
                         (long long)complaint->id);
    return ALM_OK;
}

/* Not before the step before it, nor ahead. */
static enum alm_status check_date(const struct monitor *monitor, const struct monitor_complaint *complaint,
                                  alm_date date, struct alm_error *err)
{
    char day[32], then[32];
    int64_t last = 0;
    enum alm_status status = store_number(monitor->store, &last, complaint->opened, err,
                                          "SELECT MAX(date)\nFROM complaint_step\nWHERE complaint = $1 AND owner = $2",
                                          "ii", complaint->id, complaint->owner);
    if (status != ALM_OK)
        return status;
    monitor->format_date(monitor->context, date, day, sizeof day);
    monitor->format_date(monitor->context, (alm_date)last, then, sizeof then);
    if (date > monitor->today)
        return error_set(err, ALM_BAD_DATA, _("give the day on which it was done"), _("%s lies in the future"), day);
    if (date < last)
        return error_set(err, ALM_BAD_DATA, _("give the day on which it was done"),
                         _("%s is before %s, the day of the step before it"), day, then);
    return ALM_OK;
}

enum alm_status monitor_complaint_do(const struct monitor *monitor, const struct monitor_complaint *complaint,
                                     const struct monitor_step *step, struct alm_error *err)
{
    struct monitor_complaint after = *complaint;
    int64_t changed = 0;
    enum alm_status status = check_length(_("text"), step->note, TEXT_MOST, err);
    if (status == ALM_OK)
        status = check_length(_("name of the user"), step->assignee, WORD_MOST, err);
    if (status == ALM_OK)
        status = check_order(complaint, step, err);
    if (status == ALM_OK)
        status = check_content(complaint, step, err);
    if (status == ALM_OK)
        status = check_date(monitor, complaint, step->date, err);
    if (status != ALM_OK)
        return status;
    after.state = step->what;
    if (step->what == COMPLAINT_ASSIGNED) {
        after.assignee = step->assignee;
        after.assigned_body = step->body;
    } else if (step->what == COMPLAINT_ANSWERED) {
        after.answered = step->date;
    } else {
        after.closed = step->date;
        after.outcome = step->outcome;
    }
    status = store_run(monitor->store, &changed, err,
                       "UPDATE complaint\n"
                       "SET state = $1, assignee = $2, assigned_body = $3, answered = $4, closed = $5, outcome = $6, "
                       "steps = $7\n"
                       "WHERE id = $8 AND owner = $9 AND steps = $10",
                       "itiiiiiiii", (int64_t)after.state, after.assignee, or_null(after.assigned_body),
                       date_or_null(after.answered), date_or_null(after.closed), outcome_or_null(after.outcome),
                       after.steps + 1, after.id, after.owner, after.steps);
    if (status == ALM_OK && changed != 1)
        return error_set(err, ALM_AGAIN, _("look at it again: almoner complaint show"),
                         _("complaint %lld was changed by somebody else just now"), (long long)complaint->id);
    return status == ALM_OK ? write_step(monitor, complaint, complaint->steps + 1, step, err) : status;
}

/* ---- erasing ---- */

enum alm_status monitor_erase(const struct monitor *monitor, alm_id person, struct alm_error *err)
{
    /* As an address: what a household complained about goes once none of them is left. */
    static const char theirs[] =
        "SELECT c.id\n"
        "FROM complaint c\n"
        "WHERE c.owner = ANY ($1) AND (c.person = ANY ($2) OR (c.person IS NULL\n"
        "AND NOT EXISTS (SELECT 1 FROM person p WHERE p.owner = c.owner AND p.erased IS NULL)\n"
        "AND NOT EXISTS (SELECT 1 FROM membership m JOIN person p ON p.owner = m.home AND p.id = m.person "
        "WHERE m.household = c.owner AND p.erased IS NULL)))\n"
        "ORDER BY c.id";
    enum { HOUSEHOLDS_MAX = 64 };
    alm_id households[HOUSEHOLDS_MAX];
    alm_id *ids = NULL, *persons = xreallocarray(NULL, 1, sizeof *persons);
    size_t n_households = 0, n = 0, capacity = 0, n_persons = 1;
    struct register_aliases aliases = {0};
    struct store_stmt *stmt;
    bool row = false;
    persons[0] = person;
    enum alm_status status = register_aliases_add(monitor->store, &aliases, &persons, &n_persons, err);
    if (status == ALM_OK)
        status = register_households_of(monitor->store, person, households, HOUSEHOLDS_MAX, &n_households, err);
    if (status == ALM_OK)
        status = store_query(monitor->store, &stmt, err, theirs, "II", households, n_households, persons, n_persons);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(ids, n, capacity);
        ids[n++] = store_int(stmt, 0);
    }
    if (status == ALM_OK && n)
        status = store_run(monitor->store, NULL, err,
                           "UPDATE complaint\nSET household = NULL, person = NULL, said = NULL\nWHERE id = ANY ($1)",
                           "I", ids, n);
    if (status == ALM_OK && n)
        status = store_run(monitor->store, NULL, err,
                           "UPDATE complaint_step\nSET note = NULL\nWHERE complaint = ANY ($1)", "I", ids, n);
    register_aliases_release(&aliases);
    free(persons);
    free(ids);
    return status;
}
