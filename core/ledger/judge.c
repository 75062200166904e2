/* SPDX-License-Identifier: MIT */
/* judge: may they have it?  Row by row in the file's order; what is accepted counts for the rows after it. */
#include "ledger/chunk.h"

/* What an answer says to people is made here, and only for those who are told no (or are given it with a warning). */
ALM_PRINTF(3, 4)
static void say(struct ledger_chunk *chunk, struct ledger_answer *answer, const char *format, ...)
{
    char text[600];
    va_list args;
    if (chunk->flags & LEDGER_RUN_BRIEF)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    answer->reason = arena_strdup(chunk->texts, text);
}

enum { DATE_TEXT = 32 };

static const char *date_text(struct ledger_chunk *chunk, alm_date date, char buf[DATE_TEXT])
{
    const struct ledger_services *services = &chunk->ledger->services;
    services->format_date(services->context, date, buf, DATE_TEXT);
    return buf;
}

static const char *body_name(struct ledger_chunk *chunk, alm_id id)
{
    const struct register_entry *body = register_by_id(chunk->ledger->services.directory, REGISTER_BODY, id);
    return body ? body->name : _("a body that is not known");
}

/* ---- the programme's rule ---- */

static bool is_sensible_text(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    return len == 0 || (len < size && text_valid_length((struct alm_text){text, len}) == len);
}

static bool is_sensible(const struct alm_entitlement *rule)
{
    return rule->quantity >= 0 && rule->quantity <= CHUNK_MAX_QUANTITY && (!rule->has_value || rule->unit_value >= 0) &&
           (!rule->has_period || rule->period != ALM_NULL) && is_sensible_text(rule->reason, sizeof rule->reason) &&
           is_sensible_text(rule->period_name, sizeof rule->period_name);
}

/* Taken for a fault of the plug-in, and not mended: what it answered for others may be as wrong, and look right. */
static void tell_nonsense(struct ledger_chunk *chunk, const struct alm_case *in,
                          const struct ledger_programme *programme, const struct alm_entitlement *rule)
{
    static const char *const kinds[] = {
        [ALM_HOUSEHOLD] = N_("household"), [ALM_PERSON] = N_("person"), [ALM_PLACE] = N_("place")};
    char what[64], number[32], on[DATE_TEXT], hint[160];
    if (rule->quantity < 0 || rule->quantity > CHUNK_MAX_QUANTITY) {
        number_format_thousandths(rule->quantity, number, sizeof number);
        snprintf(what, sizeof what, _("a quantity of %s"), number);
    } else if (rule->has_value && rule->unit_value < 0) {
        snprintf(what, sizeof what, _("a value of %lld for each"), (long long)rule->unit_value);
    } else if (rule->has_period && rule->period == ALM_NULL) {
        snprintf(what, sizeof what, "%s", _("a period that is no number"));
    } else {
        snprintf(what, sizeof what, "%s", _("a reason or a period's name that is no text"));
    }
    snprintf(hint, sizeof hint,
             _("nothing was recorded; turn it off by `almoner programme disable %.40s`, and tell "
               "its author"),
             programme->name);
    error_set(&chunk->fault, ALM_INTERNAL, hint, _("the rule of plug-in %s answered nonsense for %s %lld on %s: %s"),
              programme->plugin, _(kinds[in->recipient]), (long long)in->id, date_text(chunk, in->date, on), what);
}

void chunk_ask(struct ledger_chunk *chunk, size_t i, alm_date date, struct alm_entitlement *out)
{
    const struct ledger_offer *offer = &chunk->offers[i];
    const struct chunk_row *row = &chunk->rows[i];
    const struct ledger_programme *programme = offer->programme;
    uint32_t recipient = chunk->programmes[row->programme].recipient;
    const struct chunk_owner *owner = &chunk->owners[row->owner];
    chunk_members(chunk, row->owner, date);
    struct alm_case in = {.size = sizeof in,
                          .recipient = recipient,
                          .date = date,
                          .id = recipient == ALM_PERSON ? offer->person : owner->id,
                          .owner = owner->id,
                          .members = chunk->present,
                          .n_members = chunk->n_present,
                          .detail = offer->detail,
                          .n_detail = offer->detail ? programme->rule->n_detail : 0,
                          .asked = offer->quantity};
    for (size_t m = 0; recipient == ALM_PERSON && m < chunk->n_present; m++)
        if (chunk->present[m].id == offer->person)
            in.person = &chunk->present[m];
    /* They were there under an alias, whose household is one with theirs. */
    if (recipient == ALM_PERSON && !in.person && row->person)
        in.person = &chunk->members.members[row->person - 1].member;
    if (row->partner)
        in.partner = &chunk->members.members[row->partner - 1].member;
    if (chunk->programmes[row->programme].looks_back)
        in.n_history = chunk_look_back(chunk, i, date, &in.history);
    memset(out, 0, sizeof *out);
    out->size = sizeof *out;
    out->next = ALM_NO_DATE;
    struct plugin_call call = {.plugin = programme->plugin, .programme = programme->name, .what = PLUGIN_RULE};
    plugin_enter(&call);
    programme->rule->entitle(programme->state, &in, out);
    plugin_leave(&call);
    if (chunk->fault.status == ALM_OK && !is_sensible(out))
        tell_nonsense(chunk, &in, programme, out);
    out->reason[sizeof out->reason - 1] = '\0';
    out->period_name[sizeof out->period_name - 1] = '\0';
}

