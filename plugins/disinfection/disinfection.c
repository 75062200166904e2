/* SPDX-License-Identifier: MIT */
/* disinfection: settings, rule, descriptor. */
#include "disinfection.h"
#include "disinfection-schema.h"
#include <stdlib.h>

const char *const disinfection_objects[DISINFECTION_OBJECTS + 1] = {"surface", "outdoor", "people", NULL};
const char *const disinfection_jobs[DISINFECTION_JOBS + 1] = {"round", "spot", NULL};

enum { DAY = 86400, MOST_LITRES = 1000000, MOST_SQUARE_METRES = 10000000 };

const struct disinfection_agent *disinfection_agent_at(const struct disinfection_settings *s, size_t i)
{
    return (const struct disinfection_agent *)s->agents.items + i;
}

const struct disinfection_agent *disinfection_agent_of(const struct disinfection_settings *s, const char *name)
{
    if (!name || !*name)
        return disinfection_agent_at(s, 0);
    for (size_t i = 0; i < s->agents.count; i++)
        if (strcmp(disinfection_agent_at(s, i)->name, name) == 0)
            return disinfection_agent_at(s, i);
    return NULL;
}

const struct disinfection_kind *disinfection_kind_of(const struct disinfection *self, const char *kind)
{
    const struct disinfection_kind *kinds = self->settings->kinds.items;
    for (size_t i = 0; kind && i < self->settings->kinds.count; i++)
        if (strcmp(kinds[i].name, kind) == 0)
            return &kinds[i];
    return &self->other;
}

int32_t disinfection_days(const struct disinfection *self, const struct disinfection_kind *kind)
{
    int64_t every = kind->every ? kind->every : self->settings->every;
    return (int32_t)((every + DAY - 1) / DAY);
}

alm_quantity disinfection_litres(const struct disinfection_agent *agent, int64_t square_metres)
{
    int64_t litres;
    if (square_metres < 0 || square_metres > MOST_SQUARE_METRES ||
        __builtin_mul_overflow(square_metres, agent->litres, &litres) || litres > MOST_LITRES * ALM_UNIT)
        return INT64_MAX;
    return litres;
}

/*
 * C1·V1 = C2·V2 with the item's strength as C1.  A per cent is 10,000 ppm, and strength is thousandths of one, so ten
 * times that is ppm.  Of a powder, whose unit is the kilogram, it is the same: a litre of so thin a solution weighs
 * one.
 */
alm_quantity disinfection_item_for(const struct disinfection_agent *agent, alm_quantity litres, int64_t ppm)
{
    const __int128 whole = (__int128)agent->strength * 10;
    return (alm_quantity)(((__int128)litres * ppm + whole - 1) / whole);
}

/* ---- settings ------------------------------------------------------------------------------------------------ */

#define FIELD(member) offsetof(struct disinfection_settings, member)
#define KIND(member) offsetof(struct disinfection_kind, member)
#define AGENT(member) offsetof(struct disinfection_agent, member)

static const struct alm_setting settings[] = {
    {.key = "every",
     .type = ALM_DURATION,
     .offset = FIELD(every),
     .fallback = "14 days",
     .min = "1 day",
     .max = "1 year",
     .help =
         "How long after a round a place's turn comes again, for kinds of place that say nothing else. It is a plan "
         "and refuses nothing; [programme] window does."},
    {.key = "depots",
     .type = ALM_LIST,
     .offset = FIELD(depots),
     .help = "Codes of the depots from which agents with an item are drawn, tried in this order."},
};

static const struct alm_setting kind_settings[] = {
    {.key = "every",
     .type = ALM_DURATION,
     .offset = KIND(every),
     .min = "1 day",
     .max = "1 year",
     .help = "How long after a round its turn comes again. By default as for all."},
    {.key = "rounds",
     .type = ALM_BOOL,
     .offset = KIND(rounds),
     .fallback = "yes",
     .help = "Whether such places take part in rounds: in the plan, in orders by area and in coverage."},
    {.key = "outdoor",
     .type = ALM_BOOL,
     .offset = KIND(outdoor),
     .fallback = "no",
     .help = "Whether such a place lies in the open, so that a delivery that names no object is outdoor."},
};

