/* SPDX-License-Identifier: MIT */
/* stationery: a kit for a school child, once a school year.  Settings, rule, commands, descriptor. */
#include "stationery.h"
#include <stdlib.h>

enum { MEHR = 7 };

/* "4" or "1-3"; 0 is pre-school. */
static bool parse_grades(const char *text, int32_t *first, int32_t *last)
{
    int end = 0;
    if (sscanf(text, "%2d - %2d%n", first, last, &end) != 2) {
        if (sscanf(text, "%2d%n", first, &end) != 1)
            return false;
        *last = *first;
    }
    return text[end] == '\0' && *first >= 0 && *first <= *last && *last <= STATIONERY_LAST_GRADE;
}

/* ---- settings ------------------------------------------------------------------------------------------------ */

static const struct alm_setting settings[] = {
    {.key = "first_grade_age",
     .type = ALM_INT,
     .offset = offsetof(struct stationery_settings, first_grade_age),
     .fallback = "6",
     .min = "4",
     .max = "8",
     .unit = "years",
     .help = "Full years on 1 Mehr at which a child enters the first grade. Asked only of children whose grade the "
             "register does not know."},
    {.key = "depots",
     .type = ALM_LIST,
     .offset = offsetof(struct stationery_settings, depots),
     .help = "Depots out of which kits with an item of the stock are taken, the first that has it."},
};

static const struct alm_setting kit_settings[] = {
    {.key = "grades",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct stationery_kit, grades),
     .help = "School grades that get it, from 1 to 12, or 0 for pre-school (1-3)."},
    {.key = "contents",
     .type = ALM_STRING,
     .offset = offsetof(struct stationery_kit, contents),
     .help = "What is in it, for people."},
    {.key = "cost",
     .type = ALM_MONEY,
     .offset = offsetof(struct stationery_kit, cost),
     .fallback = "0",
     .min = "0",
     .help = "What this kit costs. By default the programme's unit_cost, or else what was drawn had cost."},
    {.key = "item",
     .type = ALM_STRING,
     .offset = offsetof(struct stationery_kit, item),
     .help = "Code of the kit in the stock, from which each one that is given is drawn. By default nothing is."},
};

static const struct alm_setting_group groups[] = {
    {.name = "kit",
     .help = "what the children of some school grades get.",
     .settings = kit_settings,
     .n_settings = COUNT_OF(kit_settings),
     .item_size = sizeof(struct stationery_kit),
     .offset = offsetof(struct stationery_settings, kits),
     .min_count = 1,
     .max_count = STATIONERY_LAST_GRADE + 1,
     .sample = "[kit first]\ngrades = 1-3\ncontents = 4 exercise books, 6 pencils, colours, eraser, bag\n\n"
               "[kit second]\ngrades = 4-6\ncontents = 6 exercise books, 4 pens, geometry set, bag\n\n"
               "[kit third]\ngrades = 7-12\ncontents = 8 exercise books, 6 pens, geometry set, bag\n"},
};

static void check(const void *data, const struct alm_check *to)
{
    const struct stationery_settings *s = data;
    const char *kit_of[STATIONERY_LAST_GRADE + 1] = {NULL};
    char section[120];
    char text[160];
    bool draws = false;
    for (size_t i = 0; i < s->kits.count; i++) {
        const struct stationery_kit *kit = stationery_kit_at(s, i);
        int32_t first;
        int32_t last;
        snprintf(section, sizeof section, "kit %.100s", kit->name);
        if (!parse_grades(kit->grades, &first, &last)) {
            snprintf(text, sizeof text, "'%.40s' are no grades", kit->grades);
            to->problem(to->context, section, "grades", text,
                        "write for example 1-3, or 4; grades are 0 (pre-school) to 12");
            continue;
        }
        for (int32_t grade = first; grade <= last; grade++) {
            if (kit_of[grade]) {
                snprintf(text, sizeof text, "grade %d has [kit %.60s] already", grade, kit_of[grade]);
                to->problem(to->context, section, "grades", text, "give each grade one kit");
                break;
            }
            kit_of[grade] = kit->name;
        }
        draws = draws || (kit->item && *kit->item);
    }
    if (draws && s->depots.count == 0)
        to->problem(to->context, NULL, "depots", "a kit has an item of the stock, and no depot to take it from",
                    "write for example depots = W1");
}