alm_id chunk_claimant(const struct ledger_chunk *chunk, size_t i)
{
    const struct chunk_row *row = &chunk->rows[i];
    return chunk->programmes[row->programme].recipient == ALM_PERSON ? chunk->offers[i].person
                                                                     : chunk->owners[row->owner].id;
}

static void keep_answer(struct ledger_chunk *chunk, size_t i, const struct alm_entitlement *rule)
{
    struct chunk_row *row = &chunk->rows[i];
    row->known = true;
    row->entitled = rule->quantity < 0 ? 0 : rule->quantity;
    row->has_period = rule->has_period;
    row->period = rule->period;
    row->has_value = rule->has_value || chunk->offers[i].programme->unit_cost;
    row->unit_value = rule->has_value ? rule->unit_value : chunk->offers[i].programme->unit_cost;
    row->claims[0] = row->claims[1] = 0;
    if (!rule->has_period)
        return;
    row->claims[0] = chunk_claim(chunk, chunk_claimant(chunk, i), row->programme, rule->period);
    if (chunk->offers[i].partner)
        row->claims[1] = chunk_claim(chunk, chunk->offers[i].partner, row->programme, rule->period);
}

void chunk_ask_rules(struct ledger_chunk *chunk)
{
    struct alm_entitlement rule;
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state != ROW_OUT && !chunk->programmes[chunk->rows[i].programme].looks_back) {
            chunk_ask(chunk, i, chunk->offers[i].date, &rule);
            keep_answer(chunk, i, &rule);
        }
}

/* The rule that looks back is asked when the row's turn comes, and what it claims is looked up then. */
static enum alm_status ask_late(struct ledger_chunk *chunk, size_t i, struct alm_error *err)
{
    struct alm_entitlement rule;
    size_t known = chunk->n_claims;
    enum alm_status status = ALM_OK;
    chunk_ask(chunk, i, chunk->offers[i].date, &rule);
    keep_answer(chunk, i, &rule);
    for (; status == ALM_OK && known < chunk->n_claims; known++)
        status = chunk_claim_read(chunk, &chunk->claims[known], err);
    return status;
}

/* ---- one row ---- */

/* What it was warned about before has not come to pass. */
static void refuse(struct ledger_chunk *chunk, size_t i, enum ledger_reason why)
{
    struct ledger_answer *answer = &chunk->answers[i];
    chunk->rows[i].state = ROW_REFUSED;
    answer->outcome = LEDGER_REFUSED;
    answer->why = why;
    answer->warned = false;
    answer->blocking = answer->blocking_body = 0;
    answer->blocking_date = answer->next = ALM_NO_DATE;
}

/* Do as the policy says; true if the row may go on. */
static bool go_on(struct ledger_chunk *chunk, size_t i, enum ledger_policy policy, enum ledger_reason why)
{
    struct ledger_answer *answer = &chunk->answers[i];
    if (chunk->flags & LEDGER_RUN_PAST_DOUBLE)
        policy = LEDGER_WARN;
    if (policy == LEDGER_WARN) {
        answer->warned = true;
        answer->why = why;
        return true;
    }
    refuse(chunk, i, why);
    if (policy == LEDGER_HOLD)
        answer->outcome = LEDGER_HELD;
    return false;
}