static const struct alm_setting agent_settings[] = {
    {.key = "title",
     .type = ALM_STRING,
     .offset = AGENT(title),
     .help = "Its name for people. By default the name of the section."},
    {.key = "concentration",
     .type = ALM_INT,
     .offset = AGENT(concentration),
     .fallback = "1000",
     .min = "1",
     .max = "1000000",
     .unit = "ppm",
     .help = "At which it is used where a delivery says nothing else. 1,000 ppm are 0.1 %."},
    {.key = "least",
     .type = ALM_INT,
     .offset = AGENT(least),
     .fallback = "500",
     .min = "1",
     .max = "1000000",
     .unit = "ppm",
     .help = "A delivery with a thinner solution is refused: it cannot be relied on."},
    {.key = "most",
     .type = ALM_INT,
     .offset = AGENT(most),
     .fallback = "5000",
     .min = "1",
     .max = "1000000",
     .unit = "ppm",
     .help = "A delivery with a stronger solution is refused: it harms who breathes it."},
    {.key = "litres",
     .type = ALM_QUANTITY,
     .offset = AGENT(litres),
     .fallback = "0.1",
     .min = "0.001",
     .max = "10",
     .unit = "l",
     .help = "Of the solution for a square metre: what a delivery used that says an area and no litres."},
    {.key = "item",
     .type = ALM_STRING,
     .offset = AGENT(item),
     .help = "Code of the item of the stock from which it is made. By default nothing is drawn from stock."},
    {.key = "item_strength",
     .type = ALM_DECIMAL,
     .offset = AGENT(strength),
     .fallback = "5",
     .min = "0.001",
     .max = "100",
     .unit = "%",
     .help = "Strength of that item: 5 for bleach, of which one part goes into 49 parts of water for 1,000 ppm."},
};

static const struct alm_setting_group groups[] = {
    {.name = "kind",
     .help = "a kind of place, as the register names it.",
     .settings = kind_settings,
     .n_settings = COUNT_OF(kind_settings),
     .item_size = sizeof(struct disinfection_kind),
     .offset = FIELD(kinds),
     .max_count = 200,
     .sample = "[kind mosque]\nevery = 7 days\n\n[kind street]\nrounds = no\noutdoor = yes\n"},
    {.name = "agent",
     .help = "what is used; the first one is meant where a delivery names none.",
     .settings = agent_settings,
     .n_settings = COUNT_OF(agent_settings),
     .item_size = sizeof(struct disinfection_agent),
     .offset = FIELD(agents),
     .min_count = 1,
     .max_count = 50,
     .sample = "[agent hypochlorite]\nconcentration = 1000\n"},
};

static void check_agent(const struct disinfection_settings *s, const struct disinfection_agent *agent,
                        const struct alm_check *to)
{
    char section[120];
    snprintf(section, sizeof section, "agent %.100s", agent->name);
    if (agent->least > agent->most)
        to->problem(to->context, section, "least", "is more than most", "the two are a range");
    else if (agent->concentration < agent->least || agent->concentration > agent->most)
        to->problem(to->context, section, "concentration", "lies outside of least to most",
                    "deliveries that say nothing else would all be refused");
    if (!agent->item || !*agent->item)
        return;
    if (s->depots.count == 0)
        to->problem(to->context, section, "item", "no depot is named from which it could be drawn",
                    "write depots = CODE in the section of the plug-in");
    if (agent->strength * 10 < agent->most)
        to->problem(to->context, section, "item_strength", "is less than the strongest solution made from it (most)",
                    "a per cent is 10,000 ppm");
}