static enum alm_status start(const struct alm_host *host, const void *data, void **state, struct alm_error *err)
{
    struct stationery *self = calloc(1, sizeof *self);
    if (!self)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    self->settings = data;
    self->depots = calloc(self->settings->depots.count + 1, sizeof *self->depots);
    if (!self->depots) {
        free(self);
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    }
    self->solar_date = host->solar_date;
    self->from_solar = host->from_solar;
    memset(self->kit_of_grade, -1, sizeof self->kit_of_grade);
    for (size_t i = 0; i < self->settings->kits.count; i++) {
        int32_t first;
        int32_t last;
        if (parse_grades(stationery_kit_at(self->settings, i)->grades, &first, &last))
            memset(self->kit_of_grade + first, (int)i, (size_t)(last - first + 1));
        const char *item = stationery_kit_at(self->settings, i)->item;
        self->draws = self->draws || (item && *item);
    }
    *state = self;
    return ALM_OK;
}

static void stop(void *state)
{
    struct stationery *self = state;
    free(self->depots);
    free(self);
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

int32_t stationery_school_year(const struct stationery *self, alm_date date)
{
    int32_t year;
    int32_t month;
    int32_t day;
    self->solar_date(date, &year, &month, &day);
    return month >= MEHR ? year : year - 1;
}

/* The grade by age on 1 Mehr, which may lie below 0 and above 12. */
static int32_t grade_by_age(const struct stationery *self, alm_date birth_date, int32_t school_year)
{
    int32_t year;
    int32_t month;
    int32_t day;
    self->solar_date(birth_date, &year, &month, &day);
    bool birthday_over = month < MEHR || (month == MEHR && day == 1);
    return school_year - year - !birthday_over - (int32_t)self->settings->first_grade_age + 1;
}

int32_t stationery_grade(const struct stationery *self, int32_t registered, alm_date birth_date, alm_date date)
{
    if (registered >= 0 && registered <= STATIONERY_LAST_GRADE)
        return registered;
    if (birth_date == ALM_NO_DATE)
        return STATIONERY_NO_GRADE;
    return grade_by_age(self, birth_date, stationery_school_year(self, date));
}

int stationery_kit_of(const struct stationery *self, int32_t grade)
{
    return grade >= 0 && grade <= STATIONERY_LAST_GRADE ? self->kit_of_grade[grade] : -1;
}

static bool has_kit(const struct stationery *self, int32_t grade)
{
    return stationery_kit_of(self, grade) >= 0;
}

/* 1 Mehr of the first school year after this one in which the child's grade has a kit. */
static alm_date first_kit(const struct stationery *self, int32_t school_year, int32_t grade)
{
    for (int32_t later = grade + 1; later <= STATIONERY_LAST_GRADE; later++)
        if (has_kit(self, later))
            return self->from_solar(school_year + later - grade, MEHR, 1);
    return ALM_NO_DATE;
}

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct stationery *self = state;
    const struct alm_member *child = c->person;
    int32_t year = stationery_school_year(self, c->date);
    e->next = ALM_NO_DATE;
    if (!child) {
        alm_no(e, "a kit is given to a child, not to a household");
        return;
    }
    const bool registered = child->school_grade >= 0 && child->school_grade <= STATIONERY_LAST_GRADE;
    const int32_t grade = stationery_grade(self, child->school_grade, child->birth_date, c->date);
    if (grade == STATIONERY_NO_GRADE) {
        alm_no(e, "neither school grade nor birth date is known");
        return;
    }
    if (grade > STATIONERY_LAST_GRADE) {
        alm_no(e, "past school age");
        return;
    }
    if (!registered && (grade < 0 || (grade == 0 && !has_kit(self, 0)))) {
        alm_no(e, "below school age");
        e->next = first_kit(self, year, grade);
        return;
    }
    if (!has_kit(self, grade)) {
        if (grade == 0)
            alm_no(e, "no kit is given in pre-school");
        else
            alm_no(e, "no kit is given in grade %d", grade);
        e->next = first_kit(self, year, grade);
        return;
    }
    const struct stationery_kit *kit = stationery_kit_at(self->settings, (size_t)self->kit_of_grade[grade]);
    e->quantity = ALM_UNIT;
    e->has_period = true;
    e->period = year;
    e->next = self->from_solar(year + 1, MEHR, 1);
    e->has_value = kit->cost > 0;
    e->unit_value = kit->cost;
    snprintf(e->period_name, sizeof e->period_name, "school year %d-%d", year, year + 1);
}