static enum alm_status set_blocking(struct ledger_chunk *chunk, size_t i, const struct chunk_block *block,
                                    struct alm_error *err)
{
    struct ledger_answer *answer = &chunk->answers[i];
    answer->blocking = block->line;
    answer->blocking_date = block->date;
    answer->blocking_body = block->body;
    return chunk_next(chunk, i, &answer->next, err);
}

/* "served already on 1399/09/15 by Red Crescent (line 123); next from 1399/10/15"; `what` says under what it was. */
static void say_served(struct ledger_chunk *chunk, struct ledger_answer *answer, const char *what)
{
    char on[DATE_TEXT], next[DATE_TEXT], line[48] = "";
    if (chunk->flags & LEDGER_RUN_BRIEF)
        return;
    if (answer->blocking)
        snprintf(line, sizeof line, _(" (line %lld)"), (long long)answer->blocking);
    if (answer->next == ALM_NO_DATE)
        say(chunk, answer, _("served already%s on %s by %s%s"), what, date_text(chunk, answer->blocking_date, on),
            body_name(chunk, answer->blocking_body), line);
    else
        say(chunk, answer, _("served already%s on %s by %s%s; next from %s"), what,
            date_text(chunk, answer->blocking_date, on), body_name(chunk, answer->blocking_body), line,
            date_text(chunk, answer->next, next));
}

/* What has to come first is no double: whoever may give past a double may not give without it. */
static enum alm_status judge_requirements(struct ledger_chunk *chunk, size_t i, bool *on, struct alm_error *err)
{
    const struct ledger_programme *programme = chunk->offers[i].programme;
    for (size_t r = 0; r < programme->n_requirements; r++) {
        const struct ledger_requirement *requirement = &programme->requirements[r];
        if (chunk_required(chunk, i, chunk->offers[i].date, requirement))
            continue;
        const struct register_entry *first =
            register_by_id(chunk->ledger->services.directory, REGISTER_PROGRAMME, requirement->programme);
        const char *name = first ? first->name : requirement->name ? requirement->name : _("another programme");
        refuse(chunk, i, LEDGER_REQUIREMENT);
        if (requirement->days)
            say(chunk, &chunk->answers[i],
                ngettext("not served under %s in the %d day before, and that has to come first",
                         "not served under %s in the %d days before, and that has to come first",
                         (unsigned long)requirement->days),
                name, requirement->days);
        else
            say(chunk, &chunk->answers[i], _("not served under %s before, and that has to come first"), name);
        *on = false;
        return chunk_next(chunk, i, &chunk->answers[i].next, err);
    }
    return ALM_OK;
}

static enum alm_status judge_exclusions(struct ledger_chunk *chunk, size_t i, bool *on, struct alm_error *err)
{
    const struct ledger_programme *programme = chunk->offers[i].programme;
    struct ledger_answer *answer = &chunk->answers[i];
    for (size_t x = 0; *on && x < programme->n_exclusions; x++) {
        const struct ledger_exclusion *exclusion = &programme->exclusions[x];
        struct chunk_block block;
        if (!chunk_nearest(chunk, i, chunk->offers[i].date, exclusion->programme, exclusion->days, &block))
            continue;
        enum alm_status status = chunk_block_body(chunk, &block, err);
        if (status != ALM_OK)
            return status;
        *on = go_on(chunk, i, programme->on_double, LEDGER_EXCLUSION);
        status = set_blocking(chunk, i, &block, err);
        if (status != ALM_OK)
            return status;
        const struct register_entry *other =
            register_by_id(chunk->ledger->services.directory, REGISTER_PROGRAMME, exclusion->programme);
        char what[200];
        snprintf(what, sizeof what, _(" under %s"), other ? other->name : _("another programme"));
        say_served(chunk, answer, what);
        break;
    }
    return ALM_OK;
}

static enum alm_status judge_period(struct ledger_chunk *chunk, size_t i, bool *on, struct alm_error *err)
{
    const struct chunk_row *row = &chunk->rows[i];
    for (size_t c = 0; c < 2 && row->has_period; c++) {
        const struct chunk_claim *claim = row->claims[c] ? &chunk->claims[row->claims[c] - 1] : NULL;
        if (!claim || (!claim->line && !claim->row))
            continue;
        struct chunk_block block = {.line = claim->line, .owner = claim->owner, .date = ALM_NO_DATE};
        if (claim->row) {
            block.line = chunk->rows[claim->row - 1].id;
            block.date = chunk->offers[claim->row - 1].date;
            block.body = chunk->rows[claim->row - 1].body;
            block.body_known = true;
        }
        enum alm_status status = chunk_block_body(chunk, &block, err);
        if (status != ALM_OK)
            return status;
        struct alm_entitlement rule;
        chunk_ask(chunk, i, chunk->offers[i].date, &rule);
        *on = go_on(chunk, i, chunk->offers[i].programme->on_double, LEDGER_PERIOD);
        status = set_blocking(chunk, i, &block, err);
        if (status != ALM_OK)
            return status;
        char what[96] = "";
        if (rule.period_name[0])
            snprintf(what, sizeof what, _(" (%s)"), rule.period_name);
        say_served(chunk, &chunk->answers[i], what);
        break;
    }
    return ALM_OK;
}