static void check(const void *data, const struct alm_check *to)
{
    const struct disinfection_settings *s = data;
    const struct disinfection_kind *kinds = s->kinds.items;
    char section[120];
    for (size_t i = 0; i < s->kinds.count; i++)
        for (const char *at = kinds[i].name; *at; at++)
            if (*at >= 'A' && *at <= 'Z') {
                snprintf(section, sizeof section, "kind %.100s", kinds[i].name);
                to->problem(to->context, section, NULL, "the register keeps kinds of place in small letters",
                            "write for example [kind mosque]");
                break;
            }
    for (size_t i = 0; i < s->agents.count; i++)
        check_agent(s, disinfection_agent_at(s, i), to);
}

static enum alm_status start(const struct alm_host *host, const void *data, void **state, struct alm_error *err)
{
    (void)host;
    const struct disinfection_settings *s = data;
    struct disinfection *self = calloc(1, sizeof *self);
    if (self) {
        self->settings = s;
        self->other = (struct disinfection_kind){.name = "", .rounds = true};
        self->items = calloc(s->agents.count, sizeof *self->items);
        self->depots = calloc(s->depots.count + 1, sizeof *self->depots);
    }
    if (!self || !self->items || !self->depots) {
        if (self) {
            free(self->items);
            free(self->depots);
        }
        free(self);
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    }
    *state = self;
    return ALM_OK;
}

static void stop(void *state)
{
    struct disinfection *self = state;
    if (!self)
        return;
    for (size_t i = 0; i < self->codes.count; i++)
        free(self->codes.at[i]);
    free(self->codes.at);
    free(self->items);
    free(self->depots);
    free(self);
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

/*
 * What is never right.  How long since the last time is not asked here: to come early is right after a case of the
 * illness and wrong on most other days, and which of these it is the plan, the `job` and the administrator's window
 * say.
 */
static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct disinfection *self = state;
    e->next = ALM_NO_DATE;
    e->quantity = ALM_UNIT;
    if (c->n_detail < DISINFECTION_DETAILS)
        return;
    const struct alm_value *name = &c->detail[DISINFECTION_DETAIL_AGENT];
    const struct alm_value *ppm = &c->detail[DISINFECTION_DETAIL_CONCENTRATION];
    const struct alm_value *litres = &c->detail[DISINFECTION_DETAIL_LITRES];
    const struct alm_value *area = &c->detail[DISINFECTION_DETAIL_AREA];
    const struct alm_value *object = &c->detail[DISINFECTION_DETAIL_OBJECT];
    const struct disinfection_agent *agent = disinfection_agent_of(self->settings, name->is_null ? NULL : name->text);
    if (!object->is_null && object->number == DISINFECTION_PEOPLE)
        alm_no(e, "people are never to be sprayed (WHO, May 2020)");
    else if (!agent)
        alm_no(e, "'%.60s' is no agent of this programme", name->text);
    else if (!ppm->is_null && (ppm->number < agent->least || ppm->number > agent->most))
        alm_no(e, "%lld ppm of %.60s: it is used at %lld to %lld", (long long)ppm->number, agent->name,
               (long long)agent->least, (long long)agent->most);
    else if (!litres->is_null && (litres->number <= 0 || litres->number > MOST_LITRES * ALM_UNIT))
        alm_no(e, "the litres have to be more than 0 and at most %d", MOST_LITRES);
    else if (!area->is_null && (area->number <= 0 || area->number > MOST_SQUARE_METRES))
        alm_no(e, "the area treated has to be more than 0 and at most %d square metres", MOST_SQUARE_METRES);
}