static const struct alm_programme programme = {
    .size = sizeof(struct alm_programme),
    .recipient = ALM_PERSON,
    .unit = "kit",
    .unit_plural = "kits",
    .entitle = entitle,
    .settle = stationery_settle,
    .unsettle = stationery_unsettle,
};

/* ---- commands and reports ------------------------------------------------------------------------------------ */

static enum alm_status run_kits(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "kit", .title = "kit", .type = ALM_STRING},
        {.name = "grades", .title = "grades", .type = ALM_STRING},
        {.name = "contents", .title = "contents", .type = ALM_STRING},
        {.name = "cost", .title = "cost", .type = ALM_MONEY},
    };
    (void)args;
    const struct stationery *self = state;
    enum alm_status status = host->table_begin(host, "kits", columns, COUNT_OF(columns), err);
    for (size_t i = 0; status == ALM_OK && i < self->settings->kits.count; i++) {
        const struct stationery_kit *kit = stationery_kit_at(self->settings, i);
        const struct alm_value values[] = {alm_string(kit->name), alm_string(kit->grades), alm_string(kit->contents),
                                           kit->cost ? alm_number(kit->cost) : alm_null()};
        status = host->row(host, values, err);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}

static const struct alm_option list_options[] = {
    {.name = "base", .type = ALM_STRING, .value = "BASE", .help = "only children whom this base looks after"},
    {.name = "area", .type = ALM_STRING, .value = "AREA", .help = "only those of this area and of those in it"},
    {.name = "kit", .type = ALM_STRING, .value = "KIT", .help = "only those who get this kit"},
    {.name = "due", .type = ALM_BOOL, .help = "only those who had none in the school year yet"},
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "as it is on this day (default: today)"},
};

static const struct alm_command commands[] = {
    {.name = "kits",
     .summary = "list the kits and who gets which",
     .flags = ALM_NO_STORE,
     .run = run_kits,
     .examples = "stationery kits"},
    {.name = "list",
     .summary = "list the children who get a kit, by base and area, and when they had theirs",
     .options = list_options,
     .n_options = COUNT_OF(list_options),
     .flags = ALM_READS,
     .run = stationery_list,
     .examples = "stationery list --due\nstationery list --area 1501 --kit first --output csv"},
};

/* Kits by the band that the child is in by today's settings, on the day of the delivery.  A child counts once in a
 * band. */