static enum alm_status judge_window(struct ledger_chunk *chunk, size_t i, bool *on, struct alm_error *err)
{
    const struct ledger_programme *programme = chunk->offers[i].programme;
    struct chunk_block block;
    if (programme->window_days <= 0 ||
        !chunk_nearest(chunk, i, chunk->offers[i].date, programme->id, programme->window_days, &block))
        return ALM_OK;
    enum alm_status status = chunk_block_body(chunk, &block, err);
    if (status != ALM_OK)
        return status;
    *on = go_on(chunk, i, programme->on_double, LEDGER_WINDOW);
    status = set_blocking(chunk, i, &block, err);
    if (status == ALM_OK)
        say_served(chunk, &chunk->answers[i], "");
    return status;
}

static bool body_may(const struct ledger_programme *programme, alm_id body)
{
    if (!programme->n_bodies || !body)
        return true;
    for (size_t i = 0; i < programme->n_bodies; i++)
        if (programme->bodies[i] == body)
            return true;
    return false;
}

/* The rule's no, and how much. */
static enum alm_status judge_quantity(struct ledger_chunk *chunk, size_t i, bool *on, struct alm_error *err)
{
    const struct ledger_offer *offer = &chunk->offers[i];
    struct chunk_row *row = &chunk->rows[i];
    struct ledger_answer *answer = &chunk->answers[i];
    answer->entitled = row->entitled;
    row->quantity = offer->quantity ? offer->quantity : row->entitled;
    if (row->entitled == 0) {
        struct alm_entitlement rule;
        chunk_ask(chunk, i, chunk->offers[i].date, &rule);
        refuse(chunk, i, LEDGER_RULE);
        answer->reason = arena_strdup(chunk->texts, rule.reason[0] ? rule.reason : _("the programme's rule says no"));
        *on = false;
        return chunk_next(chunk, i, &answer->next, err);
    }
    if (row->quantity <= row->entitled)
        return ALM_OK;
    char asked[32], entitled[32];
    number_format_thousandths(row->quantity, asked, sizeof asked);
    number_format_thousandths(row->entitled, entitled, sizeof entitled);
    bool first = !answer->warned;
    enum ledger_reason why = answer->why;
    *on = go_on(chunk, i, offer->programme->on_excess, LEDGER_EXCESS);
    if (*on && !first)
        answer->why = why; /* of two warnings the first stays */
    else
        say(chunk, answer, _("%s is more than the entitlement of %s"), asked, entitled);
    return ALM_OK;
}

int64_t chunk_times(alm_quantity quantity, int64_t unit_value)
{
    __extension__ typedef __int128 wide;
    wide value = (wide)quantity * unit_value + ALM_UNIT / 2;
    value = value >= 0 ? value / ALM_UNIT : -((-value + ALM_UNIT - 1) / ALM_UNIT);
    return value > NUMBER_MOST_MONEY    ? NUMBER_MOST_MONEY
           : value < -NUMBER_MOST_MONEY ? -NUMBER_MOST_MONEY
                                        : (int64_t)value;
}

/* From here on it stands in the way of others. */
static void accept(struct ledger_chunk *chunk, size_t i)
{
    struct chunk_row *row = &chunk->rows[i];
    struct chunk_account *account = &chunk->accounts[row->account - 1];
    alm_date date = chunk->offers[i].date;
    row->before = chunk->owners[row->owner].last_row;
    chunk->owners[row->owner].last_row = (uint32_t)i + 1;
    if (account->last_date == ALM_NO_DATE || date >= account->last_date) {
        account->last_date = date;
        account->last_line = row->id;
        account->last_row = (uint32_t)i + 1;
    }
    for (size_t c = 0; c < 2; c++) {
        struct chunk_claim *claim = row->claims[c] ? &chunk->claims[row->claims[c] - 1] : NULL;
        /* Beside an alias's claim (past a double) there is room for one of their own. */
        if (claim && (!claim->line || claim->of_alias) && !claim->row)
            claim->row = (uint32_t)i + 1;
    }
}