static const struct alm_column detail[DISINFECTION_DETAILS] = {
    [DISINFECTION_DETAIL_AGENT] = {.name = "agent", .title = "agent", .type = ALM_STRING},
    [DISINFECTION_DETAIL_CONCENTRATION] = {.name = "concentration",
                                           .title = "concentration",
                                           .type = ALM_INT,
                                           .unit = "ppm"},
    [DISINFECTION_DETAIL_LITRES] = {.name = "litres", .title = "used", .type = ALM_QUANTITY, .unit = "l"},
    [DISINFECTION_DETAIL_AREA] = {.name = "area_treated", .title = "area treated", .type = ALM_INT, .unit = "m²"},
    [DISINFECTION_DETAIL_OBJECT] = {.name = "object",
                                    .title = "object",
                                    .type = ALM_ENUM,
                                    .choices = disinfection_objects},
    [DISINFECTION_DETAIL_JOB] = {.name = "job", .title = "job", .type = ALM_ENUM, .choices = disinfection_jobs},
    [DISINFECTION_DETAIL_ORDER] = {.name = "work_order", .title = "work order", .type = ALM_STRING},
};

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
    .recipient = ALM_PLACE,
    .unit = "place treated",
    .unit_plural = "places treated",
    .detail = detail,
    .n_detail = COUNT_OF(detail),
    .entitle = entitle,
    .settle = disinfection_settle,
    .unsettle = disinfection_unsettle,
};

/* ---- commands and reports ------------------------------------------------------------------------------------ */

#define AREA_OPTION                                                                                                    \
    {                                                                                                                  \
        .name = "area", .type = ALM_STRING, .value = "AREA", .help = "only in this area and those below it"            \
    }
#define KIND_OPTION                                                                                                    \
    {                                                                                                                  \
        .name = "kind", .type = ALM_STRING, .value = "KIND", .help = "only places of this kind"                        \
    }
#define ORDER_ARGUMENT                                                                                                 \
    {                                                                                                                  \
        .name = "order", .type = ALM_STRING, .flags = ALM_ARGUMENT | ALM_REQUIRED, .value = "ORDER",                   \
        .help = "code of the work order"                                                                               \
    }

static const struct alm_option plan_options[] = {
    AREA_OPTION,
    {.name = "until", .type = ALM_DATE, .value = "DATE", .help = "due up to this day (default: today)"},
    KIND_OPTION,
};
static const struct alm_option overdue_options[] = {AREA_OPTION, KIND_OPTION};
static const struct alm_option order_add_options[] = {
    {.name = "group",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .value = "GROUP",
     .help = "code of the group that is to do it"},
    {.name = "area",
     .type = ALM_STRING,
     .value = "AREA",
     .help = "the places of this area and those below it that are due, and in no open order"},
    {.name = "place",
     .type = ALM_STRING,
     .flags = ALM_REPEATED,
     .value = "PLACE",
     .help = "this place, whether it is due or not"},
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "when it is to be done (default: today)"},
    KIND_OPTION,
    {.name = "all", .type = ALM_BOOL, .help = "with --area: those that are not due on that day as well"},
    {.name = "job",
     .type = ALM_ENUM,
     .choices = disinfection_jobs,
     .value = "JOB",
     .help = "round, or a spot job (default: round with --area, spot with --place)"},
    {.name = "code",
     .type = ALM_STRING,
     .value = "CODE",
     .help = "code of the order (default: AREA-DATE, spot-DATE, with -2, -3 ... if there is one)"},
};
static const struct alm_option order_list_options[] = {
    {.name = "group", .type = ALM_STRING, .value = "GROUP", .help = "only of this group"},
    {.name = "open", .type = ALM_BOOL, .help = "only those that are not done and not closed"},
};
static const struct alm_option order_argument[] = {ORDER_ARGUMENT};
static const struct alm_option order_close_options[] = {
    ORDER_ARGUMENT,
    {.name = "reason", .type = ALM_STRING, .flags = ALM_REQUIRED, .value = "TEXT", .help = "why it is not finished"},
};
static const struct alm_option coverage_options[] = {
    AREA_OPTION,
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "as things stood on this day (default: today)"},
};
static const struct alm_option span_options[] = {
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = "from this day on"},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = "up to this day"},
};