static enum alm_status run_bands(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    const struct stationery *self = state;
    size_t n = self->settings->kits.count;
    struct tally {
        int64_t children, quantity, value;
        alm_id last;
    } tallies[STATIONERY_LAST_GRADE + 2] = {{0}}; /* a kit has a grade at least; the last one: no kit today */
    struct alm_statement *st;
    bool row = true;
    enum alm_status status =
        host->prepare(host,
                      "SELECT l.person, l.date, l.quantity, l.value, p.school_grade, p.birth_date "
                      "FROM line l JOIN home h ON h.id = l.person "
                      "JOIN person p ON p.owner = h.owner AND p.id = l.person "
                      "WHERE l.programme = $1 AND l.date BETWEEN $2 AND $3 AND l.reverses IS NULL "
                      "AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.owner = l.owner AND r.line = l.id) "
                      "ORDER BY l.person, l.id",
                      &st, err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 1, host->programme_id(host), err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 2, alm_arg_number(args, "from", INT32_MIN), err);
    if (status == ALM_OK)
        status = host->bind_int(host, st, 3, alm_arg_number(args, "to", INT32_MAX), err);
    while (status == ALM_OK && (status = host->step(host, st, &row, err)) == ALM_OK && row) {
        alm_id child = host->column_int(host, st, 0);
        const int64_t birth = alm_column_int(host, st, 5);
        const int32_t grade = stationery_grade(
            self, host->column_is_null(host, st, 4) ? -1 : (int32_t)host->column_int(host, st, 4),
            birth == ALM_NULL ? ALM_NO_DATE : (alm_date)birth, (alm_date)host->column_int(host, st, 1));
        struct tally *tally = &tallies[has_kit(self, grade) ? (size_t)self->kit_of_grade[grade] : n];
        tally->quantity += host->column_int(host, st, 2);
        tally->value += host->column_int(host, st, 3);
        tally->children += tally->last != child;
        tally->last = child;
    }
    for (size_t i = 0; status == ALM_OK && i <= n; i++) {
        if (i == n && tallies[n].quantity == 0)
            break;
        const struct alm_value values[] = {
            alm_string(i < n ? stationery_kit_at(self->settings, i)->name : "other"),
            i < n ? alm_string(stationery_kit_at(self->settings, i)->grades) : alm_null(),
            alm_number(tallies[i].children), alm_number(tallies[i].quantity), alm_number(tallies[i].value)};
        status = host->row(host, values, err);
    }
    return status;
}

static const struct alm_option span_options[] = {
    {.name = "from", .type = ALM_DATE, .value = "DATE", .help = "from this day on"},
    {.name = "to", .type = ALM_DATE, .value = "DATE", .help = "up to this day"},
};

/* No total of children: one who got kits in two school years may count in two bands. */
static const struct alm_column band_columns[] = {
    {.name = "kit", .title = "kit", .type = ALM_STRING},
    {.name = "grades", .title = "grades", .type = ALM_STRING},
    {.name = "children", .title = "children", .type = ALM_INT, .hxl = "#reached+ind+children"},
    {.name = "kits", .title = "kits", .type = ALM_QUANTITY, .flags = ALM_TOTAL, .hxl = "#output+num"},
    {.name = "value", .title = "value", .type = ALM_MONEY, .flags = ALM_TOTAL, .hxl = "#value"},
};

static const struct alm_option base_options[] = {
    {.name = "date", .type = ALM_DATE, .value = "DATE", .help = "as it is on this day (default: today)"},
};

static const struct alm_column base_columns[] = {
    {.name = "base", .title = "base", .type = ALM_STRING, .hxl = "#org+impl+code"},
    {.name = "name", .title = "name", .type = ALM_STRING, .hxl = "#org+impl+name"},
    {.name = "children", .title = "children", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#targeted+ind+children"},
    {.name = "given", .title = "had a kit", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#reached+ind+children"},
    {.name = "due", .title = "due", .type = ALM_INT, .flags = ALM_TOTAL, .hxl = "#targeted+ind+children+due"},
};

static const struct alm_report reports[] = {
    {.name = "bands",
     .summary = "children and kits by school grade band",
     .columns = band_columns,
     .n_columns = COUNT_OF(band_columns),
     .options = span_options,
     .n_options = COUNT_OF(span_options),
     .run = run_bands},
    {.name = "bases",
     .summary = "children who get a kit in the school year, and those who had it, by base",
     .columns = base_columns,
     .n_columns = COUNT_OF(base_columns),
     .options = base_options,
     .n_options = COUNT_OF(base_options),
     .run = stationery_report_bases},
};

ALM_PLUGIN(.name = "stationery", .version = "1.0", .summary = "School stationery, one kit for a child in a school year",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings,
                        .n_rows = COUNT_OF(settings),
                        .groups = groups,
                        .n_groups = COUNT_OF(groups),
                        .size = sizeof(struct stationery_settings),
                        .check = check},
           .start = start, .stop = stop, .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports,
           .n_reports = COUNT_OF(reports), .programme = &programme)
