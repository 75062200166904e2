/* SPDX-License-Identifier: MIT */
/* stationery: a kit for a school child, once a school year.  Settings, rule, commands, descriptor. */
#include <almoner/plugin.h>
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { MEHR = 7, LAST_GRADE = 12, NO_GRADE = -1 };

struct settings {
    int64_t first_grade_age;
    struct alm_group kits; /* struct kit */
};

struct kit {
    const char *name;
    const char *grades; /* "1-3" */
    const char *contents;
    int64_t cost;
};

/* Dates come from the host: both functions are pure, so the rule may call them. */
struct stationery {
    const struct settings *settings;
    void (*solar_date)(alm_date, int32_t *year, int32_t *month, int32_t *day);
    alm_date (*from_solar)(int32_t year, int32_t month, int32_t day);
    int8_t kit_of_grade[LAST_GRADE + 1]; /* index of the kit, -1: none */
};

static const struct kit *kit_at(const struct settings *s, size_t i)
{
    return (const struct kit *)s->kits.items + i;
}

/* "4" or "1-3"; 0 is pre-school. */
static bool parse_grades(const char *text, int32_t *first, int32_t *last)
{
    int end = 0;
    if (sscanf(text, "%2d - %2d%n", first, last, &end) != 2) {
        if (sscanf(text, "%2d%n", first, &end) != 1)
            return false;
        *last = *first;
    }
    return text[end] == '\0' && *first >= 0 && *first <= *last && *last <= LAST_GRADE;
}

/* ---- settings ------------------------------------------------------------------------------------------------ */

static const struct alm_setting settings[] = {
    {.key = "first_grade_age",
     .type = ALM_INT,
     .offset = offsetof(struct settings, first_grade_age),
     .fallback = "6",
     .min = "4",
     .max = "8",
     .unit = "years",
     .help = "Full years on 1 Mehr at which a child enters the first grade. Asked only of children whose grade the "
             "register "
             "does not know."},
};

static const struct alm_setting kit_settings[] = {
    {.key = "grades",
     .type = ALM_STRING,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct kit, grades),
     .help = "School grades that get it, from 1 to 12, or 0 for pre-school (1-3)."},
    {.key = "contents",
     .type = ALM_STRING,
     .offset = offsetof(struct kit, contents),
     .help = "What is in it, for people."},
    {.key = "cost",
     .type = ALM_MONEY,
     .offset = offsetof(struct kit, cost),
     .fallback = "0",
     .min = "0",
     .help = "What this kit costs. By default the programme's unit_cost."},
};

static const struct alm_setting_group groups[] = {
    {.name = "kit",
     .help = "what the children of some school grades get.",
     .settings = kit_settings,
     .n_settings = COUNT_OF(kit_settings),
     .item_size = sizeof(struct kit),
     .offset = offsetof(struct settings, kits),
     .min_count = 1,
     .max_count = LAST_GRADE + 1,
     .sample = "[kit first]\ngrades = 1-3\ncontents = 4 exercise books, 6 pencils, colours, eraser, bag\n\n"
               "[kit second]\ngrades = 4-6\ncontents = 6 exercise books, 4 pens, geometry set, bag\n\n"
               "[kit third]\ngrades = 7-12\ncontents = 8 exercise books, 6 pens, geometry set, bag\n"},
};

static void check(const void *data, const struct alm_check *to)
{
    const struct settings *s = data;
    const char *kit_of[LAST_GRADE + 1] = {NULL};
    char section[120];
    char text[160];
    for (size_t i = 0; i < s->kits.count; i++) {
        const struct kit *kit = kit_at(s, i);
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
    }
}

static enum alm_status start(const struct alm_host *host, const void *data, void **state, struct alm_error *err)
{
    struct stationery *self = calloc(1, sizeof *self);
    if (!self)
        return alm_fail(err, ALM_INTERNAL, NULL, "out of memory");
    self->settings = data;
    self->solar_date = host->solar_date;
    self->from_solar = host->from_solar;
    memset(self->kit_of_grade, -1, sizeof self->kit_of_grade);
    for (size_t i = 0; i < self->settings->kits.count; i++) {
        int32_t first;
        int32_t last;
        if (parse_grades(kit_at(self->settings, i)->grades, &first, &last))
            memset(self->kit_of_grade + first, (int)i, (size_t)(last - first + 1));
    }
    *state = self;
    return ALM_OK;
}

/* ---- rule ---------------------------------------------------------------------------------------------------- */