static const struct alm_command commands[] = {
    {.name = "plan",
     .summary = "list the places that are due, soonest due first",
     .options = plan_options,
     .n_options = COUNT_OF(plan_options),
     .flags = ALM_READS,
     .run = disinfection_plan,
     .examples = "disinfection plan\ndisinfection plan --area 1501 --until 1399/12/15"},
    {.name = "overdue",
     .summary = "list the places whose day has passed, longest overdue first",
     .options = overdue_options,
     .n_options = COUNT_OF(overdue_options),
     .flags = ALM_READS,
     .run = disinfection_overdue,
     .examples = "disinfection overdue --kind mosque"},
    {.name = "order add",
     .summary = "give a group the places that are due as a work order",
     .options = order_add_options,
     .n_options = COUNT_OF(order_add_options),
     .flags = ALM_WRITES,
     .run = disinfection_order_add,
     .examples = "disinfection order add --group G0001 --area 1501\ndisinfection order add --group G0001 --place P1 "
                 "--code spot-1"},
    {.name = "order list",
     .summary = "list work orders and how far they are, newest first",
     .options = order_list_options,
     .n_options = COUNT_OF(order_list_options),
     .flags = ALM_READS,
     .run = disinfection_order_list,
     .examples = "disinfection order list --open"},
    {.name = "order show",
     .summary = "list the places of a work order",
     .options = order_argument,
     .n_options = COUNT_OF(order_argument),
     .flags = ALM_READS,
     .run = disinfection_order_show,
     .examples = "disinfection order show R1"},
    {.name = "order close",
     .summary = "close a work order of which places are left; their turn stays as it was",
     .options = order_close_options,
     .n_options = COUNT_OF(order_close_options),
     .flags = ALM_WRITES,
     .run = disinfection_order_close,
     .examples = "disinfection order close R1 --reason 'the road was closed'"},
};

/* No total of shares. */
static const struct alm_column coverage_columns[] = {
    {.name = "area", .title = "area", .type = ALM_STRING, .hxl = "#loc+name"},
    {.name = "code", .title = "code", .type = ALM_STRING, .hxl = "#loc+code"},
    {.name = "places", .title = "places", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#targeted+places"},
    {.name = "current", .title = "treated in time", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#reached+places"},
    {.name = "overdue", .title = "overdue", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "never", .title = "never treated", .type = ALM_INT, .flags = ALM_TOTAL},
    {.name = "share", .title = "in time", .type = ALM_DECIMAL, .unit = "%"},
};
static const struct alm_column agent_columns[] = {
    {.name = "agent", .title = "agent", .type = ALM_STRING},
    {.name = "object", .title = "object", .type = ALM_ENUM, .choices = disinfection_objects},
    {.name = "job", .title = "job", .type = ALM_ENUM, .choices = disinfection_jobs},
    {.name = "treatments", .title = "places treated", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .hxl = "#output+num"},
    {.name = "unmeasured", .title = "without litres", .type = ALM_QUANTITY, .flags = ALM_TOTAL},
    {.name = "litres", .title = "used", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .unit = "l"},
    {.name = "area_treated", .title = "area treated", .type = ALM_INT, .flags = ALM_TOTAL, .unit = "m²"},
};

static const struct alm_report reports[] = {
    {.name = "coverage",
     .summary = "places of each area that were treated within their interval",
     .columns = coverage_columns,
     .n_columns = COUNT_OF(coverage_columns),
     .options = coverage_options,
     .n_options = COUNT_OF(coverage_options),
     .run = disinfection_coverage},
    {.name = "agents",
     .summary = "what was used, on what and in what kind of work",
     .columns = agent_columns,
     .n_columns = COUNT_OF(agent_columns),
     .options = span_options,
     .n_options = COUNT_OF(span_options),
     .run = disinfection_agents},
};

ALM_PLUGIN(.name = "disinfection", .version = "1.0", .summary = "Disinfection of places, in rounds and at spots",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings,
                        .n_rows = COUNT_OF(settings),
                        .groups = groups,
                        .n_groups = COUNT_OF(groups),
                        .size = sizeof(struct disinfection_settings),
                        .check = check},
           .start = start, .stop = stop, .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports,
           .n_reports = COUNT_OF(reports), .migrations = schema, .n_migrations = COUNT_OF(schema),
           .programme = &programme)