static enum alm_status judge_row(struct ledger_chunk *chunk, size_t i, bool settle, struct alm_error *err)
{
    struct chunk_row *row = &chunk->rows[i];
    struct ledger_answer *answer = &chunk->answers[i];
    const struct chunk_programme *of = &chunk->programmes[row->programme];
    enum alm_status status = ALM_OK;
    bool on = true;
    if (row->history && i >= chunk->past_until)
        status = chunk_read_history(chunk, i, err);
    if (status == ALM_OK && of->looks_back)
        status = ask_late(chunk, i, err);
    if (status != ALM_OK)
        return status;
    row->quantity = chunk->offers[i].quantity;
    answer->entitled = row->entitled;
    if (!body_may(of->programme, row->body)) {
        refuse(chunk, i, LEDGER_BODY);
        say(chunk, answer, _("%s may not give under %s"), body_name(chunk, row->body), of->programme->name);
        return ALM_OK;
    }
    status = judge_requirements(chunk, i, &on, err);
    if (status == ALM_OK && on)
        status = judge_exclusions(chunk, i, &on, err);
    if (status == ALM_OK && on)
        status = judge_period(chunk, i, &on, err);
    if (status == ALM_OK && on)
        status = judge_window(chunk, i, &on, err);
    if (status == ALM_OK && on)
        status = judge_quantity(chunk, i, &on, err);
    if (status != ALM_OK || !on)
        return status;
    if (row->hold) {
        refuse(chunk, i, LEDGER_HELD_BACK);
        answer->outcome = LEDGER_HELD;
        answer->reason = arena_strdup(chunk->texts, row->hold);
        return ALM_OK;
    }
    row->state = ROW_ACCEPTED;
    row->value = chunk_times(row->quantity, row->unit_value);
    if (settle && of->settles) {
        struct alm_verdict verdict = {0};
        status = chunk_settle_one(chunk, i, &verdict, err);
        if (status != ALM_OK)
            return status;
        if (verdict.refused) {
            refuse(chunk, i, LEDGER_SETTLE);
            say(chunk, answer, "%s", verdict.reason[0] ? verdict.reason : _("the programme could not settle it"));
            return ALM_OK;
        }
    }
    answer->outcome = LEDGER_RECORDED;
    answer->quantity = row->quantity;
    if (!(chunk->flags & LEDGER_RUN_WALK))
        accept(chunk, i);
    return ALM_OK;
}

static enum alm_status judge_rows(struct ledger_chunk *chunk, bool settle, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < chunk->n; i++)
        if (chunk->rows[i].state != ROW_OUT)
            status = judge_row(chunk, i, settle, err);
    if (status == ALM_OK && chunk->fault.status == ALM_OK)
        chunk->fault = chunk->ledger->fault;
    if (status == ALM_OK && chunk->fault.status != ALM_OK) {
        *err = chunk->fault;
        status = err->status;
    }
    return status;
}

enum alm_status chunk_judge(struct ledger_chunk *chunk, struct alm_error *err)
{
    struct store *store = chunk->ledger->services.store;
    bool settles = false, whole = true;
    for (size_t i = 0; i < chunk->n_programmes; i++)
        settles = settles || chunk->programmes[i].settles;
    settles = settles && !(chunk->flags & LEDGER_RUN_ASK);
    enum alm_status status = judge_rows(chunk, false, err);
    if (status != ALM_OK || !settles)
        return status;
    /*
     * Mostly everything can be settled, at one go.  If a line is refused, those after it were judged as if it had been
     * given: all of it is undone, and done again line by line, which comes to the same whatever the chunk's size.
     */
    status = store_savepoint(store, err);
    if (status != ALM_OK)
        return status;
    status = chunk_settle_all(chunk, &whole, err);
    if (status != ALM_OK)
        return status;
    status = store_release(store, whole, err);
    if (status != ALM_OK || whole)
        return status;
    ledger_forget_stock(chunk->ledger);
    chunk_rewind(chunk);
    bool held = chunk_settles_unguarded(chunk);
    if (held)
        stock_hold(chunk->ledger->services.stock);
    status = judge_rows(chunk, true, err);
    return held && status == ALM_OK ? stock_flush(chunk->ledger->services.stock, err) : status;
}