/* The Solar year in which the school year of that day began. */
static int32_t school_year_of(const struct stationery *self, alm_date date)
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

static bool has_kit(const struct stationery *self, int32_t grade)
{
    return grade >= 0 && grade <= LAST_GRADE && self->kit_of_grade[grade] >= 0;
}

/* 1 Mehr of the first school year after this one in which the child's grade has a kit. */
static alm_date first_kit(const struct stationery *self, int32_t school_year, int32_t grade)
{
    for (int32_t later = grade + 1; later <= LAST_GRADE; later++)
        if (has_kit(self, later))
            return self->from_solar(school_year + later - grade, MEHR, 1);
    return ALM_NO_DATE;
}

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    const struct stationery *self = state;
    const struct alm_member *child = c->person;
    int32_t year = school_year_of(self, c->date);
    e->next = ALM_NO_DATE;
    if (!child) {
        alm_no(e, "a kit is given to a child, not to a household");
        return;
    }
    int32_t grade = child->school_grade;
    if (grade < 0 || grade > LAST_GRADE) {
        if (child->birth_date == ALM_NO_DATE) {
            alm_no(e, "neither school grade nor birth date is known");
            return;
        }
        grade = grade_by_age(self, child->birth_date, year);
        if (grade > LAST_GRADE) {
            alm_no(e, "past school age");
            return;
        }
        if (grade < 0 || (grade == 0 && !has_kit(self, 0))) {
            alm_no(e, "below school age");
            e->next = first_kit(self, year, grade);
            return;
        }
    }
    if (!has_kit(self, grade)) {
        if (grade == 0)
            alm_no(e, "no kit is given in pre-school");
        else
            alm_no(e, "no kit is given in grade %d", grade);
        e->next = first_kit(self, year, grade);
        return;
    }
    const struct kit *kit = kit_at(self->settings, (size_t)self->kit_of_grade[grade]);
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
        const struct kit *kit = kit_at(self->settings, i);
        const struct alm_value values[] = {alm_string(kit->name), alm_string(kit->grades), alm_string(kit->contents),
                                           kit->cost ? alm_number(kit->cost) : alm_null()};
        status = host->row(host, values, err);
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}

static const struct alm_command commands[] = {
    {.name = "kits",
     .summary = "list the kits and who gets which",
     .flags = ALM_NO_STORE,
     .run = run_kits,
     .examples = "stationery kits"},
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
    } tallies[LAST_GRADE + 2] = {{0}}; /* a kit has a grade at least; the last one: no kit today */
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
        int32_t grade = host->column_is_null(host, st, 4) ? NO_GRADE : (int32_t)host->column_int(host, st, 4);
        if (grade < 0 && !host->column_is_null(host, st, 5)) {
            int32_t year = school_year_of(self, (alm_date)host->column_int(host, st, 1));
            grade = grade_by_age(self, (alm_date)host->column_int(host, st, 5), year);
        }
        struct tally *tally = &tallies[has_kit(self, grade) ? (size_t)self->kit_of_grade[grade] : n];
        tally->quantity += host->column_int(host, st, 2);
        tally->value += host->column_int(host, st, 3);
        tally->children += tally->last != child;
        tally->last = child;
    }
    for (size_t i = 0; status == ALM_OK && i <= n; i++) {
        if (i == n && tallies[n].quantity == 0)
            break;
        const struct alm_value values[] = {alm_string(i < n ? kit_at(self->settings, i)->name : "other"),
                                           i < n ? alm_string(kit_at(self->settings, i)->grades) : alm_null(),
                                           alm_number(tallies[i].children), alm_number(tallies[i].quantity),
                                           alm_number(tallies[i].value)};
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

static const struct alm_report reports[] = {
    {.name = "bands",
     .summary = "children and kits by school grade band",
     .columns = band_columns,
     .n_columns = COUNT_OF(band_columns),
     .options = span_options,
     .n_options = COUNT_OF(span_options),
     .run = run_bands},
};

ALM_PLUGIN(.name = "stationery", .version = "1.0", .summary = "School stationery, one kit for a child in a school year",
           .kind = ALM_KIND_PROGRAMME,
           .settings = {.rows = settings,
                        .n_rows = COUNT_OF(settings),
                        .groups = groups,
                        .n_groups = COUNT_OF(groups),
                        .size = sizeof(struct settings),
                        .check = check},
           .start = start, .stop = free, .commands = commands, .n_commands = COUNT_OF(commands), .reports = reports,
           .n_reports = COUNT_OF(reports), .programme = &programme)
